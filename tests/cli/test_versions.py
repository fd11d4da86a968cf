"""Versions by command."""

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


def test_freeze_diff_restore_and_undo(pets: Commands) -> None:
    before = pets.captions("pets")
    assert pets("version", "pets").out == "Nothing was frozen yet.\n"
    assert pets("version", "pets", "freeze", "v1").out == "“v1” keeps 3 pictures with their captions.\n"
    pets.good("edit", "pets", "replace", "red", "blue")
    pets.good("edit", "pets", "trash", "--where", "name:c")
    assert pets("version", "pets", "diff", "v1").out.splitlines() == [
        *("1 picture gone, 2 captions changed", "a:", "  - cat, red", "  + cat, blue"),
        *("b:", "  - dog, red", "  + dog, blue"),
    ]
    assert "A version's name has 1 to 100 visible characters" in pets("version", "pets", "freeze", " ").err
    pets.good("version", "pets", "freeze", "v2")
    assert pets.good("version", "pets", "diff", "v2", "v1")["added"] == ["c"]
    assert [one["version"] for one in pets.good("version", "pets", "list")] == ["v2", "v1"]
    ran = pets("version", "pets", "restore", "v1")
    assert ran.out == "Back to “v1”: 3 pictures changed. To take it back: python -m dscore undo pets 4\n"
    assert pets.captions("pets") == before
    pets.good("undo", "pets", 4)
    assert pets.captions("pets") == {"a": "cat, blue", "b": "dog, blue"}


def test_the_difference_names_marks_and_new_names(pets: Commands) -> None:
    pets.good("version", "pets", "freeze", "v1")
    pets.good("edit", "pets", "mark", "keep", "--where", "name:a")
    pets.good("rename", "pets", "{name}_x", "--where", "name:b")
    assert pets("version", "pets", "diff", "v1").out.splitlines() == [
        *("1 picture renamed, 1 picture with other marks or stars", "b → b_x", "a: no mark → keep"),
    ]
    assert "… and 2 more; --limit" in pets("version", "pets", "diff", "v1", "--limit", "0").out
    document = pets.good("version", "pets", "diff", "v1")
    assert document["marked"] == [{"name": "a", "before": "no mark", "after": "keep"}]


def test_forgetting_asks_and_what_a_version_holds_stays_until_then(pets: Commands) -> None:
    pets.good("version", "pets", "freeze", "v1")
    pets.good("edit", "pets", "trash", "--where", "name:c")
    ran = pets("dataset", "empty-trash", "--yes")
    assert ran.out == "There is nothing to empty.\n"
    assert ran.err == "Kept in the trash, since a version holds it: 1 picture (“v1”).\n"
    assert pets("version", "pets", "delete", "v1").code == 2
    assert pets.good("version", "pets", "delete", "v1", "--yes")["pictures"] == 3
    assert pets.good("dataset", "empty-trash", "--yes")["pictures"] == 1


def test_wrong_use_is_a_sentence(pets: Commands) -> None:
    assert pets("version", "pets", "freeze").err == "“freeze” wants 1 version; there are 0.\n"
    assert "There is no version “x”" in pets("version", "pets", "diff", "x").err
    pets.good("version", "pets", "freeze", "v1")
    assert "just as it was" in pets("version", "pets", "restore", "v1").err
