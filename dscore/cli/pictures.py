"""Pictures come in, are tagged, and go out: import, tag, export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from dscore.catalog import datasets as dataset_table
from dscore.catalog import job_lists
from dscore.catalog.connection import open_catalog
from dscore.catalog.job_lists import Job
from dscore.cli.booru import booru_options, import_booru, is_booru, refuse_booru_options
from dscore.cli.hub import HUB_CHOICES, hub_options, import_hub, is_hub, refuse_hub_options
from dscore.cli.ledger import say_import
from dscore.cli.model_runs import run_model, say_ran
from dscore.cli.output import (
    NOTHING,
    PARTLY,
    Output,
    counted,
    listed,
    named,
    require_over,
    shared_options,
)
from dscore.config import Library
from dscore.exporters import kohya
from dscore.exporters.base import ExportOptions
from dscore.exporters.manifest import MANIFEST
from dscore.exporters.registry import EXPORTERS
from dscore.models import Mode
from dscore.pipeline.jobs import run_here


@click.command("import")
@click.argument("places", nargs=-1, required=True)
@click.option(
    "--dataset", metavar="NAME", help="The dataset to add to; made where it is new. Default: called after the ZIP."
)
@click.option(
    "--captions", type=click.Choice(["auto", "tags", "prose", "mixed"]), default="auto", show_default=True,
    help="How captions beside the pictures are to be read.",
)  # fmt: skip
@hub_options
@booru_options
@shared_options
def import_(
    library: Library, out: Output, places: tuple[str, ...], dataset: str | None, captions: str, **choices: Any
) -> None:
    """Bring in ZIPs, folders and single pictures, with the captions (.txt, .caption) beside them.

    \b
    import portraits.zip
    import cats/ dogs/ --dataset animals
    import hf:owner/name
    import hf:owner/name@v1.0 --zip pictures.zip
    import gelbooru:"saber_(fate) solo" --limit 50

    hf: is a dataset on Hugging Face; its page's address will do, too. A token is read from HF_TOKEN, or is the one that the
    Import page has kept. Running it again changes nothing: what is there already is counted as such.
    """
    from dscore.pipeline import ingest

    of_hub = {name: choices.pop(name) for name in HUB_CHOICES}
    from_hub, from_booru = (any(map(kind, places)) for kind in (is_hub, is_booru))
    if not from_hub:
        refuse_hub_options(of_hub)
    if not from_booru:
        refuse_booru_options(choices)
    if from_hub:
        import_hub(library, out, places, dataset=dataset, captions=captions, **of_hub)
        return
    if from_booru:
        import_booru(library, out, places, dataset, **choices)
        return
    plan = ingest.plan(library, places, dataset=dataset, captions=captions)
    job = run_here(
        library,
        "import",
        dataset_id=plan.dataset.id,
        params=plan.params,
        items=plan.items,
        on_progress=out.progress,
    )
    say_import(library, out, plan.dataset.name, job, list(plan.survey.notes))


@click.command()
@click.argument("name")
@click.option(
    "--tagger",
    required=True,
    metavar="NAME|FOLDER",
    help="A tagger by name, or a folder with model.onnx and its list of tags.",
)
@click.option("--where", default="", metavar="QUERY", help="Only pictures that this search finds.")
@click.option(
    "--general", type=float, help="The score from which a tag is taken. Default: the tagger's own, mostly 0.35."
)
@click.option("--character", type=float, help="The same for characters.")
@click.option("--blacklist", default="", metavar='"A, B"', help="Tags never to take; * is any text.")
@click.option(
    "--mode", type=click.Choice([mode.value for mode in Mode]), default=Mode.MERGE.value, show_default=True,
    help="What happens to tags that are there: skip such pictures, append, merge (replace only taggers' tags), overwrite.",
)  # fmt: skip
@click.option(
    "--underscores",
    type=click.Choice(["space", "keep"]),
    default="space",
    show_default=True,
    help="How long_hair is written: with a blank, or as it is.",
)
@click.option(
    "--device", metavar="auto|cpu|cuda|cuda:N,…", default="auto", show_default=True,
    help="auto: every GPU where it runs, else the CPU; cuda:1: that one only.",
)  # fmt: skip
@click.option(
    "--preparation",
    type=click.Choice(["exact", "fast"]),
    default="exact",
    show_default=True,
    help="exact: pixel for pixel as the model's author does it; fast: quicker, each pixel within 4 of 255.",
)
@click.option("--batch", type=click.IntRange(0, 1024), default=0, help="Pictures at once; 0 is the best for the model.")
@click.option("--offline", is_flag=True, help="Never download a model.")
@shared_options
def tag(
    library: Library, out: Output, name: str, tagger: str, where: str, blacklist: str, mode: str, **options: object
) -> None:
    """Let a tagger work on a dataset; its scores are kept, so another threshold needs no model.

    \b
    tag portraits --tagger wd14-vit-v3
    tag portraits --tagger ./my-tagger --general 0.4 --blacklist "solo, *background"

    Taggers by name: see the README. Vetoed tags (those that you removed by hand) stay out.
    """
    from dscore.pipeline import tagging
    from dscore.text.tags import split_tags

    request = tagging.Request(tagger, blacklist=split_tags(blacklist), mode=Mode(mode), **options)  # type: ignore[arg-type]
    ran = run_model(library, out, name, kind="tag", params=request.params(), where=where, past="tagged")
    result = ran.job.result
    told = (
        f"{result['tagger']} took tags from a score of {result['general']:g}, characters from {result['character']:g}.",
        str(result["note"] or f"It ran on {result['device']}."),
    )
    say_ran(out, ran, told)


@click.command()
@click.argument("name")
@click.argument("target", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--format", "form", type=click.Choice(sorted(EXPORTERS)), default="kohya", show_default=True,
    help="kohya: an N_name folder and dataset.toml; plain: pictures and captions only.",
)  # fmt: skip
@click.option("--where", default="", metavar="QUERY", help="Only pictures that this search finds.")
@click.option(
    "--names",
    type=click.Choice(["numbered", "kept"]),
    default="numbered",
    show_default=True,
    help="What files are called.",
)
@click.option(
    "--caption-extension", type=click.Choice([".txt", ".caption"]), default=".txt", show_default=True,
    help="What captions' files end in.",
)  # fmt: skip
@click.option(
    "--repeats", type=click.IntRange(1), default=10, show_default=True, help="kohya: how often each picture is shown."
)
@click.option(
    "--resolution", type=click.IntRange(64), default=1024, show_default=True, help="kohya: the training resolution."
)
@click.option(
    "--hardlink", is_flag=True, help="Link instead of copying: what writes into the export then changes your originals."
)
@click.option("--rejected", is_flag=True, help="With the pictures that are marked as rejected; else they stay out.")
@click.option("--replace", is_flag=True, help="Replace an older export in that folder.")
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
@shared_options
def export(
    library: Library,
    out: Output,
    name: str,
    target: Path,
    form: str,
    where: str,
    hardlink: bool,
    rejected: bool,
    dry_run: bool,
    **choices: object,
) -> None:
    """Write the folder that a trainer reads: pictures, captions, and for kohya its settings.

    \b
    export portraits ~/training/portraits --repeats 5
    export portraits ~/training/short --format plain --where "tags<30"
    """
    from dscore.pipeline import export as exporting

    options = ExportOptions(link="hardlink" if hardlink else "copy", **choices)  # type: ignore[arg-type]
    with open_catalog(library) as db:
        dataset = dataset_table.get(db, name)
    plan = exporting.plan(library, dataset, target, form=form, options=options, query=where, rejected=rejected)
    if dry_run:
        files = [*plan.paths(), MANIFEST]
        more = [f"… and {len(files) - 20:,} more"] if len(files) > 20 else []
        lines = [f"It would be {counted(len(files), 'file')} in {plan.target}; nothing was written."]
        lines += [*plan.warnings, *(f"  {path}" for path in files[:20]), *more]
        out.result({"path": str(plan.target), "files": files, "warnings": list(plan.warnings)}, lines)
        return
    job = run_here(
        library,
        "export",
        dataset_id=dataset.id,
        params=exporting.params(plan, query=where),
        items=lambda: exporting.snapshot([picture.item for picture in plan.pictures]),
        on_progress=out.progress,
    )
    require_over(out, job)
    with open_catalog(library) as db:
        left_out = job_lists.reasons(db, job.id)
    _say_exported(out, job, left_out, plan.warnings)
    if left_out:
        raise click.exceptions.Exit(PARTLY if job.result["pictures"] else NOTHING)


def _say_exported(out: Output, job: Job, left_out: list[tuple[str, str]], planned: Sequence[str]) -> None:
    result = {**job.result, "warnings": list(dict.fromkeys([*planned, *job.result["warnings"]]))}
    settings = Path(result["path"]) / kohya.SETTINGS
    if result["up_to_date"]:
        first = f"{result['path']} is up to date: {counted(result['pictures'], 'picture')}; nothing was written."
    else:
        first = (
            f"{counted(result['pictures'], 'picture')} and {counted(result['captions'], 'caption')} in {result['path']}"
        )
    lines = [first, *result["warnings"], *(["Left out:", *listed(left_out)] if left_out else [])]
    if settings.is_file():
        lines.append(f"For kohya's training script: {kohya.training_line(settings, longest=result['longest'])}")
        lines += filter(None, [kohya.cut_words(result["longer"])])
    out.result({"job": job.id, **result, "left_out_pictures": named(left_out)}, lines)
