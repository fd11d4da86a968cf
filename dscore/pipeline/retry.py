"""What a job left undone, once more: as a new job, so that the old one keeps saying what it did."""

from __future__ import annotations

from dscore.catalog import job_lists
from dscore.catalog.connection import open_catalog
from dscore.catalog.job_lists import Job
from dscore.catalog.jobs import NewItem
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.pipeline import ingest
from dscore.pipeline.jobs import submit

BY_MODELS = ("tag", "caption")
KINDS = ("import", *BY_MODELS)
FROM_SITES = ("hub", "booru")
"""Kinds that find out by themselves what there is to bring in, and take only what is not here yet."""


def can_retry(job: Job) -> bool:
    """Whether it is over, left something undone, and doing that again can help: what an import skipped would be skipped again."""
    if job.kind in FROM_SITES:
        return (job.state in {"failed", "cancelled"} or job.tally.failed > 0) and job.dataset is not None
    undone = job.tally.waiting + (job.tally.failed if job.kind in BY_MODELS else 0)
    return job.kind in KINDS and job.state in job_lists.CLOSED and undone > 0 and job.dataset is not None


def again(library: Library, job: Job) -> int:
    """Queue it for a worker; returns the new job's id. Raises WrongUseError, for an import what `ingest.look` raises."""
    if not can_retry(job):
        raise WrongUseError(f"Job {job.id} left nothing undone that could be tried again.")
    if job.kind in FROM_SITES:
        return submit(library, job.kind, dataset_id=job.dataset_id, params=job.params, items=())
    if job.kind == "import":
        plan = ingest.plan(library, job.params["places"], dataset=job.dataset, captions=job.params["captions"])
        return submit(library, "import", dataset_id=plan.dataset.id, params=plan.params, items=plan.items())
    with open_catalog(library) as db:
        undone = [item for state in ("failed", "waiting") for item in job_lists.items_in(db, job.id, state)]
    return submit(library, job.kind, dataset_id=job.dataset_id, params=job.params, items=map(NewItem, undone))
