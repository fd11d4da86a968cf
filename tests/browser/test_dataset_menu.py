"""The menu of the chosen dataset: after a deletion it is closed, and about nothing."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.server import Server, settled
from tests.made_sets import fill, scored


def test_a_deletion_closes_the_menu_and_leaves_no_warning(server: Server, page: Page, tmp_path: Path) -> None:
    for name in ("heap", "humans"):
        server.dscore.good("import", fill(tmp_path / name, {"a.png": scored({})}))
    server.open(page, "/?dataset=humans")
    page.get_by_role("button", name="Dataset", exact=True).click()
    settled(page)
    page.get_by_role("radio", name="Delete").click()
    expect(page.get_by_text("“humans” goes to the trash, whole")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Put into the trash").click()
    expect(page.get_by_text("“humans” is in the trash; take it back below.")).to_be_visible()
    settled(page)
    expect(page.get_by_role("button", name="Put into the trash")).to_be_hidden()
    expect(page.get_by_text("There is no dataset")).to_be_hidden()
    page.get_by_role("button", name="Dataset", exact=True).click()
    settled(page)
    expect(page.get_by_text("Undo takes the old name back.")).to_be_visible()
    assert [one["name"] for one in server.dscore.good("datasets")["datasets"]] == ["heap"]
