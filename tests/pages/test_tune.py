"""The Tune page: what a slider would do is seen at once, Apply does just that, and Undo takes it back."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dscore.models import Mode
from tests.commands import Commands
from tests.pages.work import chosen, clicked, good, opened, texts


@pytest.fixture
def tagged(heap: Commands, model: Path) -> Commands:
    """The eight pictures, tagged."""
    heap.good("tag", "heap", "--tagger", model)
    return heap


def metric(shown: AppTest, label: str) -> str:
    return next(one.value for one in shown.metric if one.label == label)


@pytest.mark.usefixtures("dscore")
def test_an_empty_library_leads_to_the_import() -> None:
    assert "There are no pictures to tune yet." in texts(opened("tune.py"))


@pytest.mark.usefixtures("heap")
def test_without_scores_it_leads_to_the_tagger() -> None:
    shown = opened("tune.py")
    assert any("No tagger has looked at these pictures yet" in text for text in texts(shown))
    assert [button.label for button in shown.button] == ["Tag pictures"]


def test_a_slider_shows_at_once_what_it_would_do_and_changes_nothing(tagged: Commands) -> None:
    shown = opened("tune.py")
    before = tagged.content()
    assert "These settings give just the captions that are there." in texts(shown)
    assert shown.button(key="tune-apply").disabled
    chosen(shown, "tune-general", 0.55)
    assert metric(shown, "Pictures that lose tags") == "2"
    assert metric(shown, "Pictures that gain tags") == "0"
    assert shown.button(key="tune-apply").label == "Apply to 2 captions"
    assert any(text.startswith("Strict") for text in texts(shown))
    assert tagged.content() == before


def test_apply_is_one_change_that_undo_takes_back(tagged: Commands) -> None:
    before = tagged.tags("heap")
    shown = opened("tune.py")
    chosen(shown, "tune-general", 0.55)
    clicked(shown, "tune-apply")
    assert any("2 captions changed" in text for text in texts(shown, "success"))
    assert tagged.tags("heap") != before
    assert tagged.good("history", "heap")[0]["action"] == "tune"
    good(clicked(shown, "undo-tuning"))
    assert tagged.tags("heap") == before
    assert shown.button(key="tune-apply").label == "Apply to 2 captions"


@pytest.mark.usefixtures("tagged")
def test_a_preset_sets_all_and_is_marked_only_as_long_as_it_stands() -> None:
    shown = chosen(opened("tune.py"), "tune-preset", "sd-scripts")
    assert shown.session_state["tune-order"] == "model"
    assert shown.session_state["tune-underscores"] == "keep"
    assert any("long_hair" in text for text in texts(shown, "caption"))
    chosen(shown, "tune-general", 0.6)
    assert shown.session_state["tune-preset"] is None
    chosen(shown, "tune-preset", "own")
    assert shown.session_state["tune-order"] == "score"
    assert shown.session_state["tune-general"] == 0.35


@pytest.mark.usefixtures("tagged")
def test_what_cannot_be_read_is_said_and_nothing_can_be_applied() -> None:
    shown = opened("tune.py")
    good(shown.text_input(key="tune-per-tag").set_value("solo").run())
    assert "“solo” is no pair" in shown.error[0].value
    assert "tune-apply" not in {button.key for button in shown.button}
    good(shown.text_input(key="tune-per-tag").set_value("1girl=0.85").run())
    assert shown.button(key="tune-apply").label == "Apply to 2 captions"


def test_the_trigger_is_spared_and_overwriting_is_said(tagged: Commands) -> None:
    tagged.good("edit", "heap", "trigger", "solo")
    shown = opened("tune.py")
    good(shown.text_input(key="tune-blacklist").set_value("so*").run())
    assert any("stays in every caption" in one.value for one in shown.info)
    chosen(shown, "tune-mode", Mode.OVERWRITE)
    assert any("Overwrite replaces" in text for text in texts(shown, "warning"))


def test_pictures_without_scores_are_told_from_the_others(tagged: Commands, tmp_path: Path) -> None:
    from tests.made_sets import fill, scored

    tagged.good("import", fill(tmp_path / "more", {"new.png": scored({}, rest=99)}), "--dataset", "heap")
    shown = opened("tune.py")
    assert "1 picture without scores stay as they are." in texts(shown)
