"""The job strip: what runs, how fast, how long still; and its three buttons."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import psutil
import pytest

from dscore.catalog import jobs
from dscore.catalog.connection import open_catalog, writing
from dscore.catalog.job_lists import Job, Tally
from dscore.catalog.jobs import Mark, NewItem
from dscore.config import Library
from dscore.web.jobs import Pace, Paces
from tests.web.serving import browser


def queued(library: Library, *, held: bool, pieces: int = 10) -> int:
    with open_catalog(library) as db, writing(db):
        items = [NewItem(name=str(number)) for number in range(pieces)]
        return jobs.enqueue(db, kind="edit", lane="none", dataset_id=None, params={}, items=items, held=held)


def test_jobs_are_listed_with_how_far_they_are(tmp_path: Path) -> None:
    library = Library(tmp_path)
    queued(library, held=False)
    job = queued(library, held=True)
    with open_catalog(library) as db, writing(db):
        held = jobs.held_by_me(db, job)
        jobs.mark(db, held, [Mark(1, "done"), Mark(2, "failed", "It broke."), Mark(3, "skipped", "It was there.")])
    listed = browser(library).get("/api/jobs").json()["jobs"]
    assert [(one["id"], one["state"], one["through"], one["total"]) for one in listed] == [
        (2, "running", 3, 10),
        (1, "queued", 0, 10),
    ]
    assert (listed[0]["skipped"], listed[0]["failed"], listed[0]["rate"]) == (1, 1, None)
    assert len(browser(library).get("/api/jobs?limit=1").json()["jobs"]) == 1


def test_a_running_job_is_asked_to_pause_resume_and_cancel(tmp_path: Path) -> None:
    library = Library(tmp_path)
    job = queued(library, held=True)
    asking = browser(library)
    assert asking.post(f"/api/jobs/{job}/pause").json()["want"] == "pause"
    assert asking.post(f"/api/jobs/{job}/resume").json()["want"] is None
    assert asking.post(f"/api/jobs/{job}/cancel").json()["want"] == "cancel"


def test_a_job_that_waits_is_paused_and_cancelled_at_once(tmp_path: Path) -> None:
    library = Library(tmp_path)
    job = queued(library, held=False)
    asking = browser(library)
    assert asking.post(f"/api/jobs/{job}/pause").json()["state"] == "paused"
    assert asking.post(f"/api/jobs/{job}/cancel").json()["state"] == "cancelled"
    again = asking.post(f"/api/jobs/{job}/resume")
    assert (again.status_code, again.json()["error"]) == (400, f"Job {job} is cancelled; it cannot be asked to resume.")


def test_a_resumed_job_gets_a_worker(tmp_path: Path) -> None:
    library = Library(tmp_path)
    job = queued(library, held=False)
    asking = browser(library)
    asking.post(f"/api/jobs/{job}/pause")
    children = {child.pid for child in psutil.Process().children()}
    assert asking.post(f"/api/jobs/{job}/resume").json()["state"] == "queued"
    (started,) = [child for child in psutil.Process().children() if child.pid not in children]
    started.kill()
    started.wait()


@pytest.mark.parametrize("path", ["/api/jobs/1/explode", "/api/jobs/7/pause"])
def test_what_does_not_exist_is_said(tmp_path: Path, path: str) -> None:
    answer = browser(Library(tmp_path)).post(path)
    assert answer.status_code == 404
    assert answer.json()["error"]


def running(through: int, *, state: str = "running") -> Job:
    tally = Tally(waiting=1000 - through, done=through)
    return Job(5, "tag", "device", "heap", 1, {}, state, None, "", {}, None, "", None, tally)


def test_the_rate_is_that_of_the_last_seconds() -> None:
    paces = Paces()
    assert paces.of(running(0), at=100.0) == Pace()
    assert paces.of(running(50), at=101.0) == Pace(50.0, 19.0)
    for second in range(2, 40):
        pace = paces.of(running(50 + second), at=100.0 + second)
    assert pace.rate == pytest.approx(1.0)
    assert pace.seconds_left == pytest.approx(911.0)


def test_a_job_that_stands_still_or_was_paused_has_no_rate() -> None:
    paces = Paces()
    paces.of(running(10), at=0.0)
    assert paces.of(running(10), at=5.0) == Pace()
    paces.of(running(90), at=6.0)
    assert paces.of(running(90, state="paused"), at=7.0) == Pace()
    assert paces.of(running(90), at=600.0) == Pace()
    assert paces.of(dataclasses.replace(running(95), id=6), at=600.0) == Pace()
