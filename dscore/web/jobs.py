"""Running jobs as the browser asks for them, with their rate and the time left."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dscore import worker
from dscore.catalog import job_lists, jobs
from dscore.catalog.connection import open_catalog
from dscore.catalog.job_lists import Job
from dscore.config import Library
from dscore.errors import NotFoundError
from dscore.web.protocol import number

WINDOW_SECONDS = 15.0
"""The rate is that of so long a time: long enough to be calm, short enough to follow a resumed job."""

MOST = 100
WORDS = ("pause", "resume", "cancel")


@dataclass(frozen=True, slots=True)
class Pace:
    """Pieces a second, and seconds until the end at that rate; None while too little is known."""

    rate: float | None = None
    seconds_left: float | None = None


class Paces:
    """Remembers how far each running job was at the last looks; safe in threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[int, deque[tuple[float, int]]] = {}

    def of(self, job: Job, *, at: float | None = None) -> Pace:
        """The job's pace, from this look (`at`: seconds of the monotonic clock) and those before it."""
        moment = time.monotonic() if at is None else at
        tally = job.tally
        through = tally.total - tally.waiting
        with self._lock:
            if job.state != "running":
                self._seen.pop(job.id, None)
                return Pace()
            looks = self._seen.setdefault(job.id, deque(maxlen=200))
            looks.append((moment, through))
            while len(looks) > 2 and moment - looks[0][0] > WINDOW_SECONDS:
                looks.popleft()
            since, before = looks[0]
        if moment - since < 0.5 or through <= before:
            return Pace()
        rate = (through - before) / (moment - since)
        return Pace(rate, tally.waiting / rate)


PACES = Paces()
"""One memory for the routes and the pages of this server."""


def routes(library: Library) -> list[Route]:
    """`GET /api/jobs?limit=20` and `POST /api/jobs/{id}/pause|resume|cancel`."""
    return [
        Route("/api/jobs", partial(_jobs, library)),
        Route("/api/jobs/{job:int}/{word}", partial(_ask, library), methods=["POST"]),
    ]


def _jobs(library: Library, request: Request) -> Response:
    limit = number(request.query_params, "limit", default=20, most=MOST)
    with open_catalog(library) as db:
        found = job_lists.listed(db, limit=limit)
    return JSONResponse({"jobs": [_shown(job) for job in found]})


def _ask(library: Library, request: Request) -> Response:
    job_id, word = int(request.path_params["job"]), request.path_params["word"]
    if word not in WORDS:
        raise NotFoundError(f"A job can be asked to {', '.join(WORDS)}.")
    with open_catalog(library) as db:
        job = jobs.ask(db, job_id, word)
    if job.state == "queued":
        worker.start(library, job.lane)
    return JSONResponse(_shown(job))


def _shown(job: Job) -> dict[str, Any]:
    pace, tally = PACES.of(job), job.tally
    return {
        "id": job.id,
        "kind": job.kind,
        "dataset": job.dataset,
        "state": job.state,
        "want": job.want,
        "message": job.message,
        "total": tally.total,
        "through": tally.total - tally.waiting,
        "skipped": tally.skipped,
        "failed": tally.failed,
        "rate": pace.rate,
        "seconds_left": pace.seconds_left,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
    }
