from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog import state_rows, states
from dscore.catalog.connection import open_catalog, writing
from dscore.catalog.state_rows import Pair
from dscore.catalog.states import ItemState, Look, Placed, Prose
from dscore.config import Library
from tests.catalog.made import ask, item_ids, make_library, state_of

IMPORT = ((2, None),)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return make_library(tmp_path, {"a": "x, y, z", "b": "y", "c": ""})


FULL = ItemState(
    1, 1, "own", "{prose}", "2026-02-02", Prose("A cat.", 2), {1: Placed(2.5, ((1, None), (2, 700))), 3: Placed(-1, IMPORT)},
    frozenset({2}), name="Ä b", mark="keep", stars=4,
)  # fmt: skip


def test_what_is_written_is_read_back(library: Library) -> None:
    with open_catalog(library) as db:
        before = state_of(db, 1)
        with writing(db):
            state_rows.write(db, [Pair(before, FULL)])
        assert state_of(db, 1) == FULL._replace(rev=2)
        assert db.execute("select key from item where id = 1").fetchone() == ("ä b",)
        with writing(db):
            state_rows.write(db, [Pair(state_of(db, 1), before)])
        assert state_of(db, 1) == before._replace(rev=3)


def test_writing_what_a_look_has_read_leaves_the_rest_alone(library: Library) -> None:
    with open_catalog(library) as db:
        with writing(db):
            (before,) = states.load(db, [1], Look([2])).values()
            state_rows.write(db, [Pair(before, before.with_tags({}, frozenset({2})))])
        after = state_of(db, 1)
    assert (after.ordered, after.vetoes, after.rev) == ([1, 3], frozenset({2}), 2)


def test_items_changed_or_deleted_since_they_were_read_are_told(library: Library) -> None:
    with open_catalog(library) as db:
        pairs = state_rows.tried(states.kinds(db, list(item_ids(library).values())), lambda state: state)
        with writing(db):
            db.execute("update item set rev = rev + 1 where id = 2")
            db.execute("delete from item where id = 3")
        assert state_rows.stale(db, pairs) == {2, 3}


def test_a_tag_whose_claims_go_takes_them_along(library: Library) -> None:
    with open_catalog(library) as db:
        before = state_of(db, 1)
        with writing(db):
            state_rows.write(db, [Pair(before, before.with_tags({}, frozenset()))])
    assert ask(library, "select count(*) from item_tag_source where item_id = 1") == [(0,)]
    assert ask(library, "select tag_id, items from tag_count order by 1") == [(1, 0), (2, 1), (3, 0)]


def test_a_kind_is_written_for_each_of_its_items(library: Library) -> None:
    before = ItemState(2, 1)
    after = before._replace(tags={1: Placed(9, IMPORT)}, vetoes=frozenset({3}), stars=2, prose=Prose("Two.", 1))
    with open_catalog(library) as db, writing(db):
        state_rows.write(db, [Pair(before, after, {2: 1, 3: 1})])
    with open_catalog(library) as db:
        assert state_of(db, 3) == after._replace(id=3, rev=2, name="c")
        assert state_of(db, 2).tags[1] == Placed(9, IMPORT)
        assert state_of(db, 1).rev == 1


def test_a_pair_that_changes_nothing_is_told_from_the_others(library: Library) -> None:
    with open_catalog(library) as db:
        kinds = states.kinds(db, [1, 2, 3], Look((2,), own=False))
    pairs = state_rows.tried(kinds, lambda state: state._replace(tags={}))
    assert [list(pair.ids) for pair in state_rows.changed(pairs)] == [[1], [2]]
    assert [list(pair.ids) for pair in state_rows.without(pairs, {2, 3})] == [[1]]
