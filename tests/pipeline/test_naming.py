"""Names by a pattern: unique, seen before, one change; undo and redo, also where two exchange their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.pipeline import curate, naming, reverts, versions
from dscore.pipeline.naming import Renamed, Renaming
from dscore.pipeline.operations import Operation
from tests.catalog.made import add_item, ask, dataset_of, make_library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Pictures whose names are out of order, and that came from other ones."""
    made = make_library(tmp_path / "library", dict.fromkeys(("b10", "b2", "Ünï 1", "set_001"), "cat"))
    with open_catalog(made) as db, writing(db):
        db.execute(
            "insert into origin (item_id, source, path) select id, 'x.zip', 'in/photo.png' from item where id < 3"
        )
    return made


def planned(library: Library, pattern: str, *, query: str = "", start: int = 1) -> Renaming:
    with open_catalog(library) as db:
        return naming.plan(db, dataset_of(library), pattern, query=query, start=start)


def renamed(library: Library, pattern: str, *, query: str = "") -> Renamed:
    return naming.apply(library, planned(library, pattern, query=query))


def names(library: Library) -> list[str]:
    return [row[0] for row in ask(library, "select name from item order by id")]


def test_numbers_follow_the_order_of_names_and_take_over_names_of_others(library: Library) -> None:
    before = names(library)
    done = renamed(library, "numbered")
    assert names(library) == ["set_002", "set_001", "set_004", "set_003"]
    assert (done.changed, done.stale) == (4, ())
    assert ask(library, "select key from item order by id") == [("set_002",), ("set_001",), ("set_004",), ("set_003",)]
    reverts.undo(library, dataset_of(library))
    assert names(library) == before
    reverts.redo(library, dataset_of(library))
    assert names(library)[0] == "set_002"


def test_a_name_outside_the_scope_is_not_taken_twice(library: Library) -> None:
    renamed(library, "numbered", query="name:b*")
    assert names(library) == ["set_002", "set_001_2", "Ünï 1", "set_001"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("source", ["photo_2", "photo", "Ünï 1", "set_001"]),
        ("sanitised", ["b10", "b2", "_n__1", "set_001"]),
        ("{dataset}-{date}/{n:02d}", ["set-20260101_02", "set-20260101_01", "set-20260101_04", "set-20260101_03"]),
    ],
)
def test_patterns(library: Library, pattern: str, expected: list[str]) -> None:
    renamed(library, pattern)
    assert names(library) == expected


@pytest.mark.parametrize(
    "pattern", ["", "same", "{n", "{secret}", "{n:q}", "{n.real}", "{name[0]}", "{n:0999999999d}", "{name!r}"]
)
def test_a_pattern_that_makes_no_sense_is_a_sentence(library: Library, pattern: str) -> None:
    with pytest.raises(WrongUseError):
        planned(library, pattern)


def test_undo_leaves_a_picture_whose_name_another_has_by_now(library: Library) -> None:
    renamed(library, "numbered")
    with open_catalog(library) as db, writing(db):
        add_item(db, 1, "B2")
    done = reverts.undo(library, dataset_of(library))
    assert done.left_names == ("set_001", "set_003")  # that one's place was set_001
    assert names(library) == ["b10", "set_001", "Ünï 1", "set_003", "B2"]


def test_what_somebody_changed_since_the_look_is_left_and_named(library: Library) -> None:
    plan = planned(library, "numbered")
    curate.apply(library, dataset_of(library), Operation("add", "dog"), query="name:b10")
    assert naming.apply(library, plan).stale == ("b10",)


def test_going_back_to_a_version_takes_the_names_back(library: Library) -> None:
    before = names(library)
    first = versions.freeze(library, dataset_of(library), "first")
    assert first is not None
    renamed(library, "numbered")
    with open_catalog(library) as db:
        way = versions.way_back(db, dataset_of(library), first)
    versions.carry_out(library, way)
    assert names(library) == before
