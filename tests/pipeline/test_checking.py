"""Repairs: bound to what was seen, one change however many chunks, and back again."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog import changes
from dscore.catalog.connection import open_catalog
from dscore.config import Library
from dscore.pipeline import checking, curate
from dscore.pipeline.checking import Mending
from dscore.pipeline.operations import Operation
from tests.catalog.made import dataset_of, make_library, tag_texts, whole_catalog

CAPTIONS = {"a": "tea; cup, hat", "b": "salt | mill", "c": "hair, long hair", "d": "fish; net", "e": "clean"}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return make_library(tmp_path / "library", CAPTIONS)


def plan(library: Library, code: str) -> Mending:
    report = checking.check(library, dataset_of(library))
    with open_catalog(library) as db:
        return checking.plan(db, dataset_of(library), report.finding(code).repairs, "mend")


@pytest.mark.parametrize("chunk", [1, 2, 2000])
def test_all_cases_are_one_change_and_undone_at_once(
    library: Library, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "CHUNK", chunk)
    before = whole_catalog(library)
    done = checking.mend(library, plan(library, "separator"))
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
    curate.undo(library, dataset_of(library))
    assert whole_catalog(library) == before


def test_what_was_changed_since_it_was_seen_is_left_alone(library: Library) -> None:
    mending = plan(library, "separator")
    curate.apply(library, dataset_of(library), Operation("add", "mine"), query="name:a")
    done = checking.mend(library, mending)
    assert (done.changed, len(done.stale)) == (2, 1)
    assert tag_texts(library)["a"] == "tea; cup, hat, mine"


def test_the_filter_limits_the_repair_too(library: Library) -> None:
    report = checking.check(library, dataset_of(library), query="name:a or name:e")
    finding = report.finding("separator")
    assert [len(one.items) for one in finding.repairs] == [1]
    assert report.pictures == 2
