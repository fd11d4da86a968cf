"""What runs of jobs tell: the step they are at, the latest of a kind, and what finished ones found out."""

from __future__ import annotations

from pathlib import Path

from dscore.catalog import job_lists, jobs, runs
from dscore.catalog.connection import Database, open_catalog, writing
from tests.catalog.made import make_library


def begun(db: Database, kind: str = "tag") -> jobs.Held:
    """A job in the hands of this process."""
    with writing(db):
        job = jobs.enqueue(db, kind=kind, lane="device", dataset_id=1, params={"tagger": "t"}, items=[], held=True)
    return jobs.held_by_me(db, job)


def test_a_running_job_says_its_step_and_one_that_was_lost_does_not(tmp_path: Path) -> None:
    with open_catalog(make_library(tmp_path, {"a": "solo"})) as db:
        held = begun(db)
        runs.say(db, held, "Downloading (40%)")
        assert job_lists.get(db, held.id).message == "Downloading (40%)"
        with writing(db):
            db.execute("update job set fence = fence + 1")
        runs.say(db, held, "Downloading (50%)")
        assert job_lists.get(db, held.id).message == "Downloading (40%)"


def test_the_latest_of_a_kind_and_what_finished_ones_found_out(tmp_path: Path) -> None:
    with open_catalog(make_library(tmp_path, {"a": "solo"})) as db:
        first, second, other = begun(db), begun(db), begun(db, "export")
        with writing(db):
            jobs.finish(db, first, state="done", result={"rate": 3.5})
            jobs.finish(db, other, state="failed", message="no")
        latest = runs.latest(db, dataset_id=1, kinds=("tag",))
        assert latest is not None
        assert latest.id == second.id
        assert runs.latest(db, dataset_id=2, kinds=("tag",)) is None
        (finished,) = runs.finished(db, kinds=("tag", "export"))
        assert (finished.params, finished.result) == ({"tagger": "t"}, {"rate": 3.5})
