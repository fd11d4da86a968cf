from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog.connection import open_catalog
from dscore.catalog.states import ALL, ItemState, Placed
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.pipeline import curate, reverts
from dscore.pipeline.operations import NOTHING, Operation, Prepared, prepare
from dscore.pipeline.render import rendered
from tests.catalog.made import dataset_of, make_library, state_of

X, Y, LONG_HAIR, LONG_HAIR_2, SMILE, SMILE_2 = range(1, 7)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return make_library(tmp_path, {"a": "x, y, long hair", "b": "long_hair, :D, :d"})


def ready(library: Library, operation: Operation, *, everything: bool = False) -> Prepared:
    with open_catalog(library) as db:
        return prepare(db, dataset_of(library), operation, everything=everything)


def test_only_items_with_a_tag_that_goes_are_needed(library: Library) -> None:
    assert set(ready(library, Operation("remove", "long*, x")).needs or ()) == {X, LONG_HAIR, LONG_HAIR_2}
    assert set(ready(library, Operation("dedupe")).needs or ()) == {LONG_HAIR, LONG_HAIR_2}
    assert ready(library, Operation("add", "x")).needs is None


def test_all_tags_are_read_only_where_they_matter(library: Library) -> None:
    assert ready(library, Operation("replace", "x", "y, z")).look is ALL
    assert ready(library, Operation("sort")).look is ALL
    assert set(ready(library, Operation("remove", "x")).look.tags or ()) == {X}
    assert ready(library, Operation("trash")).look is NOTHING


@pytest.mark.parametrize("by", ["name", "frequency", "score"])
def test_a_tag_that_comes_while_tags_are_sorted_goes_behind(library: Library, by: str) -> None:
    prepared = ready(library, Operation("sort", by=by))
    state = ItemState(1, 1, tags={999: Placed(0, ((1, None),)), Y: Placed(1, ((7, 500),)), X: Placed(2, ((7, 900),))})
    assert prepared.edit(state).ordered == [X, Y, 999]


def test_faces_are_never_taken_for_spellings_of_each_other(library: Library) -> None:
    with open_catalog(library) as db:
        state = state_of(db, 2)
    assert prepared_edit(library, Operation("dedupe"), state).ordered == [LONG_HAIR_2, SMILE, SMILE_2]
    assert prepared_edit(library, Operation("replace", "long_hair", ":d"), state).ordered == [SMILE_2, SMILE]


def test_a_replacement_keeps_its_place_beside_a_tag_that_an_undo_put_back_there(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "x, y", "b": "y, late"})
    done = curate.apply(library, dataset_of(library), Operation("remove", "y"), query="name:a")
    curate.apply(library, dataset_of(library), Operation("add", "late"), query="name:a")
    reverts.undo(library, dataset_of(library), done.change_id)
    with open_catalog(library) as db:
        (found,) = rendered(db, dataset_of(library), [1])
        assert [text for _, text in found] == ["x, y, late"]
    curate.apply(library, dataset_of(library), Operation("replace", "y", "newest"), query="name:a")
    with open_catalog(library) as db:
        (found,) = rendered(db, dataset_of(library), [1])
        assert [text for _, text in found] == ["x, newest, late"]


def prepared_edit(library: Library, operation: Operation, state: ItemState) -> ItemState:
    return ready(library, operation).edit(state)


def test_the_trigger_of_all_is_a_setting_and_that_of_some_is_the_items(library: Library) -> None:
    for_all = ready(library, Operation("trigger", " big  hero ", position="end"), everything=True)
    assert for_all.settings == {"trigger": "big hero", "trigger_position": "end"}
    some = ready(library, Operation("trigger", "hero"))
    assert (some.settings, some.edit(ItemState(1, 1)).trigger) == ({}, "hero")


@pytest.mark.parametrize(
    ("operation", "summary"),
    [
        (Operation("trigger", "hero"), "set trigger word “hero”"),
        (Operation("trigger"), "take the trigger word away"),
        (Operation("add", "x,, y"), "add “x, y”"),
        (Operation("remove", "x*"), "remove “x*”"),
        (Operation("replace", "x", "y"), "replace “x” by “y” in tags"),
        (Operation("sort"), "sort by name"),
        (Operation("dedupe"), "remove doubled tags"),
        (Operation("standardise"), "standardise tags"),
        (Operation("trash"), "put into the trash"),
        (Operation("restore"), "take out of the trash"),
    ],
)
def test_the_history_says_what_was_done(library: Library, operation: Operation, summary: str) -> None:
    assert ready(library, operation).summary == summary


@pytest.mark.parametrize("where", ["tags", "prose"])
def test_a_bad_replacement_is_refused_even_where_there_is_nothing_to_replace(tmp_path: Path, where: str) -> None:
    bare = make_library(tmp_path / "bare", {"a": ""})
    with pytest.raises(WrongUseError, match="does not fit the pattern"):
        ready(bare, Operation("replace", "(a)", "\\2", where=where, regex=True))


def test_a_kind_that_is_none_lists_those_there_are() -> None:
    with pytest.raises(WrongUseError, match="trigger, add, remove"):
        Operation("explode")
