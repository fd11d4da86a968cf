"""A recipe that was put together on one dataset is seen and run on a second one."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.server import Server, settled
from tests.made_sets import fill, scored


def test_a_recipe_on_a_second_dataset(server: Server, page: Page, tmp_path: Path) -> None:
    dscore = server.dscore
    for first, name in enumerate(("heap", "pile")):
        pictures = {f"p{number}.png": scored({}, rest=10 * first + number) for number in range(3)}
        dscore.good("import", fill(tmp_path / name, {**pictures, "p0.txt": "solo, smile", "p1.txt": "hat, solo"}))
    dscore.good("recipe", "add", "tidy", "replace", "solo", "alone")
    before = dscore.captions("heap"), dscore.captions("pile")
    server.open(page, "/edit?dataset=heap")
    page.get_by_text("Recipes", exact=True).click()
    page.get_by_role("combobox", name="Recipe").click()
    page.get_by_role("option", name="tidy").click()
    settled(page)
    page.get_by_role("radio", name="Sort").click()
    page.get_by_role("button", name="Add “sort by name”").click()
    expect(page.get_by_text("2. sort by name")).to_be_visible()
    page.get_by_role("combobox", name="Dataset").click()
    page.get_by_role("option", name="pile").click()
    settled(page)
    rows = page.locator(".st-key-recipe-differences .differences .row:not(.head)")
    expect(rows).to_have_count(2)
    expect(rows.first.locator("ins").first).to_have_text("alone")
    page.get_by_role("button", name="Run 2 edits on 3 pictures").click()
    expect(page.get_by_text("2 changes in the history")).to_be_visible()
    settled(page)
    assert dscore.captions("pile") == {"p0": "alone, smile", "p1": "alone, hat", "p2": ""}
    assert dscore.captions("heap") == before[0]
    page.get_by_role("button", name="Undo all of it").click()
    expect(page.get_by_text("Undone: 2 changes of the recipe.")).to_be_visible()
    assert dscore.captions("pile") == before[1]
