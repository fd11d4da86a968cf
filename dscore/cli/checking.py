"""What is wrong with a dataset: check."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from dscore.catalog import datasets as dataset_table
from dscore.catalog.connection import open_catalog
from dscore.cli.editing import WHERE, around
from dscore.cli.output import PARTLY, PROGRAM, Output, counted, shared_options, undo_hint
from dscore.config import Library
from dscore.quality.findings import Finding, Level
from dscore.text.tokens import LONG

if TYPE_CHECKING:
    from dscore.catalog.datasets import Dataset
    from dscore.pipeline.checking import Report
    from dscore.pipeline.mending import Mending
    from dscore.quality.readiness import Readiness

SHOWN = 5
"""Cases of each finding that are listed."""


@click.command()
@click.argument("name")
@WHERE
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    default=Level.WARNING.value,
    show_default=True,
    help="Exit 1 where there is a finding of this level or a worse one.",
)
@click.option(
    "--base", type=click.Choice(["sdxl", "sd15"]), default="sdxl", show_default=True, help="What the pictures train."
)
@click.option(
    "--tokens", type=click.IntRange(1, 100_000), default=LONG, show_default=True, help="Longer captions are a finding."
)
@click.option(
    "--for",
    "kind",
    type=click.Choice(["character", "style", "concept"]),
    help="Say how ready it is for this kind of LoRA.",
)
@click.option("--repair", metavar="CODE", help="Mend what this check found, as one change that can be undone.")
@click.option("--dry-run", is_flag=True, help="With --repair: only say what would change, with examples.")
@shared_options
def check(
    library: Library, out: Output, name: str, where: str, level: str, base: str, tokens: int, kind: str | None,
    repair: str | None, dry_run: bool,
) -> None:  # fmt: skip
    """Say what is wrong with a dataset's pictures and captions, and mend it with --repair.

    Exits 1 where there are findings of the level asked for, so that a script can stop before it trains.
    """
    from dscore.pipeline import checking

    with open_catalog(library) as db:
        dataset = dataset_table.get(db, name)
    report = checking.check(library, dataset, query=where, base=base, limit=tokens, on_progress=out.progress)
    if repair:
        _repair(library, out, dataset, report.finding(repair), where, dry_run=dry_run)
        return
    bad = report.at_least(Level(level))
    document, lines = {**checking.document(report), "level": level, "failing": len(bad)}, _lines(dataset, report)
    if kind:
        ready = checking.ready(library, dataset, kind, base=base, limit=tokens)
        document["readiness"] = checking.readiness_document(ready)
        lines += _ready_lines(ready)
    out.result(document, lines)
    if bad:
        raise click.exceptions.Exit(PARTLY)


def _lines(dataset: Dataset, report: Report) -> list[str]:
    lines = [f"{counted(report.pictures, 'picture')} checked. {_verdict(report)}"]
    for one in report.findings:
        lines += ["", f"{one.level.value.upper()}  {one.title}: {counted(len(one.items), 'picture')}  [{one.code}]"]
        lines.append(f"  {one.reason}")
        said = [case.words for case in one.cases if case.words]
        lines += [f"  - {words}" for words in said[:SHOWN]]
        if len(said) > SHOWN:
            lines.append(f"  - and {len(said) - SHOWN:,} more")
        if one.query:
            lines.append(f"  See them: {PROGRAM} search {shlex.quote(dataset.name)} {shlex.quote(one.query)}")
        if one.mend and one.repairs:
            lines.append(f"  {one.mend}: {PROGRAM} check {shlex.quote(dataset.name)} --repair {one.code}")
    return lines


def _ready_lines(ready: Readiness) -> list[str]:
    lines = ["", f"Ready for a {ready.kind}: {ready.score} of 100."]
    lines += [f"{one.points:5.0f} of {one.most:2}  {one.title}: {one.words}" for one in ready.reasons]
    for axis in ready.axes:
        there = ", ".join(f"{cell.name} {len(cell.items):,}" for cell in axis.cells if cell.items) or "nothing"
        lines.append(f"  {axis.title}: {there}" + (f"; {axis.advice} wanted" if axis.advice else ""))
    return lines


def _verdict(report: Report) -> str:
    numbers = {level: sum(one.level is level for one in report.findings) for level in Level}
    said = [counted(number, level.value) for level, number in numbers.items() if number]
    return f"{', '.join(said)}." if said else "Nothing is wrong."


def _repair(library: Library, out: Output, dataset: Dataset, finding: Finding, where: str, *, dry_run: bool) -> None:
    from dscore.pipeline import mending

    if not finding.repairs:
        out.fail(f"There is no safe repair for “{finding.code}”: look at the pictures, and edit them.")
    with open_catalog(library) as db:
        planned = mending.plan(db, dataset, finding.repairs, mending.summary(finding))
    if dry_run:
        _say_plan(out, planned)
        return
    done = mending.mend(library, planned, query=where, go_on=True, on_progress=out.progress)
    document = {"change": done.change_id, "changed": done.changed, "same": done.same, "skipped": len(done.stale)}
    out.result(document, [f"{counted(done.changed, 'picture')} changed.{undo_hint(dataset.name, done.change_id)}"])
    if done.stale:
        out.warn(f"{counted(len(done.stale), 'picture')} left alone: somebody changed them meanwhile.")
        raise click.exceptions.Exit(PARTLY)


def _say_plan(out: Output, mending: Mending) -> None:
    examples = [{"name": one.name, "before": one.before, "after": one.after} for one in mending.examples]
    lines = [f"{counted(mending.changed, 'picture')} would change; nothing was written."]
    for one in mending.examples:
        before, after = around(one.before, one.after)
        lines += [f"{one.name}:", f"  - {before}", f"  + {after}"]
    out.result({"changed": mending.changed, "examples": examples}, lines)
