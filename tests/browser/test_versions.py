"""A version in the browser: frozen, the difference with its words marked, gone back to."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.server import Server, settled
from tests.made_sets import fill, scored


def test_freeze_see_the_difference_and_go_back(server: Server, page: Page, tmp_path: Path) -> None:
    pictures: dict[str, bytes | str] = {f"p{number}.png": scored({}, rest=number) for number in range(4)}
    content = {**pictures, "p0.txt": "solo, smile", "p1.txt": "solo, hat"}
    server.dscore.good("import", fill(tmp_path / "heap", content))
    before = server.dscore.captions("heap")
    server.open(page, "/edit")
    page.get_by_label("Name", exact=True).fill("first")
    page.get_by_role("button", name="Freeze").click()
    expect(page.get_by_text("keeps 4 pictures")).to_be_visible()
    server.dscore.good("edit", "heap", "replace", "solo", "alone")
    server.dscore.good("edit", "heap", "trash", "--where", "name:p3")
    page.get_by_role("button", name="Compare").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("1 picture gone, 2 captions changed")).to_be_visible()
    expect(drawer.locator("del").first).to_have_text("solo")
    expect(drawer.locator("ins").first).to_have_text("alone")
    drawer.get_by_role("button", name="Go back to it").click()
    expect(page.get_by_text("Back to “first”: 3 pictures changed.")).to_be_visible()
    settled(page)
    assert server.dscore.captions("heap") == before
    page.locator(".st-key-undo-4 button").click()
    expect(page.get_by_text("Undone: go back to version first")).to_be_visible()
    assert server.dscore.captions("heap")["p0"] == "alone, smile"
    settled(page)
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("dialog").get_by_role("button", name="Forget it").click()
    page.get_by_role("button", name="Forget this version").click()
    expect(page.get_by_text("Version “first” is forgotten.")).to_be_visible()
    assert server.dscore.good("version", "heap") == []
