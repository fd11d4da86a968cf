"""The Edit page: what would change is seen first; what was done can be taken back."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.commands import Commands
from tests.pages.work import after_job, chosen, clicked, good, opened, texts


def removing(tag: str = "solo") -> AppTest:
    """The page, asked to remove a tag."""
    return chosen(chosen(opened("edit.py"), "edit-kind", "remove"), "edit-remove-tags", [tag])


@pytest.mark.usefixtures("dscore")
def test_an_empty_library_leads_to_the_import() -> None:
    shown = opened("edit.py")
    assert "There are no captions to edit yet." in texts(shown)
    assert [button.label for button in shown.button] == ["Import pictures"]


def test_nothing_is_done_before_apply_and_all_of_it_can_be_undone(heap: Commands) -> None:
    before = heap.tags("heap")
    shown = removing()
    assert shown.button(key="apply").label == "Apply to 2 pictures"
    assert "6 of 8 pictures stay as they are." in texts(shown)
    assert heap.tags("heap") == before
    clicked(shown, "apply")
    assert "2 pictures changed\\." in texts(shown, "success")
    assert heap.tags("heap")["p0"] == ["smile"]
    clicked(shown, "undo-edit")
    assert heap.tags("heap") == before
    clicked(shown, "redo")
    assert heap.tags("heap")["p0"] == ["smile"]


def test_what_somebody_changed_since_the_preview_is_left_and_named(heap: Commands) -> None:
    shown = removing()
    heap.good("edit", "heap", "add", "hat", "--where", "name:p0")
    clicked(shown, "apply")
    assert heap.tags("heap") == heap.tags("heap") | {"p0": ["solo", "smile", "hat"], "p1": ["red dress"]}
    assert any("1 picture left alone" in text and "p0" in text for text in texts(shown, "warning"))


def test_the_history_undoes_any_change_and_says_who_made_it(heap: Commands) -> None:
    heap.good("edit", "heap", "add", "first", "--where", "name:p0")
    heap.good("edit", "heap", "add", "second", "--where", "name:p0")
    shown = opened("edit.py")
    assert "add “first”" in texts(shown)
    assert any("8 pictures · by an import" in text for text in texts(shown, "caption"))
    clicked(shown, "undo-2")
    assert heap.tags("heap")["p0"] == ["solo", "smile", "second"]


def test_a_selection_is_the_scope(heap: Commands) -> None:
    from pages.components.state import SELECTION, Selection

    shown = opened("edit.py")
    shown.session_state[SELECTION] = Selection(frozenset({1}))
    good(shown.run())
    assert "1 of 8 pictures, your selection" in texts(shown)
    chosen(chosen(shown, "edit-kind", "remove"), "edit-remove-tags", ["solo"])
    clicked(shown, "apply")
    assert heap.tags("heap")["p0"] == ["smile"]
    assert heap.tags("heap")["p1"] == ["solo", "red dress"]


def test_a_trigger_word_for_all_is_a_setting_of_the_dataset(heap: Commands) -> None:
    shown = opened("edit.py")
    good(shown.text_input(key="edit-trigger").set_value("saria").run())
    assert "It is a setting of the dataset, so it counts for all pictures." in texts(shown)
    clicked(shown, "apply")
    assert all(caption.startswith("saria") for caption in heap.captions("heap").values())
    clicked(shown, "undo-edit")
    assert any("on the whole dataset" in text for text in texts(shown, "success"))


def test_no_word_and_none_to_take_away_is_nothing_to_apply(heap: Commands) -> None:
    shown = opened("edit.py")
    assert shown.text_input(key="edit-trigger").value == ""
    assert [one for one in shown.button if one.label.startswith("Apply")] == []
    assert heap.good("history", "heap")[0]["action"] == "import"


def test_the_trash_gives_back_what_it_has(heap: Commands) -> None:
    heap.good("edit", "heap", "trash", "--where", "name:p0")
    shown = chosen(opened("edit.py"), "edit-kind", "restore")
    assert "1 picture in the trash." in texts(shown)
    clicked(shown, "apply")
    assert heap.tags("heap")["p0"] == ["solo", "smile"]


def test_an_edit_that_makes_no_sense_says_why(heap: Commands) -> None:
    shown = chosen(opened("edit.py"), "edit-kind", "replace")
    good(shown.toggle(key="edit-regex").set_value(True).run())
    good(shown.text_input(key="edit-old").set_value("(").run())
    assert shown.error
    assert heap.good("history", "heap")[0]["action"] == "import"


def test_a_large_edit_is_left_to_a_worker(heap: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    from dscore.pipeline import reverts
    from pages.components import edit_preview

    monkeypatch.setattr(edit_preview, "CHUNK", 1)
    monkeypatch.setattr(reverts, "CHUNK", 1)
    shown = removing()
    clicked(shown, "apply")
    assert after_job(heap.library, "edit").state == "done"
    assert heap.tags("heap")["p0"] == ["smile"]
    good(shown.run())
    clicked(shown, "undo-2")
    assert after_job(heap.library, "revert").state == "done"
    assert heap.tags("heap")["p0"] == ["solo", "smile"]


def test_an_undo_says_how_many_pictures_are_gone_for_ever(heap: Commands) -> None:
    trashed = heap.good("edit", "heap", "trash", "--where", "name:p0")["change"]
    heap.good("dataset", "empty-trash", "--yes")
    gone = "Gone for ever, since the trash was emptied\\: 1 picture"
    shown = clicked(opened("edit.py"), f"undo-{trashed}")
    assert any(gone in text for text in texts(shown, "success"))
    assert any(gone in text for text in texts(clicked(shown, "redo"), "success"))
    assert any(gone in text for text in texts(clicked(opened("explore.py"), "undo"), "toast"))
