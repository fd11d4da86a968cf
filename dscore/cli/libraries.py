"""The library as a whole: datasets, jobs, worker, backup, restore."""

from __future__ import annotations

from pathlib import Path

import click

from dscore.catalog import backup as backups
from dscore.catalog import datasets as dataset_table
from dscore.catalog import job_lists
from dscore.catalog import jobs as job_table
from dscore.catalog.connection import open_catalog
from dscore.catalog.job_lists import Job
from dscore.cli.output import PROGRAM, Output, counted, shared_options
from dscore.config import Library
from dscore.errors import NotFoundError
from dscore.pipeline.jobs import LANES


@click.command()
@shared_options
def datasets(library: Library, out: Output) -> None:
    """List the datasets and how far each is."""
    with open_catalog(library) as db:
        rows = [(dataset, dataset_table.counts(db, dataset.id)) for dataset in dataset_table.listed(db)]
        deleted = [dataset.name for dataset in dataset_table.trashed(db)]
    document = {
        "home": str(library.home),
        "datasets": [
            {
                "name": dataset.name,
                "trigger": dataset.trigger,
                "pictures": counts.items,
                "tagged": counts.tagged,
                "captioned": counts.captioned,
                "in_trash": counts.trashed,
            }
            for dataset, counts in rows
        ],
        "in_trash": deleted,
    }
    lines = [
        f"{dataset.name}: {counted(counts.items, 'picture')}, {counts.tagged:,} tagged, {counts.captioned:,} with a caption"
        + (f", {counts.trashed:,} in the trash" if counts.trashed else "")
        for dataset, counts in rows
    ]
    lines += [f"In the trash: {', '.join(deleted)}"] if deleted else []
    out.result(document, lines or [f"There is no dataset in {library.home} yet. Begin with: {PROGRAM} import A.zip"])


@click.command()
@click.argument("action", type=click.Choice(["list", "pause", "resume", "cancel"]), default="list")
@click.argument("job", type=int, required=False, metavar="[ID]")
@shared_options
def jobs(library: Library, out: Output, action: str, job: int | None) -> None:
    """List jobs, or pause, resume or cancel one: `jobs pause 7`. An interrupted one goes on by `worker`."""
    with open_catalog(library) as db:
        if action != "list":
            if job is None:
                out.fail(f"Say which job to {action}: {PROGRAM} jobs {action} ID")
            found = [job_table.ask(db, job, action)]
        else:
            found = job_lists.listed(db)
    out.result([_document(one) for one in found], [_line(one) for one in found] or ["There are no jobs."])


def _document(job: Job) -> dict[str, object]:
    tally = job.tally
    return {
        "id": job.id,
        "kind": job.kind,
        "dataset": job.dataset,
        "state": job.state,
        "total": tally.total,
        "waiting": tally.waiting,
        "done": tally.done,
        "already_there": tally.there,
        "skipped": tally.skipped,
        "failed": tally.failed,
        "message": job.message,
        "created_at": job.created_at,
    }


def _line(job: Job) -> str:
    through = job.tally.total - job.tally.waiting
    line = f"{job.id:6}  {job.kind} {job.dataset or ''}: {job.state}, {through:,} of {job.tally.total:,}"
    return f"{line}. {job.message}" if job.message else line


@click.command()
@click.option("--lane", type=click.Choice(LANES), multiple=True, help="Which jobs to take. Default: all.")
@click.option("--until-idle", is_flag=True, help="End when nothing is left to do.")
@shared_options
def worker(library: Library, out: Output, lane: tuple[str, ...], until_idle: bool) -> None:
    """Run queued jobs, and go on with those that a dead process left."""
    from dscore.worker import work

    done = work(library, lanes=lane or LANES, until_idle=until_idle, on_progress=out.progress, on_job=out.warn)
    out.result({"jobs": done}, [f"{counted(len(done), 'job')} done."])


@click.command()
@shared_options
def backup(library: Library, out: Output) -> None:
    """Copy the catalog into the library's backups while everybody goes on working. Pictures are never changed, so it is all."""
    path = backups.write(library)
    out.result({"path": str(path)}, [f"Backup: {path}"])


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=False), required=False, metavar="[FILE]")
@shared_options
def restore(library: Library, out: Output, source: Path | None) -> None:
    """Put a backup in the catalog's place: FILE, or the newest good one. What stood there is kept in the backups."""
    chosen = source or _newest(library)
    aside = backups.restore(library, chosen)
    lines = [f"Restored {chosen}."] + ([f"The catalog that stood there is kept as {aside}."] if aside else [])
    out.result({"restored": str(chosen), "kept": str(aside) if aside else None}, lines)


def _newest(library: Library) -> Path:
    found = backups.newest_good(library)
    if found is None:
        raise NotFoundError(f"There is no good backup in {library.backups}.")
    return found
