"""Versions on the Edit page: frozen and compared; going back is tried in the browser, where a drawer's buttons work."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.commands import Commands
from tests.pages.work import clicked, good, opened, texts


def frozen(name: str) -> AppTest:
    """The page after a version of that name was asked for."""
    shown = opened("edit.py")
    shown.text_input(key="version-name").set_value(name)
    (button,) = (one for one in shown.button if one.label == "Freeze")
    return good(button.click().run())


def test_a_version_is_frozen_and_compared_with_now(heap: Commands) -> None:
    shown = frozen("first")
    assert "Frozen\\: “first” keeps 8 pictures with their captions\\." in texts(shown, "success")
    heap.good("edit", "heap", "remove", "solo")
    shown = clicked(shown, "compare-1")
    assert "From “first” to now: 2 captions changed." in texts(shown)
    assert shown.button(key="go-back").label == "Go back to it"


def test_marks_are_told_and_can_be_gone_back_from(heap: Commands) -> None:
    heap.good("version", "heap", "freeze", "first")
    heap.good("edit", "heap", "mark", "keep", "--where", "solo")
    shown = clicked(opened("edit.py"), "compare-1")
    assert "From “first” to now: 2 pictures with other marks or stars." in texts(shown)
    assert shown.button(key="go-back").label == "Go back to it"


@pytest.mark.parametrize("name", ["", "FIRST"])
def test_a_name_that_will_not_do_is_a_sentence(heap: Commands, name: str) -> None:
    heap.good("version", "heap", "freeze", "first")
    assert len(texts(frozen(name), "error")) == 1
