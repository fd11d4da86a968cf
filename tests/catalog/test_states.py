from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dscore.catalog import states
from dscore.catalog.connection import open_catalog, writing
from dscore.catalog.states import FEW_TAGS, ItemState, Look, Pair, Placed, Prose
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
            states.write(db, [Pair(before, FULL)])
        assert state_of(db, 1) == replace(FULL, rev=2)
        assert db.execute("select key from item where id = 1").fetchone() == ("ä b",)
        with writing(db):
            states.write(db, [Pair(state_of(db, 1), before)])
        assert state_of(db, 1) == replace(before, rev=3)


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


def test_writing_what_a_look_has_read_leaves_the_rest_alone(library: Library) -> None:
    with open_catalog(library) as db:
        with writing(db):
            (before,) = states.load(db, [1], Look([2])).values()
            states.write(db, [Pair(before, before.with_tags({}, frozenset({2})))])
        after = state_of(db, 1)
    assert (after.ordered, after.vetoes, after.rev) == ([1, 3], frozenset({2}), 2)


def test_tags_at_one_place_stand_in_the_order_of_their_ids() -> None:
    state = ItemState(1, 1, tags={9: Placed(1, IMPORT), 3: Placed(1, IMPORT), 5: Placed(0, IMPORT)})
    assert state.ordered == [5, 3, 9]


def test_items_changed_or_deleted_since_they_were_read_are_told(library: Library) -> None:
    with open_catalog(library) as db:
        found = states.load(db, list(item_ids(library).values()))
        with writing(db):
            db.execute("update item set rev = rev + 1 where id = 2")
            db.execute("delete from item where id = 3")
        assert states.stale(db, found.values()) == {2, 3}


def test_a_tag_whose_claims_go_takes_them_along(library: Library) -> None:
    with open_catalog(library) as db:
        before = state_of(db, 1)
        with writing(db):
            states.write(db, [Pair(before, before.with_tags({}, frozenset()))])
    assert ask(library, "select count(*) from item_tag_source where item_id = 1") == [(0,)]
    assert ask(library, "select tag_id, items from tag_count order by 1") == [(1, 0), (2, 1), (3, 0)]
