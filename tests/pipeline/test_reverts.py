"""Undo and redo: of the latest change and of older ones, with later work left as it is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dscore.errors import WrongUseError
from dscore.pipeline import reverts
from tests.catalog.made import ask, dataset_of, make_library, tag_texts
from tests.pipeline.edited import edited, one


def test_undo_of_an_older_change_leaves_later_work_on_other_tags(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "x, y", "b": "x"})
    older = edited(library, "replace", "x", "z").change_id
    edited(library, "add", "new")
    edited(library, "remove", "z", query="name:b")
    reverted = reverts.undo(library, dataset_of(library), older)
    assert (reverted.items, reverted.left, reverted.left_names) == (1, 1, ("b",))
    assert tag_texts(library) == {"a": "x, y, new", "b": "new"}


def test_undo_leaves_a_tag_that_somebody_removed_and_added_again(tmp_path: Path) -> None:
    library = one(tmp_path, "x")
    first = edited(library, "add", "new").change_id
    edited(library, "remove", "new")
    edited(library, "add", "new")
    assert reverts.undo(library, dataset_of(library), first).left == 1
    assert tag_texts(library) == {"a": "x, new"}


def test_what_an_undo_left_can_be_undone_once_the_later_change_is(tmp_path: Path) -> None:
    library = one(tmp_path, "x")
    first = edited(library, "add", "new").change_id
    later = edited(library, "remove", "new").change_id
    reverts.undo(library, dataset_of(library), first)
    reverts.undo(library, dataset_of(library), later)
    assert tag_texts(library) == {"a": "x, new"}
    assert reverts.undo(library, dataset_of(library), first).items == 1
    assert tag_texts(library) == {"a": "x"}


def test_redo_brings_a_tag_back_to_where_a_sort_had_put_it(tmp_path: Path) -> None:
    library = one(tmp_path, "b, c")
    added = edited(library, "add", "a").change_id
    edited(library, "sort")
    reverts.undo(library, dataset_of(library), added)
    reverts.redo(library, dataset_of(library))
    assert tag_texts(library) == {"a": "a, b, c"}


def test_a_new_change_ends_redo_and_one_that_changes_nothing_does_not(tmp_path: Path) -> None:
    library = one(tmp_path, "x")
    edited(library, "add", "y")
    reverts.undo(library, dataset_of(library))
    assert edited(library, "add", "x, x").changed == 1
    reverts.undo(library, dataset_of(library))
    edited(library, "remove", "nothing like it")
    edited(library, "sort")
    assert ask(library, "select count(*) from change") == [(2,)]
    assert reverts.redo(library, dataset_of(library)).change.summary == "add “x”"
    with pytest.raises(WrongUseError, match="nothing to redo"):
        reverts.redo(library, dataset_of(library))


def test_nothing_to_undo_is_said(tmp_path: Path) -> None:
    library = one(tmp_path, "x")
    with pytest.raises(WrongUseError, match="nothing to undo"):
        reverts.undo(library, dataset_of(library))
    change = edited(library, "add", "y").change_id
    reverts.undo(library, dataset_of(library))
    with pytest.raises(WrongUseError, match="undone already"):
        reverts.undo(library, dataset_of(library), change)


def test_another_process_undoes_and_redoes(tmp_path: Path) -> None:
    library = one(tmp_path, "x")
    edited(library, "add", "y")
    for word, after in (("undo", "x"), ("redo", "x, y")):
        command = [sys.executable, "-m", "dscore", word, "set", "--home", str(tmp_path), "--json"]
        done = subprocess.run(command, capture_output=True, check=True)
        assert json.loads(done.stdout)["items"] == 1
        assert tag_texts(library) == {"a": after}
