"""The charts of the Statistics page, clicked and brushed in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import Server, serving, settled
from tests.made_sets import fill, scored


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a dataset of eight pictures, two of them with captions; the tests only look."""
    folder = tmp_path_factory.mktemp("statistics")
    pictures: dict[str, bytes | str] = {f"p{number}.png": scored({}, rest=number) for number in range(8)}
    fill(folder / "heap", {**pictures, "p0.txt": "solo, smile", "p1.txt": "solo, a red dress, and a blue hat"})
    with serving(folder / "library") as server:
        server.dscore.good("import", folder / "heap", "--dataset", "heap")
        yield server


def query_of(page: Page) -> str:
    """The filter in the URL."""
    return parse_qs(urlsplit(page.url).query).get("q", [""])[0]


def open_tab(server: Server, page: Page, name: str) -> None:
    server.open(page, "/statistics?dataset=heap")
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
    settled(page)


def test_a_bar_of_tokens_leads_to_its_pictures(filled: Server, page: Page) -> None:
    open_tab(filled, page, "Captions")
    page.locator(".st-key-statistics-tokens path[aria-roledescription=bar]").last.click()
    page.wait_for_url(re.compile("/explore"))
    settled(page)
    assert query_of(page).startswith("tokens")
    expect(page.get_by_text(re.compile(r"^[1-8] of 8 pictures$"))).to_be_visible()


def test_a_tag_leads_to_its_pictures_and_the_way_back_shows_no_old_click(filled: Server, page: Page) -> None:
    open_tab(filled, page, "Tags")
    page.locator(".st-key-statistics-most").get_by_role("button", name=re.compile("^solo,")).click()
    page.wait_for_url(re.compile("/explore"))
    settled(page)
    assert query_of(page) == "solo"
    page.get_by_test_id("stPageLink-NavLink").filter(has_text="Statistics").first.click()
    page.wait_for_url(re.compile("/statistics"))
    settled(page)
    expect(page.get_by_text("2 of 8 pictures")).to_be_visible()


def test_a_brush_over_sizes_names_the_pictures_and_leads_to_them(filled: Server, page: Page) -> None:
    open_tab(filled, page, "Pictures")
    box = page.locator(".st-key-statistics-sizes svg.marks").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.99 * box["width"], box["y"] + 2, steps=8)
    page.mouse.up()
    page.get_by_role("link", name="See these 8 pictures").click()
    page.wait_for_url(re.compile("/explore"))
    settled(page)
    assert query_of(page).startswith("width")


def test_the_report_is_a_file(filled: Server, page: Page) -> None:
    filled.open(page, "/statistics?dataset=heap")
    with page.expect_download() as download:
        page.get_by_role("button", name="Report").click()
    assert download.value.suggested_filename == "heap statistics.html"
    assert "<h1>heap</h1>" in download.value.path().read_text(encoding="utf-8")
