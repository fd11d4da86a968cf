"""Repairs: bound to what was seen, one change however many chunks, also by a job that was killed, and back again."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog import changes, jobs
from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library
from dscore.models import Progress
from dscore.pipeline import checking, curate, mending, reverts
from dscore.pipeline.mending import Mending
from dscore.pipeline.operations import Operation
from dscore.quality.findings import Repair
from dscore.worker import work
from tests.catalog.made import dataset_of, item_ids, make_library, tag_texts, whole_catalog

CAPTIONS = {"a": "tea; cup, hat", "b": "salt | mill", "c": "hair, long hair", "d": "fish; net", "e": "clean"}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return make_library(tmp_path / "library", CAPTIONS)


def plan(library: Library, code: str) -> Mending:
    report = checking.check(library, dataset_of(library))
    with open_catalog(library) as db:
        return mending.plan(db, dataset_of(library), report.finding(code).repairs, "mend")


@pytest.mark.parametrize("chunk", [1, 2, 2000])
def test_all_cases_are_one_change_and_undone_at_once(
    library: Library, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mending, "CHUNK", chunk)
    before = whole_catalog(library)
    done = mending.mend(library, plan(library, "separator"))
    assert (done.changed, done.stale) == (3, ())
    assert tag_texts(library) == {
        "a": "tea, cup, hat",
        "b": "salt, mill",
        "c": "hair, long hair",
        "d": "fish, net",
        "e": "clean",
    }
    with open_catalog(library) as db:
        (change,) = changes.listed(db, 1)
    assert (change.id, change.state, change.items, change.summary) == (done.change_id, "complete", 3, "mend")
    reverts.undo(library, dataset_of(library))
    assert whole_catalog(library) == before


def test_what_was_changed_since_it_was_seen_is_left_alone(library: Library) -> None:
    planned = plan(library, "separator")
    curate.apply(library, dataset_of(library), Operation("add", "mine"), query="name:a")
    done = mending.mend(library, planned)
    assert (done.changed, len(done.stale)) == (2, 1)
    assert tag_texts(library)["a"] == "tea; cup, hat, mine"


# Large repairs, of two pictures at once.


@pytest.fixture
def two_by_two(library: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setattr(mending, "CHUNK", 2)
    return library


def half_done(library: Library) -> int:
    """A job whose first piece is done when its worker is killed."""
    job = mending.submit(library, plan(library, "separator"))
    with open_catalog(library) as db:
        run = mending.run(library, jobs.claim(db, job))
        assert next(run) == Progress(2, 3, "mend")
        run.close()
        with writing(db):
            db.execute("update job set owner = 'nobody:1:1', lease_until = 0 where id = ?", (job,))
    return job


def change_states(library: Library) -> list[str]:
    with open_catalog(library) as db:
        return [one.state for one in changes.listed(db, 1)]


def ended(library: Library) -> list[str]:
    done = work(library, until_idle=True, on_progress=lambda _: None, on_job=lambda _: None)
    return [str(one["state"]) for one in done]


MENDED = {"a": "tea, cup, hat", "b": "salt, mill", "c": "hair, long hair", "d": "fish, net", "e": "clean"}


def test_a_large_repair_is_queued_for_a_worker_and_is_one_change(two_by_two: Library) -> None:
    assert not plan(two_by_two, "separator").is_small
    mending.submit(two_by_two, plan(two_by_two, "separator"))
    assert tag_texts(two_by_two) == CAPTIONS
    assert (ended(two_by_two), change_states(two_by_two), tag_texts(two_by_two)) == (["done"], ["complete"], MENDED)


def test_a_repair_that_was_killed_goes_on_under_its_change(two_by_two: Library) -> None:
    half_done(two_by_two)
    assert (change_states(two_by_two), tag_texts(two_by_two)["d"]) == (["open"], "fish; net")
    assert (ended(two_by_two), change_states(two_by_two), tag_texts(two_by_two)) == (["done"], ["complete"], MENDED)


def test_the_same_command_goes_on_with_what_was_killed(two_by_two: Library) -> None:
    job = half_done(two_by_two)
    other = mending.mend(two_by_two, plan(two_by_two, "contained"), query="name:c", go_on=True)
    done = mending.mend(two_by_two, plan(two_by_two, "separator"), go_on=True)
    assert (done.changed, other.changed, sorted(change_states(two_by_two))) == (3, 1, ["complete", "complete"])
    with open_catalog(two_by_two) as db:
        assert db.execute("select id, state from job").fetchall() == [(job, "done")]


def test_what_a_page_showed_is_done_and_no_more(two_by_two: Library) -> None:
    half_done(two_by_two)
    shown = plan(two_by_two, "separator")
    assert (shown.changed, mending.mend(two_by_two, shown).changed) == (1, 1)
    assert sorted(change_states(two_by_two)) == ["complete", "open"]


def test_a_repair_that_was_cancelled_half_way_is_undone_whole(two_by_two: Library) -> None:
    before = whole_catalog(two_by_two)
    job = half_done(two_by_two)
    with open_catalog(two_by_two) as db:
        jobs.ask(db, job, "cancel")
    assert (ended(two_by_two), change_states(two_by_two)) == ([], ["partial"])
    reverts.undo(two_by_two, dataset_of(two_by_two))
    assert whole_catalog(two_by_two) == before


def test_a_job_leaves_alone_what_was_changed_since_it_was_queued(two_by_two: Library) -> None:
    mending.submit(two_by_two, plan(two_by_two, "separator"))
    curate.apply(two_by_two, dataset_of(two_by_two), Operation("add", "mine"), query="name:d")
    assert ended(two_by_two) == ["partial"]
    assert tag_texts(two_by_two) == {**MENDED, "d": "fish; net, mine"}


def test_each_picture_of_a_piece_gets_its_own_edits_in_their_order(two_by_two: Library) -> None:
    ids = item_ids(two_by_two)
    repairs = (
        Repair("replace", (ids["a"], ids["e"]), "hat", "cap"),
        Repair("replace", (ids["a"],), "cap", "hood"),
        Repair("replace", (ids["c"], ids["e"]), "clean", "neat"),
    )
    with open_catalog(two_by_two) as db:
        planned = mending.plan(db, dataset_of(two_by_two), repairs, "mend")
    curate.apply(two_by_two, dataset_of(two_by_two), Operation("add", "cap"), query="name:c")
    mending.mend(two_by_two, planned)
    found = tag_texts(two_by_two)
    assert (found["a"], found["c"], found["e"]) == ("tea; cup, hood", "hair, long hair, cap", "neat")
