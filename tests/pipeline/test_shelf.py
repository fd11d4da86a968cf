"""Datasets deleted and taken back, and the trash emptied: exactly what was said is gone, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog import changes, datasets
from dscore.catalog.connection import open_catalog
from dscore.errors import NotFoundError, WrongUseError
from dscore.pipeline import curate, gathering, reverts, shelf
from dscore.pipeline.operations import Operation
from tests.catalog.made import dataset_of
from tests.commands import Commands
from tests.made_sets import fill, scored


@pytest.fixture
def pets(dscore: Commands, tmp_path: Path) -> Commands:
    """Three real pictures, two with captions."""
    content = {f"{name}.png": scored({}, rest=rest) for rest, name in enumerate("abc")}
    dscore.good("import", fill(tmp_path / "pets", {**content, "a.txt": "cat, red", "b.txt": "dog, red"}))
    return dscore


def files(pets: Commands) -> int:
    return sum(1 for path in pets.library.images.rglob("*.png"))


def test_a_rename_is_undone_unless_the_old_name_is_taken(pets: Commands) -> None:
    renamed = shelf.rename(pets.library, dataset_of(pets.library, "pets"), "Animals")
    assert renamed.name == "Animals"
    reverts.undo(pets.library, renamed)
    assert dataset_of(pets.library, "pets").id == renamed.id
    reverts.redo(pets.library, renamed)
    with open_catalog(pets.library) as db:
        datasets.create(db, "PETS")
    with pytest.raises(WrongUseError, match="“PETS” already"):
        reverts.undo(pets.library, renamed)
    assert dataset_of(pets.library, "animals").id == renamed.id


def test_the_name_of_a_dataset_that_came_back_under_another_is_undone_like_any(pets: Commands) -> None:
    shelf.rename(pets.library, dataset_of(pets.library, "pets"), "animals")
    shelf.delete(pets.library, dataset_of(pets.library, "animals"))
    back = shelf.restore(pets.library, "animals", new_name="zoo")
    done = reverts.undo(pets.library, back, 2)
    assert (done.kept, dataset_of(pets.library, "zoo").id) == (("name",), back.id)
    assert reverts.undo(pets.library, back).change.summary == "rename the dataset animals to zoo"
    assert dataset_of(pets.library, "pets").id == back.id
    ran = pets("redo", "pets")
    assert (ran.code, ran.err) == (0, "")
    pets.good("undo", "zoo")
    shelf.rename(pets.library, dataset_of(pets.library, "pets"), "den")
    pets.good("dataset", "rename", "den", "lair")
    ran = pets("undo", "lair", 4)
    assert (ran.code, ran.err) == (1, "The name stays as it is: it was set again since.\n")


def test_a_dataset_in_the_trash_takes_no_name_whatever_is_undone(pets: Commands) -> None:
    before = dataset_of(pets.library, "pets")
    renamed = shelf.rename(pets.library, before, "animals")
    shelf.delete(pets.library, renamed)
    reverts.undo(pets.library, renamed)  # from a page that was opened before
    with open_catalog(pets.library) as db:
        assert datasets.find(db, "pets") is None
        assert datasets.ensure(db, "pets").id != renamed.id
    with pytest.raises(WrongUseError, match="already"):
        shelf.restore(pets.library, "pets")
    assert shelf.restore(pets.library, "pets", new_name="zoo").id == renamed.id


def test_a_dataset_can_change_the_case_of_its_own_name(pets: Commands) -> None:
    assert shelf.rename(pets.library, dataset_of(pets.library, "pets"), "PETS").name == "PETS"


def test_a_deleted_dataset_is_nowhere_and_comes_back_as_it_was(pets: Commands) -> None:
    before = pets.captions("pets")
    shelf.delete(pets.library, dataset_of(pets.library, "pets"))
    with open_catalog(pets.library) as db:
        assert datasets.listed(db) == []
        datasets.create(db, "pets")
    assert pets.rows("select count(*) from captions") == [(0,)]
    with pytest.raises(WrongUseError, match="already"):
        shelf.restore(pets.library, "pets")
    assert shelf.restore(pets.library, "pets", new_name="old pets").name == "old pets"
    assert pets.captions("old pets") == before
    with pytest.raises(NotFoundError):
        shelf.restore(pets.library, "pets")


def test_emptying_deletes_the_trash_its_files_and_nothing_else(pets: Commands) -> None:
    pets.good("edit", "pets", "add", "good")
    pets.good("edit", "pets", "trash", "--where", "cat")
    found = shelf.look(pets.library, dataset=dataset_of(pets.library, "pets"))
    assert found.items == 1
    gone = shelf.empty(pets.library, found)
    assert (gone.items, gone.files, files(pets)) == (1, 1, 2)
    assert gone.bytes > 0
    assert pets.captions("pets") == {"b": "dog, red, good", "c": "good"}
    assert pets.rows("select count(*) from image") == [(2,)]
    with open_catalog(pets.library) as db:
        assert [(one.action, one.items, one.gone) for one in changes.listed(db, 1)] == [
            ("trash", 1, 1),
            ("add", 3, 1),
            ("import", 3, 1),
        ]
    assert reverts.undo(pets.library, dataset_of(pets.library, "pets"), 2).items == 2


def test_a_picture_that_another_dataset_has_stays(pets: Commands) -> None:
    source = dataset_of(pets.library, "pets")
    gathering.carry_out(pets.library, gathering.plan_copy(pets.library, source, "twin"))
    curate.apply(pets.library, source, Operation("trash"), query="cat")
    gone = shelf.empty(pets.library, shelf.look(pets.library))
    assert (gone.items, gone.files, files(pets)) == (1, 0, 3)
    assert "a" in pets.captions("twin")


def test_a_deleted_dataset_is_gone_for_ever_when_the_trash_is_emptied(pets: Commands) -> None:
    shelf.delete(pets.library, dataset_of(pets.library, "pets"))
    found = shelf.look(pets.library)
    assert (found.items, found.whole_items, [one.name for one in found.whole]) == (0, 3, ["pets"])
    assert shelf.empty(pets.library, found).datasets == 1
    assert files(pets) == 0
    for table in ("dataset", "item", "image", "change", "change_item", "item_tag", "item_tag_source", "tag_count"):
        assert pets.rows(f"select count(*) from {table}") == [(0,)], table


def test_what_was_emptied_can_be_imported_again(pets: Commands, tmp_path: Path) -> None:
    pets.good("edit", "pets", "trash", "--where", "cat")
    shelf.empty(pets.library, shelf.look(pets.library))
    assert pets.good("import", tmp_path / "pets")["imported"] == 1
    assert pets.captions("pets")["a"] == "cat, red"
    assert files(pets) == 3


def test_what_came_out_of_the_trash_after_the_question_stays(pets: Commands) -> None:
    before = pets.captions("pets")
    pets.good("version", "pets", "freeze", "first")
    shelf.delete(pets.library, dataset_of(pets.library, "pets"))
    asked = shelf.look(pets.library)
    assert asked.whole_items == 3
    shelf.restore(pets.library, "pets")
    assert shelf.empty(pets.library, asked) == shelf.Emptied(0, 0, 0, 0)
    assert pets.captions("pets") == before
    assert pets.good("version", "pets", "diff", "first")["words"] == "no difference"


def test_what_comes_out_of_the_trash_while_it_is_emptied_stays(pets: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    pets.good("edit", "pets", "trash", "--where", "is:captioned")
    asked, turns = shelf.look(pets.library), 0

    def meanwhile() -> None:
        nonlocal turns
        turns += 1
        if turns == 1:
            pets.good("edit", "pets", "restore")

    monkeypatch.setattr(shelf, "CHUNK", 1)
    monkeypatch.setattr(shelf, "wait_for_turn", meanwhile)
    assert shelf.empty(pets.library, asked).items == 1
    assert pets.captions("pets") == {"b": "dog, red", "c": ""}


def test_more_than_was_asked_about_is_not_emptied(pets: Commands) -> None:
    pets.good("edit", "pets", "trash", "--where", "cat")
    asked = shelf.look(pets.library)
    pets.good("edit", "pets", "trash", "--where", "dog")
    with pytest.raises(WrongUseError, match="More was put into the trash meanwhile"):
        shelf.empty(pets.library, asked)
    assert shelf.empty(pets.library, shelf.look(pets.library)).items == 2
