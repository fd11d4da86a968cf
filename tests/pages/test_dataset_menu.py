"""Datasets copied, split, renamed, deleted and taken back on the Overview; the trash emptied there."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.commands import Commands
from tests.pages.work import chosen, clicked, good, opened, texts


def asked(action: str, **fields: str) -> AppTest:
    """The Overview after the menu did this."""
    shown = chosen(chosen(opened("overview.py"), "dataset_switch", "heap"), "dataset-action-0", action)
    for field, value in fields.items():
        shown = chosen(shown, f"dataset-{field}", value)
    return clicked(shown, "dataset-do")


def test_a_copy_and_a_split_bring_the_captions_along(heap: Commands) -> None:
    before = heap.captions("heap")
    shown = asked("Copy", name="twin")
    assert "8 pictures came into “twin”\\." in texts(shown, "success")
    assert heap.captions("twin") == before
    shown = asked("Split", where="solo", name="alone")
    assert any("2 pictures came into “alone”" in text for text in texts(shown, "success"))
    assert len(heap.captions("heap")) == 6


def test_a_merge_unites_the_tags_of_pictures_in_both_when_that_is_chosen(heap: Commands) -> None:
    heap.good("dataset", "copy", "heap", "twin")
    heap.good("edit", "heap", "add", "tail", "--where", "solo")
    shown = asked("Merge", other="twin")
    assert any("8 were there already, and keep their captions" in text for text in texts(shown, "success"))
    assert heap.tags("twin")["p0"] == ["solo", "smile"]
    shown = asked("Merge", other="twin", unite="gets the tags of both")
    assert any("8 were there already, 2 of them have more tags now" in text for text in texts(shown, "success"))
    assert heap.tags("twin")["p0"] == ["solo", "smile", "tail"]


def test_a_merge_says_what_is_out_of_the_trash_as_it_was(heap: Commands) -> None:
    heap.good("dataset", "split", "heap", "alone", "--where", "solo")
    heap.good("dataset", "copy", "alone", "again")
    heap.good("edit", "again", "trash", "--where", "name:p0")
    shown = chosen(opened("overview.py"), "dataset_switch", "alone")
    shown = chosen(chosen(shown, "dataset-action-0", "Merge"), "dataset-other", "again")
    said = texts(clicked(shown, "dataset-do"), "success")
    assert any("1 of them came out of the trash there, with the captions they had" in text for text in said)


def test_a_name_that_is_taken_is_a_sentence(heap: Commands) -> None:
    heap.good("dataset", "create", "other")
    assert any("already" in text for text in texts(asked("Rename", name="OTHER"), "error"))
    assert "“heap” has that name already\\." in texts(asked("Rename", name="heap"), "success")
    shown = asked("Rename", name="pile")
    assert "“heap” is called “pile” now\\." in texts(shown, "success")
    assert shown.sidebar.selectbox[0].value == "pile"


def test_a_deleted_dataset_can_be_taken_back(heap: Commands) -> None:
    heap.good("dataset", "create", "other")
    shown = chosen(opened("overview.py"), "dataset_switch", "heap")
    shown = chosen(shown, "dataset-action-0", "Delete")
    assert "“heap” goes to the trash, whole, and can be taken back." in texts(shown)
    shown = clicked(shown, "dataset-do")
    assert [one["name"] for one in heap.good("datasets")["datasets"]] == ["other"]
    assert "Trash · the dataset heap with 8 pictures" in [one.label for one in shown.expander]
    clicked(shown, "take-back-1")
    assert len(heap.captions("heap")) == 8


def test_of_two_deleted_datasets_of_one_name_the_chosen_one_comes_back(heap: Commands) -> None:
    for command in (("delete", "heap"), ("create", "heap"), ("delete", "heap")):
        heap.good("dataset", *command)
    clicked(opened("overview.py"), "take-back-1")
    assert len(heap.captions("heap")) == 8


@pytest.mark.parametrize("only", [True, False])
def test_emptying_says_how_many_and_deletes_them(heap: Commands, only: bool) -> None:
    heap.good("edit", "heap", "trash", "--where", "solo" if only else "is:untagged or solo")
    number = 2 if only else 7
    shown = opened("overview.py")
    assert f"Delete {number} pictures for ever? This cannot be undone." in texts(shown)
    clicked(shown, "empty-trash")
    assert heap.rows("select count(*) from item") == [(8 - number,)]


def test_the_last_dataset_can_be_deleted_and_taken_back(heap: Commands) -> None:
    shown = clicked(chosen(opened("overview.py"), "dataset-action-0", "Delete"), "dataset-do")
    assert "Drop your pictures here" in shown.markdown[0].value
    clicked(shown, "take-back-1")
    assert len(heap.captions("heap")) == 8


def test_after_a_deletion_nothing_is_about_to_happen_to_the_next_dataset(heap: Commands) -> None:
    heap.good("dataset", "create", "other")
    shown = opened("overview.py")
    shown.query_params["dataset"] = "heap"
    shown.session_state["dataset-menu"] = True
    shown = clicked(chosen(good(shown.run()), "dataset-action-0", "Delete"), "dataset-do")
    assert shown.sidebar.selectbox[0].value == "other"
    assert shown.session_state["dataset-menu"] is False
    assert shown.session_state["dataset-action-1"] == "Rename"
    assert not texts(shown, "warning")
