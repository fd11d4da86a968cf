from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dscore.catalog import states
from dscore.catalog.connection import open_catalog, writing
from dscore.catalog.states import FEW_TAGS, ItemState, Look, Placed
from dscore.config import Library
from tests.catalog.made import make_library

IMPORT = ((2, None),)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return make_library(tmp_path, {"a": "x, y, z", "b": "y", "c": ""})


def test_unknown_items_are_left_out(library: Library) -> None:
    with open_catalog(library) as db:
        assert set(states.load(db, [1, 99])) == {1}


@pytest.mark.parametrize("many", [False, True])
def test_a_look_reads_only_what_was_asked_for(library: Library, many: bool) -> None:
    wanted = [2, *range(100, 100 + FEW_TAGS * many)]
    with open_catalog(library) as db:
        with writing(db):
            db.execute("insert into item_veto values (3, 1), (3, 2)")
        found = states.load(db, [1, 2, 3], Look(wanted, ends=True))
    assert {item: list(state.tags) for item, state in found.items()} == {1: [2], 2: [2], 3: []}
    assert found[3].vetoes == {2}
    assert [(state.first, state.last) for state in found.values()] == [(1, 3), (1, 1), (0, 0)]


def test_tags_at_one_place_stand_in_the_order_of_their_ids() -> None:
    state = ItemState(1, 1, tags={9: Placed(1, IMPORT), 3: Placed(1, IMPORT), 5: Placed(0, IMPORT)})
    assert state.ordered == [5, 3, 9]


def kinds_of(library: Library, look: Look, **options: Any) -> list[list[int]]:
    with open_catalog(library) as db:
        return [list(kind.revs) for kind in states.kinds(db, [1, 2, 3, 99], look, **options)]


SHARED = Look((2,), own=False)


def test_items_that_are_alike_in_what_was_read_are_one_kind(library: Library) -> None:
    assert kinds_of(library, SHARED) == [[1], [2], [3]]  # y stands second, first, and nowhere
    with open_catalog(library) as db, writing(db):
        db.execute("update item_tag set position = 2 where item_id = 2")
        db.execute("update item set rev = 7 where id = 2")
    assert kinds_of(library, SHARED) == [[1, 2], [3]]
    assert kinds_of(library, Look((3,), own=False)) == [[1], [2, 3]]
    assert kinds_of(library, Look((2,))) == [[1], [2], [3]]  # each has its name
    assert kinds_of(library, SHARED, apart={1: "a", 2: "b"}) == [[1], [2], [3]]
    with open_catalog(library) as db:
        assert states.load(db, [2], SHARED) == {2: ItemState(2, 7, tags={2: Placed(2, IMPORT)})}


@pytest.mark.parametrize(
    "statement",
    [
        "insert into item_veto values (2, 2)",
        "update item set trigger = 'own' where id = 2",
        "update item set template = '{tags}' where id = 2",
        "update item set trashed_at = '2026' where id = 2",
        "update item set mark = 'keep' where id = 2",
        "update item set stars = 3 where id = 2",
        "update item_tag_source set score = 500 where item_id = 2",
    ],
)
def test_whatever_differs_makes_two_kinds(library: Library, statement: str) -> None:
    with open_catalog(library) as db, writing(db):
        db.execute("update item_tag set position = 2 where item_id = 2")
        db.execute(statement)
    assert kinds_of(library, SHARED) == [[1], [2], [3]]


def test_the_outermost_places_tell_kinds_apart(library: Library) -> None:
    assert kinds_of(library, Look((), own=False)) == [[1, 2, 3]]
    assert kinds_of(library, Look((), ends=True, own=False)) == [[1], [2], [3]]
