from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog import changes, reversal
from dscore.catalog.changes import Draft
from dscore.catalog.connection import Database, open_catalog, writing
from dscore.catalog.states import ItemState, Placed
from dscore.config import Library
from tests.catalog.made import ask, make_library, tag_texts, whole_catalog


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return make_library(tmp_path, {"a": "x", "b": "y", "c": ""})


def change(db: Database, tag: int, items: list[int], *, close: str = "complete") -> int:
    """Give the items the tag, as one change."""

    def add(state: ItemState) -> ItemState:
        return state.with_tags({**state.tags, tag: Placed(9, ((1, None),))}, state.vetoes)

    written = changes.record(db, Draft(1, "add", f"add {tag}"), items, add)
    assert written.change_id is not None
    with writing(db):
        changes.close_change(db, written.change_id, state=close)
    return written.change_id


def close(db: Database, change_id: int, *, redo: bool) -> None:
    with writing(db):
        (reversal.close_redo if redo else reversal.close_undo)(db, changes.get(db, change_id, dataset_id=1))


def test_undo_done_twice_finds_it_done(library: Library) -> None:
    with open_catalog(library) as db:
        made = change(db, 2, [1, 3])
        assert reversal.revert(db, made, [1, 1, 3]).changed == (1, 3)
        again = reversal.revert(db, made, [1, 3])
        assert (again.changed, again.same, again.stale) == ((), (1, 3), ())


def test_an_item_that_is_changed_during_its_undo_is_seen_as_it_then_is(library: Library) -> None:
    with open_catalog(library) as db, open_catalog(library) as other:
        made = change(db, 2, [1])
        later: list[int] = []

        def meddle(statement: str) -> None:  # the other is quicker: it commits just before our lock
            if statement.startswith("begin immediate") and not later:
                later.append(0)
                later[0] = change(other, 1, [1])

        db.set_trace_callback(meddle)
        written = reversal.revert(db, made, [1])
        db.set_trace_callback(None)
    assert written.changed == (1,)
    assert tag_texts(library)["a"] == "x"


@pytest.mark.parametrize("made_as", ["complete", "partial"])
def test_redo_gives_back_the_state_that_the_change_had(library: Library, made_as: str) -> None:
    with open_catalog(library) as db:
        made = change(db, 2, [1], close=made_as)
        for _ in range(2):
            reversal.revert(db, made, [1])
            close(db, made, redo=False)
            assert changes.get(db, made, dataset_id=1).state == "undone"
            reversal.revert(db, made, [1], redo=True)
            close(db, made, redo=True)
            assert changes.get(db, made, dataset_id=1).state == made_as


def test_redos_come_back_in_the_order_of_the_undos(library: Library) -> None:
    with open_catalog(library) as db:
        first, second = change(db, 1, [3]), change(db, 2, [3])
        done = whole_catalog(library)
        for made in (first, second):
            reversal.revert(db, made, [3])
            close(db, made, redo=False)
        for made in (second, first):
            assert changes.to_redo(db, 1).id == made
            reversal.revert(db, made, [3], redo=True)
            close(db, made, redo=True)
    assert whole_catalog(library) == done


def test_waiting_items_are_paged_by_id(library: Library) -> None:
    with open_catalog(library) as db:
        made = change(db, 2, [1, 3])
        assert reversal.waiting_items(db, made, undone=False, limit=1) == [1]
        assert reversal.waiting_items(db, made, undone=False, after=1) == [3]
        reversal.revert(db, made, [3])
        assert reversal.waiting_items(db, made, undone=True) == [3]


def test_undo_of_an_arrival_is_the_trash_of_today(library: Library) -> None:
    with open_catalog(library) as db:
        with writing(db):
            made = changes.open_change(db, Draft(1, "import", "import"))
            changes.note_arrivals(db, made, [1])
        reversal.revert(db, made, [1])
        assert ask(library, "select trashed_at > '2000' from item where id = 1") == [(1,)]
        reversal.revert(db, made, [1], redo=True)
        assert ask(library, "select trashed_at from item where id = 1") == [(None,)]
