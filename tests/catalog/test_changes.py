from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog import changes, states
from dscore.catalog.changes import Draft
from dscore.catalog.connection import open_catalog, writing
from dscore.catalog.states import ItemState, Placed
from dscore.config import Library
from dscore.errors import NotFoundError, WrongUseError
from dscore.pipeline import rules
from tests.catalog.made import ask, item_ids, make_library, tag_texts

DRAFT = Draft(1, "add", "add z")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return make_library(tmp_path, {"a": "x", "b": "y", "c": "z"})


def add_z(state: ItemState) -> ItemState:
    return state if 3 in state.tags else state.with_tags({**state.tags, 3: Placed(9, ((1, None),))}, state.vetoes)


def test_each_item_is_listed_by_its_fate(library: Library) -> None:
    with open_catalog(library) as db:
        written = changes.record(db, DRAFT, [1, 2, 3, 99], add_z, revs={1: 1, 2: 7})
    assert (written.changed, written.same, written.stale) == ((1,), (3,), (2, 99))


def test_an_item_named_twice_is_edited_once(library: Library) -> None:
    with open_catalog(library) as db:
        assert changes.record(db, DRAFT, [1, 1, 2], add_z).changed == (1, 2)
        assert changes.listed(db, 1)[0].items == 2


SHARED = states.Look((3,), own=False)


def test_items_that_are_alike_are_worked_out_once_and_each_meets_its_fate(library: Library) -> None:
    asked = []

    def edit(state: ItemState) -> ItemState:
        asked.append(state.id)
        if len(asked) == 1:  # somebody is quicker
            with open_catalog(library) as other, writing(other):
                other.execute("update item set rev = 7 where id = 2")
        return add_z(state)

    with open_catalog(library) as db:
        written = changes.record(db, DRAFT, [1, 2, 3], edit, look=SHARED)
    assert (written.changed, written.same) == ((1, 2), (3,))
    assert asked == [1, 3, 2]  # the one that somebody was at is read and worked out again
    assert ask(library, "select id, rev from item") == [(1, 2), (2, 8), (3, 1)]
    assert tag_texts(library) == {"a": "x, z", "b": "y, z", "c": "z"}


def test_of_items_that_are_alike_those_of_another_rev_are_left(library: Library) -> None:
    with open_catalog(library) as db:
        written = changes.record(db, DRAFT, [1, 2, 3], add_z, look=SHARED, revs={1: 1, 2: 7, 3: 1})
    assert (written.changed, written.same, written.stale) == ((1,), (3,), (2,))
    assert tag_texts(library) == {"a": "x, z", "b": "y", "c": "z"}


def test_a_change_of_nothing_leaves_no_trace(library: Library) -> None:
    with open_catalog(library) as db:
        assert changes.record(db, DRAFT, [3], add_z).change_id is None
    assert ask(library, "select count(*) from change") == [(0,)]


def test_an_item_that_is_changed_while_it_is_edited_is_edited_as_it_then_is(library: Library) -> None:
    def edit(state: ItemState) -> ItemState:
        if state.rev == 1:  # somebody is quicker
            with open_catalog(library) as other:
                changes.record(other, Draft(1, "add", "theirs"), [1], lambda one: rules.set_trigger(one, "theirs"))
        return add_z(state)

    with open_catalog(library) as db:
        assert changes.record(db, DRAFT, [1], edit).changed == (1,)
    assert tag_texts(library)["a"] == "x, z"
    assert ask(library, "select trigger, rev from item where id = 1") == [("theirs", 3)]


def test_with_revs_such_an_item_is_left_to_the_other(library: Library) -> None:
    def edit(state: ItemState) -> ItemState:
        with open_catalog(library) as other, writing(other):
            other.execute("update item set rev = rev + 1 where id = 1")
        return add_z(state)

    with open_catalog(library) as db:
        assert changes.record(db, DRAFT, [1], edit, revs={1: 1}).stale == (1,)
    assert tag_texts(library)["a"] == "x"


def test_an_error_in_the_same_transaction_takes_all_back(library: Library) -> None:
    def refuse(*_: object) -> None:
        raise WrongUseError("no")

    with open_catalog(library) as db, pytest.raises(WrongUseError):
        changes.record(db, DRAFT, [1], add_z, also=refuse)
    assert (tag_texts(library)["a"], ask(library, "select count(*) from change")) == ("x", [(0,)])


def test_only_settings_that_differ_make_a_change(library: Library) -> None:
    with open_catalog(library) as db:
        same = Draft(1, "trigger", "none", {"trigger": "", "trigger_position": "start"})
        assert changes.record(db, same, [], add_z).change_id is None
        other = Draft(1, "trigger", "hero", {"trigger": "hero", "trigger_position": "start"})
        assert changes.record(db, other, [], add_z).change_id is not None
    assert ask(library, "select trigger, rev from dataset") == [("hero", 2)]


def test_the_history_is_listed_from_the_latest_on(library: Library) -> None:
    with open_catalog(library) as db:
        for item in (1, 2):
            changes.record(
                db, DRAFT, [item], add_z, also=lambda db, written: changes.close_change(db, written.change_id)
            )
        ids = [one.id for one in changes.listed(db, 1)]
        assert ids == sorted(ids, reverse=True)
        assert [one.id for one in changes.listed(db, 1, before=ids[0])] == ids[1:]
        assert changes.get(db, ids[0], dataset_id=1).state == "complete"
        with pytest.raises(NotFoundError):
            changes.get(db, ids[0], dataset_id=2)


def test_arrivals_are_counted_once_and_come_out_of_the_trash(library: Library) -> None:
    with open_catalog(library) as db:
        with writing(db):
            db.execute("update item set trashed_at = '2026-01-01' where id = 1")
            change = changes.open_change(db, Draft(1, "import", "import"))
            changes.note_arrivals(db, change, [1, 2])
            changes.note_arrivals(db, change, [2, 3])
        assert changes.get(db, change, dataset_id=1).items == 3
        assert not any(state.trashed_at for state in states.load(db, list(item_ids(library).values())).values())
