"""What a job left undone, tried again."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog import datasets, job_lists, jobs
from dscore.catalog.connection import open_catalog, writing
from dscore.catalog.job_lists import Job
from dscore.catalog.jobs import Mark, NewItem
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.pipeline import retry
from tests.commands import Commands
from tests.made_sets import fill, scored


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def ended(library: Library, kind: str, state: str, marks: list[Mark]) -> Job:
    """A job over the items 11, 12 and 13 that came to this end."""
    with open_catalog(library) as db:
        dataset = datasets.ensure(db, "heap")
        with writing(db):
            items = [NewItem(item) for item in (11, 12, 13)]
            params = {"tagger": "any"}
            job = jobs.enqueue(
                db, kind=kind, lane="device", dataset_id=dataset.id, params=params, items=items, held=True
            )
        held = jobs.held_by_me(db, job)
        with writing(db):
            jobs.mark(db, held, marks)
            jobs.finish(db, held, state=state)
        return job_lists.get(db, job)


def test_pictures_that_failed_or_were_not_reached_are_tagged_again(library: Library) -> None:
    job = ended(library, "tag", "failed", [Mark(1, "done"), Mark(3, "failed", "too large")])
    new = retry.again(library, job)
    with open_catalog(library) as db:
        assert job_lists.items_in(db, new, "waiting") == [13, 12]
        assert job_lists.get(db, new).params == job.params
        assert job_lists.get(db, job.id) == job


@pytest.mark.parametrize(
    ("kind", "state", "marks"),
    [
        ("tag", "done", [Mark(number, "done") for number in (1, 2, 3)]),
        ("export", "failed", []),
        ("import", "partial", [Mark(1, "done"), Mark(2, "done"), Mark(3, "skipped", "no picture")]),
    ],
)
def test_what_trying_again_cannot_help_is_refused(library: Library, kind: str, state: str, marks: list[Mark]) -> None:
    job = ended(library, kind, state, marks)
    assert not retry.can_retry(job)
    with pytest.raises(WrongUseError, match="nothing undone"):
        retry.again(library, job)


def test_a_cancelled_import_is_looked_at_anew(dscore: Commands, tmp_path: Path) -> None:
    folder = fill(tmp_path / "heap", {"a.png": scored({"1girl": 0.9})})
    dscore("import", folder)
    with open_catalog(dscore.library) as db:
        with writing(db):
            db.execute("update job set state = 'cancelled'")
            db.execute("update job_item set state = 'waiting'")
        new = retry.again(dscore.library, job_lists.get(db, 1))
        assert job_lists.get(db, new).dataset == "heap"
        assert [item.name for item in jobs.waiting(db, new, limit=9)] == ["a.png"]


@pytest.mark.parametrize("kind", retry.FROM_SITES)
@pytest.mark.parametrize(
    ("state", "marks", "can"),
    [
        ("failed", [], True),
        ("cancelled", [], True),
        ("partial", [Mark(1, "failed", "The site was busy.")], True),
        ("partial", [Mark(1, "skipped", "It is damaged.")], False),
        ("done", [], False),
    ],
)
def test_a_site_is_asked_again_for_what_it_did_not_give(
    library: Library, kind: str, state: str, marks: list[Mark], can: bool
) -> None:
    job = ended(library, kind, state, marks)
    assert retry.can_retry(job) is can
    if can:
        again = retry.again(library, job)
        with open_catalog(library) as db:
            found = job_lists.get(db, again)
        assert (found.kind, found.params, found.tally.total) == (kind, job.params, 0)
