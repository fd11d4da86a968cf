"""What an import says when it is over: the sum of its files, and each that did not go in."""

from __future__ import annotations

import click

from dscore.catalog import job_lists
from dscore.catalog.connection import open_catalog
from dscore.catalog.job_lists import Job
from dscore.cli.output import NOTHING, PARTLY, Output, listed, named, require_over, undo_hint
from dscore.config import Library


def say_import(library: Library, out: Output, dataset: str, job: Job, notes: list[str], **more: str) -> None:
    """Print it, and end with 1 or 2 where files were skipped; `more` goes into the JSON document."""
    from dscore.pipeline.intake import THERE

    require_over(out, job)
    with open_catalog(library) as db:
        skipped = job_lists.reasons(db, job.id)
        remarks = job_lists.reasons(db, job.id, states=("done", "there"))
    remarks = [pair for pair in remarks if pair[1] != THERE]
    _say(out, dataset, job, notes, skipped, remarks, more)
    if job.tally.skipped:
        raise click.exceptions.Exit(PARTLY if job.tally.done or job.tally.there else NOTHING)


def _say(
    out: Output,
    dataset: str,
    job: Job,
    notes: list[str],
    skipped: list[tuple[str, str]],
    remarks: list[tuple[str, str]],
    more: dict[str, str],
) -> None:
    tally = job.tally
    document = {
        "dataset": dataset,
        "job": job.id,
        "change": job.change_id,
        "found": tally.total,
        "imported": tally.done,
        "already_there": tally.there,
        "skipped": tally.skipped,
        "skipped_files": named(skipped),
        "remarks": named(remarks),
        "notes": notes,
        **more,
    }
    lines = [
        f"{dataset}: {tally.total:,} found = {tally.done:,} imported + {tally.there:,} already there + {tally.skipped:,} skipped."
        + undo_hint(dataset, job.change_id),
        *notes,
        *(["Skipped:", *listed(skipped)] if skipped else []),
        *(["Worth knowing:", *listed(remarks)] if remarks else []),
    ]
    out.result(document, lines)
