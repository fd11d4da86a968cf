"""What `tag` and `caption` share: a model looks at the pictures that a search finds, as one job, run here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from dscore.catalog import datasets, job_lists, jobs
from dscore.catalog.connection import open_catalog
from dscore.catalog.job_lists import Job
from dscore.cli.output import NOTHING, PARTLY, Output, counted, listed, named, require_over, took_over, undo_hint
from dscore.config import Library
from dscore.pipeline.jobs import run_here


@dataclass(frozen=True, slots=True)
class Ran:
    """A job that is over, with the dataset's name and (name, reason) of what failed."""

    dataset: str
    job: Job
    failed: Sequence[tuple[str, str]]


def run_model(
    library: Library, out: Output, name: str, *, kind: str, params: Mapping[str, Any], where: str, past: str
) -> Ran:
    """Run a job of the kind; the command ends here where there is no picture, or where somebody stopped the job.

    `past` is what would have been done: "tagged".
    """
    from dscore.pipeline import model_run

    with open_catalog(library) as db:
        dataset = datasets.get(db, name)
        ids = model_run.scope(db, dataset, where)
    if not ids:
        where_text = f" matches “{where}”" if where else ""
        out.fail(f"No picture in “{dataset.name}”{where_text}; nothing was {past}.")
    job = run_here(
        library,
        kind,
        dataset_id=dataset.id,
        params={**params, "query": where},
        items=lambda: (jobs.NewItem(item) for item in ids),
        on_progress=out.progress,
    )
    require_over(out, job)
    took_over(out, job, expected=len(ids))
    with open_catalog(library) as db:
        return Ran(dataset.name, job, job_lists.reasons(db, job.id))


def say_ran(out: Output, ran: Ran, told: Iterable[str], *, flagged: Sequence[tuple[str, str]] | None = None) -> None:
    """The sum, what the model `told`, the pictures to look at, and those that failed; the command's exit is theirs."""
    job, tally = ran.job, ran.job.tally
    lost = tally.failed + tally.skipped
    document = {"dataset": ran.dataset, "job": job.id, "change": job.change_id, **job.result}
    document["failed_pictures"] = named(ran.failed)
    if flagged is not None:
        document["flagged_pictures"] = named(flagged)
    counts = f"{tally.done:,} changed + {tally.there:,} unchanged + {lost:,} failed."
    lines = [
        f"{ran.dataset}: {counted(tally.total, 'picture')} = {counts}{undo_hint(ran.dataset, job.change_id)}",
        *told,
        *(["Look at:", *listed(flagged)] if flagged else []),
        *(["Failed:", *listed(ran.failed)] if ran.failed else []),
    ]
    out.result(document, lines)
    if ran.failed:
        raise click.exceptions.Exit(PARTLY if tally.done or tally.there else NOTHING)
