from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from dscore import worker
from dscore.catalog import changes, job_lists
from dscore.catalog.connection import open_catalog
from dscore.catalog.job_lists import Job
from dscore.config import Library
from dscore.pipeline import pieces
from dscore.pipeline.jobs import submit
from dscore.pipeline.operations import Operation
from tests.kills.scenes import make_catalog

ITEMS = 6_000
SECONDS = 60.0


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(make_catalog(tmp_path / "library", ITEMS))
    yield library
    for process in workers_of(library):
        process.kill()


def workers_of(library: Library) -> list[psutil.Process]:
    """The worker processes of this library that live."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line = process.info["cmdline"] or []
        if "worker" in line and str(library.home) in line and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def queue_edit(library: Library, tag: str) -> int:
    """A job that adds a tag to every item."""
    params = {"operation": operation(tag), "everything": True, "query": ""}
    items = pieces.batches(range(1, ITEMS + 1))
    return submit(library, "edit", dataset_id=1, params=params, items=items)


def operation(tag: str) -> dict[str, Any]:
    """As the job keeps it."""
    return {name: getattr(Operation("add", tag), name) for name in Operation.__slots__}


def job(library: Library, job_id: int) -> Job:
    with open_catalog(library) as db:
        return job_lists.get(db, job_id)


def run_all(library: Library, *lanes: str) -> list[object]:
    """What became of each job that was waiting."""
    done = worker.work(
        library, lanes=lanes or ("disk",), until_idle=True, on_progress=lambda _: None, on_job=lambda _: None
    )
    return [one["state"] for one in done]


def wait_until(true: Callable[[], object]) -> None:
    until = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.05)


def test_the_jobs_of_a_lane_run_in_their_order(library: Library) -> None:
    first, second = queue_edit(library, "a"), queue_edit(library, "b")
    assert run_all(library, "device", "network") == []
    assert run_all(library) == ["done", "done"]
    assert [job(library, one).state for one in (first, second)] == ["done", "done"]
    with open_catalog(library) as db:
        assert [change.summary for change in changes.listed(db, 1)] == ["add “b”", "add “a”"]


def test_a_failing_job_does_not_keep_the_next_from_running(library: Library, tmp_path: Path) -> None:
    params = {"form": "plain", "target": str(tmp_path / "export"), "options": {}, "query": ""}
    bad = submit(library, "export", dataset_id=1, params=params, items=[])
    good = queue_edit(library, "a")
    assert run_all(library) == ["failed", "done"]
    assert job(library, bad).message == "There is nothing to export: no picture was chosen."
    assert job(library, good).state == "done"


def test_a_job_of_a_killed_worker_is_taken_over_at_once(library: Library, tmp_path: Path) -> None:
    job_id = queue_edit(library, "a")
    killed = [sys.executable, "-m", "tests.kills.run_logged", str(tmp_path / "log"), "computing", "2", "0", "worker"]
    subprocess.run([*killed, "--until-idle", "--home", str(library.home)], check=False)
    left = job(library, job_id)
    assert (left.state, left.tally.done) == ("interrupted", 2000)
    assert run_all(library) == ["done"]
    assert job(library, job_id).tally.done == ITEMS


def test_a_second_worker_of_a_lane_leaves_at_once_and_another_lane_is_free(library: Library) -> None:
    worker.start(library, "disk")
    wait_until(lambda: (library.locks / "disk.lock").exists() and workers_of(library))
    wait_until(lambda: not lane_is_free(library, "disk"))
    queue_elsewhere = queue_edit(library, "a")
    forever = worker.work(
        library, lanes=["disk"], until_idle=False, on_progress=lambda _: None, on_job=lambda _: None
    )  # fmt: skip
    assert forever == []
    assert lane_is_free(library, "network")
    wait_until(lambda: job(library, queue_elsewhere).state == "done")


def lane_is_free(library: Library, lane: str) -> bool:
    with worker._lanes(library, [lane]) as mine:
        return mine == [lane]


def test_a_started_worker_outlives_its_parent_wherever_that_was_started(library: Library, tmp_path: Path) -> None:
    job_id = queue_edit(library, "a")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    start = "import sys; from pathlib import Path; from dscore import worker; from dscore.config import Library; "
    start += "worker.start(Library(Path(sys.argv[1])), 'disk')"
    paths = {**os.environ, "PYTHONPATH": str(worker.CODE)}
    parent = subprocess.run([sys.executable, "-c", start, str(library.home)], cwd=elsewhere, env=paths, check=True)
    assert parent.returncode == 0
    wait_until(lambda: job(library, job_id).state == "done")
    assert "Job 1: edit" in (library.logs / "worker-disk.log").read_text(encoding="utf-8")


def test_a_quiet_worker_empties_the_write_ahead_log(library: Library) -> None:
    queue_edit(library, "a")
    with open_catalog(library) as keeps_it_open:
        assert run_all(library) == ["done"]
        (_, in_log, moved) = keeps_it_open.execute("pragma wal_checkpoint(passive)").fetchone()
    assert in_log == moved
