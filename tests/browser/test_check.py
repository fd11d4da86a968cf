"""The Check page in a real browser: duplicates merged by a click, a cell of the coverage, a repair with undo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import Server, serving, settled
from tests.made_sets import fill
from tests.media.pictures import bytes_of, photo


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with four photos, one of them twice; each test leaves them as they were."""
    folder = tmp_path_factory.mktemp("check")
    content: dict[str, bytes | str] = {f"p{seed}.png": bytes_of(photo(240, 180, seed=seed), "PNG") for seed in range(4)}
    content["small.jpg"] = bytes_of(photo(240, 180, seed=0).resize((160, 120)), "JPEG")
    captions = {"p0.txt": "smile, hat", "small.txt": "hat, from behind", "p1.txt": "tea; cup, smile", "p2.txt": "tree"}
    fill(folder / "heap", {**content, **captions})
    with serving(folder / "library") as server:
        server.dscore.good("import", folder / "heap", "--dataset", "heap")
        yield server


def open_tab(server: Server, page: Page, name: str) -> None:
    server.open(page, "/check?dataset=heap")
    expect(page.get_by_text("of 100")).to_be_visible()  # what stands above the tabs, and moves them when it comes
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
    settled(page)


def test_the_one_that_was_clicked_stays_and_undo_brings_the_other_back(checked: Server, page: Page) -> None:
    before = checked.dscore.tags("heap")
    open_tab(checked, page, "Duplicates")
    expect(page.get_by_role("radio", name=re.compile("p0"))).to_have_attribute("aria-checked", "true")
    page.get_by_role("button", name="Merge", exact=True).hover()
    page.get_by_role("radio", name=re.compile("small")).evaluate(
        "(one) => { one.click(); document.querySelector('[class*=st-key-merge-] button').click(); }"
    )
    expect(page.get_by_text("1 group merged, 1 picture put into the trash.")).to_be_visible()
    others = {name: before[name] for name in ("p1", "p2", "p3")}
    assert checked.dscore.tags("heap") == {**others, "small": ["hat", "from behind", "smile"]}
    page.locator(".st-key-undo-mend button").click()
    expect(page.get_by_text(re.compile("Undone: merge 1 group"))).to_be_visible()
    assert checked.dscore.tags("heap") == before


def test_the_one_that_stays_gets_the_caption_that_was_clicked(checked: Server, page: Page) -> None:
    before = checked.dscore.tags("heap")
    open_tab(checked, page, "Duplicates")
    words = page.get_by_role("button", name="Use this caption")
    words.nth(0).click()
    settled(page)
    words.nth(1).click()
    settled(page)
    expect(words.nth(0)).to_have_attribute("aria-pressed", "false")
    expect(words.nth(1)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("1 group merged, 1 picture put into the trash.")).to_be_visible()
    assert checked.dscore.tags("heap")["p0"] == ["hat", "from behind"]
    page.locator(".st-key-undo-mend button").click()
    expect(page.get_by_text(re.compile("Undone: merge 1 group"))).to_be_visible()
    assert checked.dscore.tags("heap") == before


def test_a_caption_that_is_clicked_again_is_not_chosen_any_more(checked: Server, page: Page) -> None:
    before = checked.dscore.tags("heap")
    open_tab(checked, page, "Duplicates")
    words = page.get_by_role("button", name="Use this caption").nth(1)
    for _ in range(2):
        words.click()
        settled(page)
    expect(words).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("1 group merged, 1 picture put into the trash.")).to_be_visible()
    assert checked.dscore.tags("heap")["p0"] == ["smile", "hat", "from behind"]
    page.locator(".st-key-undo-mend button").click()
    expect(page.get_by_text(re.compile("Undone: merge 1 group"))).to_be_visible()
    assert checked.dscore.tags("heap") == before


def test_a_cell_of_the_coverage_leads_to_its_pictures(checked: Server, page: Page) -> None:
    open_tab(checked, page, "Coverage")
    page.get_by_role("button", name=re.compile("^smiling: 2")).click()
    page.wait_for_url(re.compile("/explore"))
    settled(page)
    assert parse_qs(urlsplit(page.url).query)["q"] == ["smile"]
    expect(page.get_by_text("2 of 5 pictures")).to_be_visible()


def test_a_repair_is_seen_done_and_undone(checked: Server, page: Page) -> None:
    checked.open(page, "/check?dataset=heap")
    page.locator(".st-key-mend-separator button").click()
    page.get_by_role("button", name="Apply to 1 picture").click()
    expect(page.get_by_text("1 picture changed: mend “wrong separators”.")).to_be_visible()
    assert checked.dscore.tags("heap")["p1"] == ["tea", "cup", "smile"]
    page.locator(".st-key-undo-mend button").click()
    expect(page.get_by_text(re.compile("Undone: mend"))).to_be_visible()
    assert checked.dscore.tags("heap")["p1"] == ["tea; cup", "smile"]
