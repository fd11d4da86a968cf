from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dscore.catalog import changes, datasets, job_lists, jobs
from dscore.catalog.connection import open_catalog, writing
from dscore.catalog.job_lists import Job
from dscore.catalog.jobs import NewItem
from dscore.catalog.owners import this_process
from dscore.config import Library
from dscore.errors import DscoreError, ExportError, LeaseLostError, WrongUseError
from dscore.models import Progress
from dscore.pipeline import curate, reverts
from dscore.pipeline.jobs import CHUNK, run_here, submit
from dscore.pipeline.operations import Operation
from dscore.worker import work
from tests.kills.scenes import make_catalog

ITEMS = 12_000
OPERATION = Operation("replace", "tag 1", "tag of another name")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(make_catalog(tmp_path / "library", ITEMS))


def edit(library: Library, on_progress: Callable[[Progress], None] = lambda _: None) -> None:
    """A job in six chunks."""
    with open_catalog(library) as db:
        dataset = datasets.get(db, "first")
    curate.apply(library, dataset, OPERATION, on_progress=on_progress)


def at_first_step(act: Callable[[], object]) -> Callable[[Progress], None]:
    """Do that once, and then give the job no time to be through before it looks."""
    done: list[object] = []

    def on_progress(_: Progress) -> None:
        if not done:
            done.append(act())
        time.sleep(0.1)

    return on_progress


def ask(library: Library, want: str) -> Job:
    with open_catalog(library) as db:
        return jobs.ask(db, job_lists.listed(db)[0].id, want)


def latest(library: Library) -> Job:
    with open_catalog(library) as db:
        return job_lists.listed(db)[0]


def left_by_a_dead_process(library: Library, job_id: int) -> None:
    """Give the job to a process that is no more."""
    host = this_process().rsplit(":", 2)[0]
    with open_catalog(library) as db, writing(db):
        db.execute("update job set owner = ?, state = 'running' where id = ?", (f"{host}:999999999:1", job_id))


def run_all(library: Library) -> list[dict[str, object]]:
    return work(library, until_idle=True, on_progress=lambda _: None, on_job=lambda _: None)


def renamed(library: Library) -> int:
    """How many items have the new tag."""
    with open_catalog(library) as db:
        query = "select count(*) from item_tag join tag on tag.id = tag_id where tag.name = 'tag of another name'"
        return int(db.execute(query).fetchone()[0])


def test_a_paused_job_stops_soon_and_goes_on_where_it_was(library: Library) -> None:
    edit(library, at_first_step(lambda: ask(library, "pause")))
    job = latest(library)
    assert job.state == "paused"
    assert 0 < job.tally.waiting < ITEMS
    assert run_all(library) == []
    assert ask(library, "resume").state == "queued"
    assert [one["state"] for one in run_all(library)] == ["done"]
    assert renamed(library) == ITEMS
    with open_catalog(library) as db:
        assert [change.state for change in changes.listed(db, 1)] == ["complete"]


def test_a_cancelled_job_stops_soon_and_what_it_did_can_be_undone(library: Library) -> None:
    edit(library, at_first_step(lambda: ask(library, "cancel")))
    assert latest(library).state == "cancelled"
    assert 0 < renamed(library) < ITEMS
    with open_catalog(library) as db:
        assert [change.state for change in changes.listed(db, 1)] == ["partial"]
        dataset = datasets.get(db, "first")
    reverts.undo(library, dataset)
    assert renamed(library) == 0


def test_a_worker_that_dies_before_it_obeys_leaves_that_to_the_next(library: Library) -> None:
    edit(library, at_first_step(lambda: ask(library, "pause")))
    job = latest(library)
    left_by_a_dead_process(library, job.id)
    with open_catalog(library) as db, writing(db):
        db.execute("update job set want = 'cancel' where id = ?", (job.id,))
    slowly = at_first_step(lambda: None)
    done = work(library, until_idle=True, on_progress=slowly, on_job=lambda _: None)
    assert [one["state"] for one in done] == ["cancelled"]


@pytest.mark.parametrize("state", ["paused", "interrupted"])
def test_cancelling_a_job_that_nobody_has_leaves_its_change_half_done(library: Library, state: str) -> None:
    edit(library, at_first_step(lambda: ask(library, "pause")))
    if state == "interrupted":
        left_by_a_dead_process(library, latest(library).id)
    assert latest(library).state == state
    assert ask(library, "cancel").state == "cancelled"
    with open_catalog(library) as db:
        assert [change.state for change in changes.listed(db, 1)] == ["partial"]


def test_a_job_taken_over_by_another_writes_nothing_more(library: Library) -> None:
    def take_over() -> None:
        with open_catalog(library) as db, writing(db):
            db.execute("update job set fence = fence + 1")

    def take_over_once(_: Progress) -> None:
        if not renamed_then:
            take_over()
            renamed_then.append(renamed(library))

    renamed_then: list[int] = []
    with pytest.raises(LeaseLostError, match="taken over"):
        edit(library, take_over_once)
    assert [renamed(library)] == renamed_then
    assert latest(library).state == "running"


def test_the_same_command_goes_on_with_what_was_left_half_way_even_where_little_is_left(library: Library) -> None:
    with open_catalog(library) as db:
        dataset = datasets.get(db, "first")
    query = "tag_1"  # what has been edited no longer matches
    stop = at_first_step(lambda: ask(library, "pause"))
    curate.apply(library, dataset, OPERATION, query=query, on_progress=stop)
    left_by_a_dead_process(library, latest(library).id)
    curate.apply(library, dataset, OPERATION, query=query)
    with open_catalog(library) as db:
        assert [job.state for job in job_lists.listed(db)] == ["done"]
        assert [change.state for change in changes.listed(db, 1)] == ["complete"]
    assert renamed(library) == ITEMS


def test_a_failed_job_keeps_its_sentence(library: Library, tmp_path: Path) -> None:
    target = tmp_path / "export"
    with pytest.raises(ExportError, match="nothing to export"):
        run_here(library, "export", dataset_id=1, params=export_params(target), items=list, on_progress=lambda _: None)
    job = latest(library)
    assert (job.state, job.message) == ("failed", "There is nothing to export: no picture was chosen.")


def export_params(target: Path) -> dict[str, Any]:
    """An export of everything, as the command asks for it."""
    return {"form": "plain", "target": str(target), "options": {}, "query": ""}


def test_a_large_job_is_written_in_chunks_and_runs_only_when_all_of_it_is_there(library: Library) -> None:
    def pieces() -> list[NewItem]:
        return [NewItem(item) for item in range(1, CHUNK + 2)]

    with open_catalog(library) as db:
        with writing(db):
            job_id = jobs.prepare(db, kind="edit", lane="disk", dataset_id=1, params={})
            jobs.add_items(db, job_id, pieces(), first=1)
        assert jobs.next_for(db, "disk") is None
        with pytest.raises(WrongUseError, match="cancelled"):
            jobs.claim(db, job_id)
        whole = submit(library, "edit", dataset_id=1, params={}, items=pieces())
        assert jobs.next_for(db, "disk") == whole
        assert [item.number for item in jobs.waiting(db, whole, limit=-1)] == list(range(1, CHUNK + 2))


def test_a_job_of_a_living_process_is_not_taken(library: Library) -> None:
    def claim_it(_: Progress) -> None:
        with open_catalog(library) as db:
            assert jobs.next_for(db, "disk") is None
            if job_lists.listed(db)[0].state == "done":
                return
            with pytest.raises(DscoreError, match="already running in another process"):
                jobs.claim(db, job_lists.listed(db)[0].id)

    edit(library, claim_it)
    assert latest(library).state == "done"
