"""Pictures renamed on the Edit page: seen, done, undone."""

from __future__ import annotations

from tests.commands import Commands
from tests.pages.work import chosen, clicked, opened, texts


def test_names_are_seen_then_set_then_undone(heap: Commands) -> None:
    shown = opened("edit.py")
    assert shown.button(key="rename-pictures").label == "Rename 8 pictures"
    shown = clicked(shown, "rename-pictures")
    assert "8 pictures renamed\\." in texts(shown, "success")
    assert list(heap.captions("heap")) == [f"heap_00{number}" for number in range(1, 9)]
    clicked(shown, "undo-2")
    assert list(heap.captions("heap")) == [f"p{number}" for number in range(8)]


def test_an_own_pattern_that_cannot_be_read_is_a_sentence(heap: Commands) -> None:
    shown = chosen(opened("edit.py"), "naming-kind", "own")
    shown = chosen(shown, "naming-pattern", "{what}")
    assert any("is nothing that a name can be made of" in text for text in texts(shown, "error"))
    clicked(chosen(chosen(shown, "naming-pattern", "x{n:02d}"), "naming-start", 5), "rename-pictures")
    assert next(iter(heap.captions("heap"))) == "x05"
