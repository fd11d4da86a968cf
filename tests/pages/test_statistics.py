"""The Statistics page, run as Streamlit runs it; clicks on its charts are in tests/browser."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.commands import Commands
from tests.pages.work import NO_PATHS, chosen, good, opened, texts


def shown_tab(name: str, query: str = "") -> AppTest:
    shown = opened("statistics.py")
    shown.session_state["statistics-tab"] = name
    shown.query_params["q"] = query
    return good(shown.run())


def figures(shown: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in shown.metric}


def test_an_empty_library_says_what_is_missing(dscore: Commands) -> None:
    shown = opened("statistics.py")
    assert "There are no pictures to count yet." in texts(shown, "text")
    assert dscore.home


@pytest.mark.usefixtures("heap")
def test_the_figures_are_of_what_the_filter_finds() -> None:
    assert figures(shown_tab("Captions")) | {"Pictures": "8", "Untagged": "5"} == figures(shown_tab("Captions"))
    found = figures(shown_tab("Captions", "solo"))
    assert (found["Pictures"], found["Untagged"], found["Different tags"]) == ("2", "0", "3")


@pytest.mark.usefixtures("heap")
@pytest.mark.parametrize(
    ("tab", "words"),
    [
        ("Captions", "No caption has more than 75 tokens: nothing is cut."),
        ("Tags", "used once only"),
        ("Pictures", "PNG 8"),
        ("Buckets", "What becomes of each size"),
    ],
)
def test_each_tab_stands(tab: str, words: str) -> None:
    assert any(words in text for text in texts(shown_tab(tab)))


@pytest.mark.usefixtures("heap")
def test_a_filter_that_finds_nothing_or_cannot_be_read_is_said() -> None:
    assert "The filter finds no picture." in texts(shown_tab("Captions", "dragon"), "text")
    assert not shown_tab("Captions", "( solo").metric


@pytest.mark.usefixtures("heap")
def test_an_edit_is_counted(heap: Commands) -> None:
    before = figures(shown_tab("Captions"))["Tokens a caption"]
    heap.good("edit", "heap", "add", "one more tag")
    assert figures(shown_tab("Captions"))["Tokens a caption"] != before


@pytest.mark.usefixtures("heap")
def test_buckets_follow_the_settings() -> None:
    shown = shown_tab("Buckets")
    assert figures(shown)["Enlarged"] == "8"
    shown = chosen(shown, "buckets-no-upscale", True)
    assert figures(shown)["Enlarged"] == "0"
    shown = chosen(shown, "buckets-for", "Own settings")
    shown = chosen(shown, "buckets-Width", 100)
    assert any("kohya refuses these buckets" in text for text in texts(shown, "error"))


@pytest.mark.usefixtures("heap")
def test_another_tokenizer_that_cannot_be_read_is_said() -> None:
    shown = chosen(shown_tab("Captions"), "statistics-tokenizer", "/nowhere/tokenizer.json")
    assert any("cannot be read" in text for text in texts(shown, "error"))
    for path in NO_PATHS:
        shown = chosen(shown, "statistics-tokenizer", path)
        assert shown.error[0].value.startswith(("The path ", "There is no user"))
