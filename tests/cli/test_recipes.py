"""Recipes and saved filters by command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import Commands
from tests.made_sets import fill, scored


@pytest.fixture
def pets(dscore: Commands, tmp_path: Path) -> Commands:
    content = {f"{name}.png": scored({}, rest=rest) for rest, name in enumerate("ab")}
    dscore.good("import", fill(tmp_path / "pets", {**content, "a.txt": "cat, red", "b.txt": "dog, red"}))
    return dscore


def test_a_recipe_is_put_together_tried_and_run(pets: Commands) -> None:
    pets.good("recipe", "add", "tidy", "remove", "red", "--where", "cat")
    assert pets("recipe", "add", "tidy", "sort", "--by", "name").out.splitlines() == [
        *("tidy:", "  1  remove “red”, where cat", "  2  sort by name")
    ]
    before = pets.captions("pets")
    assert pets("recipe", "run", "tidy", "pets", "--dry-run").out.splitlines() == [
        "2 pictures; nothing was written.",
        "  remove “red”, where cat: 1 picture would change",
        "  sort by name: 0 pictures would change",
        *("a:", "  - cat, red", "  + cat"),
    ]
    assert pets.captions("pets") == before
    assert pets("recipe", "run", "tidy", "pets").out.splitlines()[0] == (
        "remove “red”, where cat: 1 picture changed. To take it back: python -m dscore undo pets 2"
    )
    assert pets.captions("pets")["a"] == "cat"
    assert pets.good("recipe", "drop", "tidy", 1)["edits"] == ["sort by name"]
    assert pets.good("recipe", "list") == [{"recipe": "tidy", "edits": ["sort by name"]}]
    pets.good("recipe", "delete", "tidy")
    assert pets("recipe", "show", "tidy").code == 2


def test_all_edits_of_a_recipe_are_taken_back_by_one_command(pets: Commands) -> None:
    before = pets.captions("pets")
    for edit in (("add", "new"), ("replace", "new", "newest"), ("sort",), ("remove", "nothing")):
        pets.good("recipe", "add", "tidy", *edit)
    last = pets("recipe", "run", "tidy", "pets").out.splitlines()[-1]
    assert last == "To take all of it back: python -m dscore undo pets 2 3 4"
    assert pets("undo", "pets", 2, 9).code == 2
    ran = pets("undo", "pets", 2, 3, 4)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "Undone: add “new” (2 pictures).")
    assert pets.captions("pets") == before
    assert pets("undo", "pets", 3, 4).err == "Change 4 is undone already.\n"
    assert pets.captions("pets") == before


def test_marks_and_stars_stand_in_a_recipe(pets: Commands) -> None:
    assert (
        pets("recipe", "add", "sift", "mark", "keep", "--where", "cat").out == "sift:\n  1  mark to keep, where cat\n"
    )
    pets.good("recipe", "add", "sift", "stars", 4)
    assert pets("recipe", "list").out == "sift: mark to keep, where cat; give 4 stars\n"
    assert pets.good("recipe", "run", "sift", "pets", "--dry-run")["changed"] == [1, 2]
    assert [one["changed"] for one in pets.good("recipe", "run", "sift", "pets")] == [1, 2]
    assert list(pets.captions("pets", "is:kept stars=4")) == ["a"]
    assert pets("recipe", "add", "sift", "mark", "maybe").code == 2
    assert len(pets.good("recipe", "show", "sift")["edits"]) == 2


def test_filters_are_saved_and_forgotten(pets: Commands) -> None:
    assert pets("filters").out == "No filter is saved.\n"
    assert pets.good("filters", "save", "cats", "cat -dog") == [{"name": "cats", "query": "cat -dog"}]
    assert pets.good("filters", "save", "CATS", "cat") == [{"name": "cats", "query": "cat"}]
    assert pets("filters", "save", "bad", "( ").code == 2
    assert "A saved filter's name has 1 to 100 visible characters" in pets("filters", "save", " ", "cat").err
    assert pets.good("filters", "delete", "cats") == []
    assert pets("filters", "delete").code == 2
