"""Where things stand in a wide and in a narrow window."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from tests.browser.server import Server, serving, settled, visiting
from tests.made_sets import fill, scored


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a dataset of 24 small pictures without a caption; the tests only look."""
    folder = tmp_path_factory.mktemp("layout")
    fill(folder / "heap", {f"p{number}.png": scored({}, rest=number) for number in range(24)})
    with serving(folder / "library") as server:
        server.dscore.good("import", folder / "heap", "--dataset", "heap")
        yield server


@pytest.fixture
def narrow(browser: Browser) -> Iterator[Page]:
    """Half of a usual screen."""
    with visiting(browser, width=900, height=800) as page:
        yield page


def box(element: Locator) -> FloatRect:
    found = element.bounding_box()
    assert found is not None
    return found


def test_the_buttons_beside_the_filter_stay_where_they_are_whatever_is_wrong_with_it(
    filled: Server, narrow: Page
) -> None:
    filled.open(narrow, "/explore?dataset=heap")
    undo = narrow.locator(".st-key-undo")
    before = box(undo)
    line = narrow.get_by_label("Filter", exact=True)
    line.fill("solo or ( tokens>x kb>=1000 ) or ( long_hair or short_hair )")
    line.press("Enter")
    expect(narrow.locator(".trouble")).to_contain_text("whole number")
    settled(narrow)
    assert box(undo) == before


def test_history_is_beside_the_edits_or_below_them_and_as_wide_as_the_page(
    filled: Server, narrow: Page, page: Page
) -> None:
    filled.open(page, "/edit?dataset=heap")
    wide, side = box(page.locator(".st-key-wide")), box(page.locator(".st-key-narrow"))
    assert side["y"] == wide["y"]
    assert side["x"] > wide["x"] + wide["width"]
    filled.open(narrow, "/edit?dataset=heap")
    wide, side = box(narrow.locator(".st-key-wide")), box(narrow.locator(".st-key-narrow"))
    assert side["y"] > wide["y"]
    assert (side["x"], side["width"]) == (wide["x"], wide["width"])


def test_how_many_more_pictures_a_finding_has_is_seen_in_a_narrow_window(filled: Server, narrow: Page) -> None:
    filled.open(narrow, "/check?dataset=heap")
    row = narrow.locator(".st-key-faces-missing")
    expect(row.get_by_text("+ 14")).to_be_visible()
    more, last = box(row.get_by_text("+ 14")), box(row.locator("img").last)
    assert last["y"] < more["y"] < last["y"] + last["height"]
    assert more["x"] + more["width"] <= box(row)["x"] + box(row)["width"]


def test_what_enter_does_is_said_below_the_field(filled: Server, narrow: Page) -> None:
    filled.open(narrow, "/import?source=hub")
    field = narrow.get_by_label("Dataset on Hugging Face", exact=True)
    field.fill("https://huggingface.co/datasets/an-owner/a-rather-long-name-of-a-dataset/tree/main/data")
    hint = narrow.get_by_text("Press Enter")
    expect(hint).to_be_visible()
    assert box(hint)["y"] >= box(field)["y"] + box(field)["height"]


def test_a_narrow_window_has_three_pictures_beside_one_another_and_what_is_chosen_in_sight(
    filled: Server, narrow: Page
) -> None:
    filled.open(narrow, "/explore?dataset=heap")
    first, third = box(narrow.locator(".picture").nth(0)), box(narrow.locator(".picture").nth(2))
    assert first["y"] == third["y"]
    said = box(narrow.locator(".selection-bar strong"))
    assert said["y"] + said["height"] <= 800
    pages, keys = box(narrow.locator(".toolbar .range")), box(narrow.locator(".toolbar").get_by_label("Keys"))
    assert keys["y"] < pages["y"] + pages["height"]


def test_a_title_stands_as_high_as_what_begins_the_part_beside_it(filled: Server, page: Page) -> None:
    filled.open(page, "/export?dataset=heap")
    title = box(page.get_by_role("heading", name="What it will hold"))
    beside = box(page.locator("label", has_text=re.compile("^For$")).first)
    assert abs(title["y"] - beside["y"]) < 3


CONTRAST = """(words) => {
    const light = (colour) => {
        const [red, green, blue] = colour.match(/[\\d.]+/g).map((part) => part / 255)
            .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const page = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor;
    const [dark, bright] = [light(getComputedStyle(words).color), light(page)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
}"""
"""As WCAG 2.2 has it; 4.5 is what words of this size want."""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_in_the_accent_can_be_read_in_both_themes(filled: Server, browser: Browser, theme: str) -> None:
    with visiting(browser, theme=theme) as page:
        filled.open(page, "/import?dataset=heap")
        assert page.get_by_role("tab", selected=True).locator("p").evaluate(CONTRAST) > 4.5
        filled.open(page, "/edit?dataset=heap")
        assert page.get_by_role("radio", checked=True).locator("p").first.evaluate(CONTRAST) > 4.5
