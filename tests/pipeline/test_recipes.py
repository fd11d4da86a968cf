"""Recipes: the preview is what the run does, on another dataset, each edit a change of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog.connection import open_catalog
from dscore.config import Library
from dscore.errors import NotFoundError, QueryError, WrongUseError
from dscore.pipeline import curate, gathering, recipes, reverts
from dscore.pipeline.operations import KINDS, Operation
from dscore.pipeline.recipes import Recipe, Step
from tests.catalog.made import dataset_of, item_ids, make_library, tag_texts, whole_catalog

STEPS = (
    Step(Operation("add", "fresh")),
    Step(Operation("replace", "fresh", "new, newer")),
    Step(Operation("remove", "red"), "cat"),
    Step(Operation("trigger", "sks", position="start")),
    Step(Operation("replace", "(new)er", "\\1est", regex=True)),
)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = make_library(tmp_path / "library", {"a": "cat, red", "b": "dog, red"})
    gathering.carry_out(made, gathering.plan_copy(made, dataset_of(made), "second"))
    with open_catalog(made) as db:
        for step in STEPS:
            recipes.add(db, "tidy", step)
    return made


TEXTS = {"mark": "reject", "stars": "4"}


def tidy(library: Library) -> Recipe:
    with open_catalog(library) as db:
        return recipes.get(db, "TIDY")


def test_a_preview_sees_what_earlier_edits_did_and_writes_nothing(library: Library) -> None:
    before = whole_catalog(library)
    with open_catalog(library) as db:
        shown = recipes.preview(db, dataset_of(library, "second"), tidy(library))
        assert not db.in_transaction
    assert shown.changed == (2, 2, 1, 2, 2)
    assert [(one.before, one.after) for one in shown.examples] == [
        ("cat, red", "sks, cat, new, newest"),
        ("dog, red", "sks, dog, red, new, newest"),
    ]
    assert whole_catalog(library) == before


def test_a_run_does_what_the_preview_showed_and_can_be_undone_whole(library: Library) -> None:
    before = whole_catalog(library)
    second = dataset_of(library, "second")
    done = recipes.run(library, second, tidy(library))
    assert [one.changed for one in done] == [2, 2, 1, 2, 2]
    assert dataset_of(library, "second").trigger == "sks"
    assert tag_texts(library)["b"] == "dog, red, new, newest"
    reverts.undo_all(library, second, [one.change_id for one in done if one.change_id is not None])
    assert whole_catalog(library) == before


def test_a_run_keeps_to_what_the_filter_found_at_first(library: Library) -> None:
    recipe = Recipe("x", (Step(Operation("remove", "cat")), Step(Operation("add", "mine"))))
    recipes.run(library, dataset_of(library), recipe, query="cat")
    with open_catalog(library) as db:
        rows = db.execute("select name, tags from items where dataset = 'set'").fetchall()
    assert rows == [("a", "red, mine"), ("b", "dog, red")]


def test_what_makes_no_sense_stops_a_run_before_it_begins(library: Library) -> None:
    bad = Recipe("x", (Step(Operation("add", "mine")), Step(Operation("replace", "(", "", regex=True))))
    before = whole_catalog(library)
    with pytest.raises(WrongUseError):
        recipes.run(library, dataset_of(library), bad)
    assert whole_catalog(library) == before
    with open_catalog(library) as db:
        with pytest.raises(WrongUseError, match="which pictures"):
            recipes.add(db, "x", Step(Operation("trash")))
        with pytest.raises(QueryError):
            recipes.add(db, "x", Step(Operation("sort"), "( "))
        with pytest.raises(NotFoundError, match="There are: tidy"):
            recipes.get(db, "x")
        with pytest.raises(WrongUseError, match="no number 9"):
            recipes.drop(db, "tidy", 9)
        assert [step.words for step in recipes.drop(db, "tidy", 1).steps][:2] == [
            "replace “fresh” by “new, newer” in tags",
            "remove “red”, where cat",
        ]


LESS = Step(Operation("remove", "cat"))
AT_END = Operation("trigger", "foo", position="end")
REFUSED = {
    "the filter of the run": ((LESS, Step(AT_END)), "cat"),
    "the filter of the step": ((LESS, Step(AT_END, "cat")), ""),
    "an edit before it": ((Step(AT_END), Step(Operation("trigger", "bar", position="start"), "cat")), ""),
    "a replacement in sentences": ((LESS, Step(Operation("replace", "(a)", "\\2", where="prose", regex=True))), ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_edit_that_would_be_refused_later_stops_the_run_and_the_preview_before_it_begins(
    library: Library, case: str
) -> None:
    steps, query = REFUSED[case]
    recipe = Recipe("x", steps)
    before = whole_catalog(library)
    with pytest.raises(WrongUseError):
        recipes.run(library, dataset_of(library), recipe, query=query)
    with open_catalog(library) as db, pytest.raises(WrongUseError):
        recipes.preview(db, dataset_of(library), recipe, query=query)
    assert whole_catalog(library) == before


def test_a_place_for_the_trigger_is_no_setting_where_an_earlier_edit_put_it_there(library: Library) -> None:
    recipe = Recipe("x", (Step(AT_END), Step(Operation("trigger", "bar", position="end"), "cat")))
    assert [one.changed for one in recipes.run(library, dataset_of(library), recipe)] == [2, 1]


BACK, MORE = Step(Operation("restore")), Step(Operation("add", "more"))
ALL_RED = Step(Operation("trash"), "red")
TRASHED = {
    "all": ((BACK, MORE), "", [1, 3]),
    "those of the step's filter": ((Step(BACK.operation, "dog"), MORE), "", [0, 2]),
    "none that the run's filter left out": ((BACK, MORE), "red", [0, 2]),
    "those that the run's filter speaks of": ((BACK, MORE), "is:trashed", [1, 1]),
    "those that an earlier edit put there": ((ALL_RED, BACK, MORE), "", [2, 3, 3]),
    "those of an earlier edit under a filter": ((ALL_RED, BACK, MORE), "dog", [1, 1, 1]),
    "not the trash, but an edit in it": ((Step(MORE.operation, "is:trashed"),), "", [1]),
    "a setting, and then all": ((Step(AT_END), BACK, MORE), "", [2, 1, 3]),
}


@pytest.mark.parametrize("case", TRASHED)
def test_a_preview_takes_out_of_the_trash_what_the_run_does(tmp_path: Path, case: str) -> None:
    steps, query, expected = TRASHED[case]
    recipe = Recipe("x", steps)
    library = make_library(tmp_path, {"a": "cat, red", "b": "dog, red", "c": "cat"})
    curate.apply(library, dataset_of(library), Operation("trash"), query="-red")
    before = whole_catalog(library)
    with open_catalog(library) as db:
        shown = recipes.preview(db, dataset_of(library), recipe, query=query)
    assert whole_catalog(library) == before
    assert list(shown.changed) == expected
    assert [one.changed for one in recipes.run(library, dataset_of(library), recipe, query=query)] == expected


def test_a_preview_of_picked_pictures_takes_those_out_of_the_trash(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "cat", "b": "dog", "c": "cat"})
    curate.apply(library, dataset_of(library), Operation("trash"), query="cat")
    recipe, picked = Recipe("x", (BACK, MORE)), {item_ids(library)["a"], item_ids(library)["b"]}
    with open_catalog(library) as db:
        shown = recipes.preview(db, dataset_of(library), recipe, only=picked)
    assert (shown.scope, shown.changed) == (2, (1, 2))
    assert [one.changed for one in recipes.run(library, dataset_of(library), recipe, only=picked)] == [1, 2]


def test_a_preview_of_many_tries_the_first_of_them_with_the_trash_among_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipes, "CHUNK", 3)
    library = make_library(tmp_path, dict.fromkeys("abcd", "cat"))
    curate.apply(library, dataset_of(library), Operation("trash"), query="name:b or name:d")
    with open_catalog(library) as db:
        shown = recipes.preview(db, dataset_of(library), Recipe("x", (BACK, MORE)))
    assert (shown.scope, shown.looked_at, shown.changed) == (4, 3, (1, 3))


@pytest.mark.parametrize("kind", KINDS)
def test_every_edit_there_is_can_stand_in_a_recipe(library: Library, kind: str) -> None:
    step = Step(Operation(kind, TEXTS.get(kind, "red"), "blue"), "cat")
    with open_catalog(library) as db:
        recipe = recipes.add(db, kind, step)
        assert recipes.get(db, kind).steps == (step,)
        shown = recipes.preview(db, dataset_of(library), recipe)
    done = recipes.run(library, dataset_of(library), recipe)
    assert [one.changed for one in done] == list(shown.changed)
    assert step.words.endswith(", where cat")


def test_the_words_of_marks_and_stars_are_those_of_the_history() -> None:
    words = [Step(Operation("mark", text)).words for text in ("keep", "reject", "none")]
    assert words == ["mark to keep", "mark as rejected", "take the marks away"]
    assert [Step(Operation("stars", text)).words for text in "014"] == [
        "take the stars away",
        "give 1 star",
        "give 4 stars",
    ]


@pytest.mark.parametrize(("kind", "text"), [("mark", "maybe"), ("stars", "6")])
def test_a_mark_or_stars_that_do_not_exist_are_refused_and_still_shown_where_kept_before(
    library: Library, kind: str, text: str
) -> None:
    step = Step(Operation(kind, text))
    with open_catalog(library) as db:
        with pytest.raises(WrongUseError, match=text):
            recipes.add(db, "tidy", step)
        assert tidy(library).steps == STEPS
    assert text in step.words
