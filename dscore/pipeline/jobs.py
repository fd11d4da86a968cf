"""Running jobs: the same code for a command in the foreground and for a worker.

A job's work is a generator: it does a chunk, commits it with its marks, and yields how far it is. Between two steps this
file looks whether somebody asked to pause or cancel, and beside it a thread keeps the lease.
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from dscore.catalog import changes, job_lists, jobs, runs
from dscore.catalog.connection import Database, open_catalog, wait_for_turn, writing
from dscore.catalog.job_lists import Job
from dscore.catalog.jobs import Held, NewItem
from dscore.config import Library
from dscore.errors import DscoreError, LeaseLostError
from dscore.models import Progress
from dscore.pipeline.pieces import known

ASK_SECONDS = 0.25
CHUNK = 5000
"""Pieces of a new job in one transaction."""

SAY_SECONDS = 1.0
SNAPSHOT = "snapshot"
"""The parameter that tells what a job was queued for: one for something else since is not gone on with."""

Work = Generator[Progress, None, None]
OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: the lane whose worker runs it, and "module:function", loaded when it runs."""

    lane: str
    run: str


KINDS = {
    "import": Kind("disk", "dscore.pipeline.ingest:run"),
    "hub": Kind("network", "dscore.pipeline.hub:run"),
    "booru": Kind("network", "dscore.pipeline.booru:run"),
    "tag": Kind("device", "dscore.pipeline.tagging:run"),
    "sample": Kind("device", "dscore.pipeline.sampling:run"),
    "caption": Kind("device", "dscore.pipeline.captioning:run"),
    "caption-sample": Kind("device", "dscore.pipeline.caption_sampling:run"),
    "tune": Kind("disk", "dscore.pipeline.tuning:run"),
    "edit": Kind("disk", "dscore.pipeline.curate:run_edit"),
    "repair": Kind("disk", "dscore.pipeline.mending:run"),
    "revert": Kind("disk", "dscore.pipeline.reverts:run"),
    "export": Kind("disk", "dscore.pipeline.export:run"),
    "version": Kind("disk", "dscore.pipeline.versions:run"),
    "freeze": Kind("disk", "dscore.pipeline.versions:run_freeze"),
    "gather": Kind("disk", "dscore.pipeline.gathering:run"),
}
LANES = ("device", "disk", "network")


def submit(
    library: Library, kind: str, *, dataset_id: int | None, params: dict[str, Any], items: Iterable[NewItem]
) -> int:
    """Queue a job for a worker; returns its id."""
    with open_catalog(library) as db:
        return _enqueue(db, kind, dataset_id=dataset_id, params=params, items=items, held=False)


def _enqueue(
    db: Database, kind: str, *, dataset_id: int | None, params: dict[str, Any], items: Iterable[NewItem], held: bool
) -> int:
    """Write the job in transactions so short that nobody waits for the snapshot of a large one."""
    first, pieces = 1, iter(items)
    with writing(db):
        job_id = jobs.prepare(db, kind=kind, lane=KINDS[kind].lane, dataset_id=dataset_id, params=params)
    while some := list(islice(pieces, CHUNK)):
        with writing(db):
            jobs.add_items(db, job_id, some, first=first)
        first += sum(piece.items for piece in some)
        wait_for_turn()
    with writing(db):
        jobs.release(db, job_id, held=held)
    return job_id


def run_here(
    library: Library,
    kind: str,
    *,
    dataset_id: int | None,
    params: dict[str, Any],
    items: Callable[[], Iterable[NewItem]],
    on_progress: OnProgress,
    late: Callable[[Collection[int]], Iterable[NewItem]] | None = None,
) -> Job:
    """Do the work in this process; a job of just this kind that was left half way is gone on with.

    `late` gives the pieces for what has come since: for all items but those, by id, that such a job has.
    """
    with open_catalog(library) as db:
        job_id = jobs.interrupted(db, kind=kind, dataset_id=dataset_id, params=params)
        if job_id is None:
            _give_up_outdated(db, kind, dataset_id=dataset_id, params=params)
            job_id = _enqueue(db, kind, dataset_id=dataset_id, params=params, items=items(), held=True)
            held = jobs.held_by_me(db, job_id)
        else:
            held = jobs.claim(db, job_id)
            if late is not None:
                jobs.extend(db, held, list(late(known(db, job_id))))
    return perform(library, held, on_progress)


def _give_up_outdated(db: Database, kind: str, *, dataset_id: int | None, params: dict[str, Any]) -> None:
    """Cancel what was left half way of this very command for another state of things, so that no worker does it later."""
    for job in job_lists.listed(db):
        same = (
            job.kind == kind and job.dataset_id == dataset_id and job.params | {SNAPSHOT: ""} == params | {SNAPSHOT: ""}
        )
        if job.state == "interrupted" and same:
            jobs.ask(db, job.id, "cancel")


def perform(library: Library, held: Held, on_progress: OnProgress) -> Job:
    """Run a job that this process holds, to its end or until it is asked to stop; returns it as it then is.

    A DscoreError fails the job, and is raised; a lost lease is raised and changes nothing.
    """
    with _lease(library, held) as lost:
        try:
            _drive(library, held, on_progress, lost)
        except LeaseLostError:
            raise
        except DscoreError as error:
            with suppress(DscoreError):  # on a full disk not even this can be written; the job is then "interrupted"
                _stop(library, held, state="failed", message=str(error))
            raise
    with open_catalog(library) as db:
        return job_lists.get(db, held.id)


def _drive(library: Library, held: Held, on_progress: OnProgress, lost: threading.Event) -> None:
    work = _work(library, held)
    asked = said = time.monotonic()
    try:
        for progress in work:
            on_progress(progress)
            if lost.is_set():
                raise LeaseLostError(f"Job {held.id} was taken over by another worker; this one stops.")
            if time.monotonic() - asked < ASK_SECONDS:
                continue
            asked = time.monotonic()
            if asked - said > SAY_SECONDS:
                said = asked
                _say(library, held, progress)
            want = _wanted(library, held)
            if want is not None:
                work.close()
                _stop(library, held, state={"pause": "paused", "cancel": "cancelled"}[want], message="")
                return
    finally:
        work.close()


def _work(library: Library, held: Held) -> Work:
    module, _, name = KINDS[held.kind].run.partition(":")
    run: Callable[[Library, Held], Work] = getattr(importlib.import_module(module), name)
    return run(library, held)


def _say(library: Library, held: Held, progress: Progress) -> None:
    """Tell those who watch which step it is at; how many pieces are through they can count."""
    share = f" ({progress.done / progress.total:.0%})" if progress.total else ""
    with suppress(DscoreError), open_catalog(library, busy_seconds=SAY_SECONDS) as db:  # the work itself will tell
        runs.say(db, held, f"{progress.message}{share}")


def _wanted(library: Library, held: Held) -> str | None:
    with open_catalog(library) as db:
        return jobs.wanted(db, held.id)


def _stop(library: Library, held: Held, *, state: str, message: str) -> None:
    """Leave the job as it is now; what it has changed so far stands, and can be undone."""
    with open_catalog(library) as db, writing(db):
        jobs.finish(db, held, state=state, message=message)
        if state != "paused":
            changes.close_change(db, jobs.change_of(db, held.id), state="partial")


@contextmanager
def _lease(library: Library, held: Held) -> Iterator[threading.Event]:
    """Keep the lease alive from a thread, however long a step takes; the event is set where it was lost."""
    over, lost = threading.Event(), threading.Event()

    def renew() -> None:
        while not over.wait(jobs.LEASE_SECONDS / 4):
            try:
                with open_catalog(library) as db:
                    jobs.renew(db, held)
            except LeaseLostError:
                lost.set()
                return
            except DscoreError:
                continue  # the catalog is busy; the lease is four times as long as this wait

    thread = threading.Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        over.set()
        thread.join()
