"""Datasets by command: each says what it did and how to go back; only emptying asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import Commands
from tests.made_sets import fill, scored


@pytest.fixture
def pets(dscore: Commands, tmp_path: Path) -> Commands:
    content = {f"{name}.png": scored({}, rest=rest) for rest, name in enumerate("abc")}
    dscore.good("import", fill(tmp_path / "pets", {**content, "a.txt": "cat, red", "b.txt": "dog, red"}))
    return dscore


def test_a_split_says_how_to_take_back_both_sides(pets: Commands) -> None:
    ran = pets("dataset", "split", "pets", "cats", "--where", "cat")
    assert ran.out.splitlines() == [
        "1 picture came into “cats”. To take it back: python -m dscore undo cats 2",
        "In “pets” they are in the trash. To take it back: python -m dscore undo pets 3",
    ]
    assert pets.captions("cats") == {"a": "cat, red"}
    merged = pets.good("dataset", "merge", "cats", "pets")
    assert (merged["came"], merged["already_there"]) == (1, 0)
    assert pets.good("dataset", "merge", "cats", "pets")["already_there"] == 1
    assert len(pets.captions("pets")) == 3


def test_a_merge_unites_tags_where_it_is_asked_to(pets: Commands) -> None:
    pets.good("dataset", "copy", "pets", "twin")
    pets.good("edit", "twin", "add", "tail", "--where", "cat")
    assert pets.good("dataset", "merge", "twin", "pets")["united"] == 0
    ran = pets("dataset", "merge", "twin", "pets", "--captions", "unite")
    assert ran.out.startswith(
        "0 pictures came into “pets”; 3 there already, 1 of them with more tags now. To take it back"
    )
    assert pets.tags("pets")["a"] == ["cat", "red", "tail"]
    pets.good("undo", "pets")
    assert pets.tags("pets")["a"] == ["cat", "red"]


def test_a_merge_says_what_it_takes_out_of_the_trash_as_it_was(pets: Commands) -> None:
    pets.good("dataset", "split", "pets", "cats", "--where", "cat")
    ran = pets("dataset", "merge", "cats", "pets")
    assert "; 1 of them out of the trash there, with the captions they had." in ran.out
    pets.good("undo", "pets")
    assert pets.good("dataset", "merge", "cats", "pets")["back"] == 1


def test_create_copy_and_rename_refuse_a_name_that_is_taken(pets: Commands) -> None:
    assert pets("dataset", "create", "new").code == 0
    assert pets.good("dataset", "copy", "pets", "twin")["came"] == 3
    assert pets.captions("twin") == pets.captions("pets")
    for words in (("create", "PETS"), ("copy", "pets", "twin"), ("rename", "pets", "new")):
        ran = pets("dataset", *words)
        assert ran.code == 2
        assert "Choose another name" in ran.err
    assert pets("dataset", "rename", "pets", "pets").out == "The dataset is called “pets” already.\n"
    assert pets("dataset", "rename", "pets", "beasts").code == 0
    assert pets.good("history", "beasts")[0]["summary"] == "rename the dataset pets to beasts"


def test_marks_come_along(pets: Commands) -> None:
    assert pets.good("edit", "pets", "mark", "keep", "--where", "cat")["changed"] == 1
    assert pets.good("edit", "pets", "stars", "4", "--where", "red")["changed"] == 2
    assert "0 to 5 stars" in pets("edit", "pets", "stars", "6").err
    pets.good("dataset", "copy", "pets", "twin")
    assert pets.good("search", "twin", "is:kept stars>=4")["found"] == 1
    pets.good("undo", "pets")
    assert pets.good("search", "pets", "stars:0")["found"] == 3


def test_emptying_asks_and_says_how_many(pets: Commands) -> None:
    assert pets("dataset", "empty-trash").out == "The trash is empty.\n"
    pets.good("edit", "pets", "trash", "--where", "cat")
    pets.good("dataset", "copy", "pets", "old")
    assert "dataset restore old" in pets("dataset", "delete", "old").out
    assert pets("datasets").out.splitlines()[-1] == "In the trash: old"
    ran = pets("dataset", "empty-trash")
    assert ran.code == 2
    assert ran.err.startswith("Delete 1 picture and the dataset old (2 pictures) for ever? This cannot be undone.")
    assert pets.good("dataset", "empty-trash", "pets", "--yes")["pictures"] == 1
    assert pets.good("dataset", "restore", "old")["dataset"] == "old"
    pets.good("dataset", "delete", "old")
    assert pets.good("dataset", "empty-trash", "old", "--yes") == {"pictures": 2, "datasets": 1, "files": 0, "bytes": 0}
    assert pets("dataset", "restore", "old").code == 2
