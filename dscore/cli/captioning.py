"""`caption`: sentences for pictures, by a model on this machine or behind an address."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import click

from dscore.catalog.connection import open_catalog
from dscore.cli.model_runs import run_model, say_ran
from dscore.cli.output import Output, shared_options
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.models import Mode


@click.command()
@click.argument("name")
@click.option(
    "--model", required=True, metavar="NAME|FOLDER",
    help="blip-large, blip-base, or a folder with a BLIP model (safetensors); with --endpoint the model's name there.",
)  # fmt: skip
@click.option(
    "--endpoint", default="", metavar="URL",
    help="Ask Ollama, vLLM, LM Studio or a site like them, by its base address, as http://127.0.0.1:11434/v1.",
)  # fmt: skip
@click.option("--where", default="", metavar="QUERY", help="Only pictures that this search finds.")
@click.option(
    "--mode", type=click.Choice([mode.value for mode in Mode]), default=Mode.MERGE.value, show_default=True,
    help="What happens to sentences that are there: skip such pictures, append, merge (replace only captioners'), overwrite.",
)  # fmt: skip
@click.option(
    "--preset", type=click.Choice(["guide", "kohya"]), default="guide", show_default=True,
    help="guide: the likeliest sentence, by 3 beams. kohya: words are drawn, as its script does. Other options go on top.",
)  # fmt: skip
@click.option(
    "--prompt",
    help='How the sentence begins, as "a picture of"; it is cut from the caption. --endpoint: what is asked, where {tags} and '
    "{trigger} are the picture's.",
)
@click.option("--beams", type=int, help="How many sentences are followed at once; 1 is the quickest.")
@click.option("--sample/--no-sample", default=None, help="Draw words by chance instead of searching.")
@click.option("--top-p", type=float, help="--sample: draw from the likeliest words that have this share together.")
@click.option("--seed", type=int, help="--sample: the same seed gives a picture the same sentence.")
@click.option("--min-length", type=int, help="Tokens at least, the prompt's among them.")
@click.option("--max-length", type=int, help="Tokens at most.")
@click.option("--repetition-penalty", type=float, help="Above 1, words that were said become less likely.")
@click.option("--max-tokens", type=int, help="--endpoint: the longest answer.")
@click.option("--temperature", type=float, help="--endpoint: 0 is the likeliest answer, 1 varies.")
@click.option("--side", type=int, help="--endpoint: pixels on the longer side of the picture that is sent.")
@click.option("--seconds", type=float, help="--endpoint: how long one answer may take.")
@click.option("--at-once", type=int, help="--endpoint: questions at once; a server for many users (vLLM) likes 8.")
@click.option(
    "--device", metavar="auto|cpu|cuda|cuda:N", default="auto", show_default=True,
    help="auto: the first GPU where it runs, else the CPU.",
)  # fmt: skip
@click.option(
    "--precision", type=click.Choice(["auto", "full", "half"]), default="auto", show_default=True,
    help="half takes half the memory; auto is half on a GPU.",
)  # fmt: skip
@click.option("--batch", type=click.IntRange(0, 1024), default=0, help="Pictures at once; 0 is the best for the model.")
@click.option("--again", is_flag=True, help="Ask anew, also where the model has answered just that before.")
@click.option("--offline", is_flag=True, help="Never download a model.")
@shared_options
def caption(library: Library, out: Output, name: str, where: str, **options: Any) -> None:
    """Let a captioner describe the pictures of a dataset in sentences, which stand beside the tags.

    \b
    caption portraits --model blip-large
    caption portraits --model ./my-blip --preset kohya --where "is:undescribed"
    caption portraits --endpoint http://127.0.0.1:11434/v1 --model llava:7b --prompt "Describe {trigger}. Tags: {tags}"

    What it says is kept, so the same question is never asked twice. Captions that loop, repeat the prompt or hold words that BLIP
    made up are written, and listed.
    """
    from dscore.pipeline import captioning

    request = _request(**options)
    ran = run_model(library, out, name, kind="caption", params=request.params(), where=where, past="captioned")
    with open_catalog(library) as db:
        flagged = captioning.flagged_in(db, ran.job.id)
    result = ran.job.result
    say_ran(out, ran, [str(result["note"] or f"{result['captioner']} ran on {result['device']}.")], flagged=flagged)


def _request(*, mode: str, preset: str, endpoint: str, prompt: str | None, **options: Any) -> Any:
    """What the options ask for; those of the wording go on top of the preset's."""
    from dataclasses import replace

    from dscore.captioners.base import Wording
    from dscore.captioners.endpoint import Asking
    from dscore.captioners.presets import BY_NAME
    from dscore.pipeline.voices import Request

    wording, asking = _taken(options, Wording), _taken(options, Asking)
    _refuse(asking if not endpoint else wording, "go with" if not endpoint else "do not go with")
    if prompt is not None:
        (asking if endpoint else wording)["prompt"] = prompt
    return Request(
        mode=Mode(mode),
        wording=replace(BY_NAME[preset].wording, **wording),
        asking=Asking(endpoint, **asking) if endpoint else None,
        **options,
    )


def _taken(options: dict[str, Any], kind: type[Any]) -> dict[str, Any]:
    """Those of the options that are fields of the kind and were given, out of the options."""
    found = {field.name: options.pop(field.name, None) for field in fields(kind)}
    return {name: value for name, value in found.items() if value is not None}


def _refuse(options: dict[str, Any], how: str) -> None:
    if options:
        words = ", ".join(f"--{name.replace('_', '-')}" for name in options)
        raise WrongUseError(f"{words} {how} --endpoint.")
