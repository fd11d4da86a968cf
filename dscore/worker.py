"""The worker: a process of its own that runs jobs, one lane at a time, and outlives pages and servers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import filelock

from dscore.catalog import jobs
from dscore.catalog.connection import checkpoint, open_catalog, wal_bytes
from dscore.config import Library
from dscore.errors import DscoreError, LeaseLostError, WrongUseError
from dscore.pipeline.jobs import LANES, OnProgress, perform

IDLE_SECONDS = 0.5
GIVE_UP_SECONDS = 60.0
"""A worker that was started for a job ends after so long without one."""

CODE = Path(__file__).resolve().parent.parent
"""Where `python -m dscore` finds the program, whatever folder the user is in."""

_started: list[subprocess.Popen[bytes]] = []  # asked now and then, so that a worker that has ended leaves no zombie


def work(
    library: Library,
    *,
    lanes: Sequence[str] = LANES,
    until_idle: bool = False,
    on_progress: OnProgress,
    on_job: Callable[[str], None],
) -> list[dict[str, object]]:
    """Run jobs of these lanes until a minute has brought none (`until_idle`: until none is left); returns what became of each.

    One worker to a lane: the lanes that another living worker has are left to it.
    """
    done: list[dict[str, object]] = []
    while True:
        with _lanes(library, lanes) as mine:
            quiet_since = time.monotonic()
            while mine:
                job_id = _next(library, mine)
                if job_id is not None:
                    done.append(_run(library, job_id, on_progress, on_job))
                    quiet_since = time.monotonic()
                    continue
                _checkpoint(library)
                if until_idle or time.monotonic() - quiet_since > GIVE_UP_SECONDS:
                    break
                time.sleep(IDLE_SECONDS)
        # A worker that was started in the last moments found the lane taken, and left its job to this one.
        if _next(library, mine) is None:
            return done


def _checkpoint(library: Library) -> None:
    """A quiet moment, unless somebody is writing."""
    if wal_bytes(library.catalog):
        checkpoint(library.catalog, busy_seconds=0.0)


def _next(library: Library, lanes: Sequence[str]) -> int | None:
    with open_catalog(library) as db:
        found = [job_id for lane in lanes if (job_id := jobs.next_for(db, lane)) is not None]
    return min(found, default=None)


def _run(library: Library, job_id: int, on_progress: OnProgress, on_job: Callable[[str], None]) -> dict[str, object]:
    try:
        with open_catalog(library) as db:
            held = jobs.claim(db, job_id)
    except WrongUseError as error:
        return {"id": job_id, "state": "taken", "message": str(error)}
    on_job(f"Job {job_id}: {held.kind}")
    try:
        job = perform(library, held, on_progress)
    except LeaseLostError as error:
        return {"id": job_id, "state": "taken", "message": str(error)}
    except DscoreError as error:
        return {"id": job_id, "state": "failed", "message": str(error)}
    return {"id": job_id, "state": job.state, "message": job.message}


@contextmanager
def _lanes(library: Library, lanes: Sequence[str]) -> Iterator[list[str]]:
    """Hold the lock of each lane that no living worker holds; a dead one's lock is free."""
    library.locks.mkdir(parents=True, exist_ok=True)
    held: list[tuple[str, Any]] = []
    for lane in lanes:
        lock = filelock.FileLock(library.locks / f"{lane}.lock", timeout=0)
        with suppress(filelock.Timeout):
            lock.acquire()
            held.append((lane, lock))
    try:
        yield [lane for lane, _ in held]
    finally:
        for _, lock in held:
            lock.release()


def start(library: Library, lane: str) -> None:
    """Start a worker for the lane as a process of its own; where one lives already, the new one ends at once."""
    library.logs.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "dscore", "worker", "--home", str(library.home.absolute()), "--lane", lane]
    detached: dict[str, Any] = {"start_new_session": True}
    if os.name == "nt":
        detached = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS}  # type: ignore[attr-defined]
    with (library.logs / f"worker-{lane}.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=CODE, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **detached)
    _started[:] = [*(one for one in _started if one.poll() is None), process]
