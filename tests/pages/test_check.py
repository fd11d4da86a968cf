"""The Check page, run as Streamlit runs it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.commands import Commands
from tests.pages.work import chosen, clicked, good, opened, texts


def shown_with(query: str = "") -> AppTest:
    shown = opened("check.py")
    shown.query_params["q"] = query
    return good(shown.run())


def titles(shown: AppTest) -> list[str]:
    return [text.split("**")[1] for text in texts(shown, "markdown") if "**" in text]


def links(shown: AppTest) -> list[str]:
    return [one.proto.label for one in shown.main.get("page_link")]


def test_an_empty_library_says_what_is_missing(dscore: Commands) -> None:
    shown = opened("check.py")
    assert "There are no pictures to check yet." in texts(shown, "text")
    assert dscore.home


@pytest.mark.usefixtures("heap")
def test_findings_stand_worst_first_and_lead_to_their_pictures() -> None:
    shown = shown_with()
    assert titles(shown)[:2] == ["No caption", "Below the training resolution"]
    assert "No trigger word" in titles(shown)
    assert links(shown)[:2] == ["5 pictures", "8 pictures"]
    assert [one.value for one in shown.subheader] == ["Errors", "Warnings", "Hints"]
    assert any(text.startswith("8 pictures checked: 1 error, ") for text in texts(shown, "text"))


@pytest.mark.usefixtures("heap")
def test_the_filter_and_the_base_narrow_what_is_said() -> None:
    shown = shown_with("solo")
    assert "No caption" not in titles(shown)
    assert any(text.startswith("2 pictures checked: ") for text in texts(shown, "text"))
    assert "The filter finds no picture." in texts(shown_with("dragon"), "text")
    assert not shown_with("( solo").subheader
    shown = chosen(shown_with(), "check-base", "sd15")
    assert any("SD 1.5 trains at 512" in text for text in texts(shown, "caption"))


def test_a_repair_is_seen_applied_and_undone(heap: Commands) -> None:
    heap.good("edit", "heap", "add", "tea; cup", "--where", "solo")
    shown = clicked(shown_with(), "mend-separator")
    assert "Apply to 2 pictures" in [button.label for button in shown.button]
    assert "tea; cup" in heap.tags("heap")["p0"]
    shown = clicked(shown, "mend-apply")
    assert heap.tags("heap")["p0"][-2:] == ["tea", "cup"]
    assert "Wrong separators" not in titles(shown)
    assert any("2 pictures changed" in text for text in texts(shown, "success"))
    shown = clicked(shown, "undo-mend")
    assert "Wrong separators" in titles(shown)
    assert heap.tags("heap")["p0"][-1] == "tea; cup"


def test_what_is_well_is_said(heap: Commands) -> None:
    heap.good("edit", "heap", "trigger", "mychar")
    words = ", ".join(f"word{number}" for number in range(20))
    heap.good("edit", "heap", "add", words)
    heap.good("edit", "heap", "remove", "word*, hat", "--where", "-solo")
    shown = shown_with("solo width:1")
    assert "The filter finds no picture." in texts(shown, "text")


@pytest.mark.usefixtures("heap")
def test_a_repair_can_be_left() -> None:
    shown = shown_with()
    assert not [button for button in shown.button if button.key == "mend-close"]
