"""From pictures to an export in the browser: tag to the end, edit with a preview, undo, and take the folder home."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import Server, settled
from tests.commands import Commands
from tests.made_sets import fill, scored, tagger

LONG = 60_000
"""Milliseconds that a job may take on a busy machine."""

NASTY = "<img src=x onerror=alert(1)>, :red[x], :material/home:, ![x](http://evil.example/x.png), $a$"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of eight pictures, two with captions, one of those hostile."""
    folder = tmp_path_factory.mktemp("pictures") / "heap"
    pictures: dict[str, bytes | str] = {
        f"p{number}.png": scored({"1girl": 0.9, "long_hair": number / 10}, rest=number) for number in range(8)
    }
    return fill(folder, {**pictures, "p0.txt": "solo, smile", "p1.txt": f"solo, {NASTY}"})


@pytest.fixture
def heap(server: Server, filled: Path) -> Commands:
    """The server's library with those pictures."""
    server.dscore.good("import", filled, "--dataset", "heap")
    return server.dscore


def choose_own(page: Page, folder: Path) -> None:
    """A folder of one's own is the tagger."""
    page.locator(".card[data-name=own]").click()
    field = page.get_by_label("Folder", exact=True)
    field.fill(str(folder))
    field.press("Enter")
    settled(page)


def test_a_try_then_the_job_then_the_tags(server: Server, heap: Commands, page: Page, tmp_path: Path) -> None:
    server.open(page, "/tag")
    choose_own(page, tagger(tmp_path / "tagger"))
    page.get_by_role("button", name="Try on six pictures").click()
    samples = page.locator(".samples figure")
    expect(samples).to_have_count(6, timeout=LONG)
    expect(samples.first.locator(".tag.new", has_text="1girl")).to_be_visible()
    assert "1girl" not in heap.tags("heap")["p0"]
    page.get_by_role("button", name="Tag 8 pictures").click()
    result = page.locator(".st-key-tag-result")
    expect(result).to_contain_text("8 changed", timeout=LONG)
    assert heap.tags("heap")["p7"] == ["1girl", "long hair"]
    result.get_by_role("link", name="See the tags").click()
    expect(page.get_by_role("heading", name="Explore")).to_be_visible()


def test_an_edit_is_seen_marked_then_done_then_undone(server: Server, heap: Commands, page: Page) -> None:
    before = heap.tags("heap")
    server.open(page, "/edit")
    page.get_by_role("radio", name="Remove tags").click()
    box = page.get_by_role("combobox", name="Tags to remove")
    box.fill("solo")
    box.press("Enter")
    box.press("Escape")
    settled(page)
    rows = page.locator(".differences .row:not(.head)")
    expect(rows).to_have_count(2)
    expect(rows.first.locator("del")).to_have_text(re.compile("solo"))
    assert heap.tags("heap") == before
    page.get_by_role("button", name="Apply to 2 pictures").click()
    expect(page.get_by_text("2 pictures changed.")).to_be_visible()
    assert heap.tags("heap")["p0"] == ["smile"]
    page.locator(".st-key-undo-edit button").click()
    expect(page.get_by_text("Undone: remove")).to_be_visible()
    assert heap.tags("heap") == before
    page.locator(".st-key-look-2 button").click()
    expect(page.get_by_role("dialog").locator("del").first).to_have_text("solo")


@pytest.mark.usefixtures("heap")
def test_captions_are_shown_as_text_whatever_they_hold(server: Server, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append(f"dialog: {dialog.message}"))
    for path in ("/tag", "/edit", "/export"):
        server.open(page, path)
        expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_text("<img src=x onerror=alert(1)>").first).to_be_visible()
    server.open(page, "/edit")
    page.get_by_role("radio", name="Trigger word").click()
    word = page.get_by_label("Trigger word", exact=True)
    word.fill("saria")
    word.press("Enter")
    expect(page.locator(".differences")).to_contain_text(":material/home:")
    assert not [url for url in asked if not url.startswith((server.url, "ws", "data:", "blob:"))]


def test_the_export_is_written_and_taken_home(server: Server, heap: Commands, page: Page, tmp_path: Path) -> None:
    server.open(page, "/export")
    expect(page.get_by_text("10_heap/000001.txt · 11 bytes")).to_be_visible()
    page.get_by_role("button", name="Export 8 pictures").click()
    result = page.locator(".st-key-export-result")
    expect(result).to_contain_text("8 pictures, 2 captions", timeout=LONG)
    folder = heap.library.exports / "heap-kohya"
    expect(result).to_contain_text(f'--dataset_config "{(folder / "dataset.toml").as_posix()}"')
    with page.expect_download() as download:
        result.get_by_role("link", name="Download as ZIP").click()
    download.value.save_as(tmp_path / "taken.zip")
    with zipfile.ZipFile(tmp_path / "taken.zip") as archive:
        assert archive.testzip() is None
        assert archive.read("heap-kohya/10_heap/000001.txt") == b"solo, smile"
        assert len(archive.namelist()) == 8 + 2 + 2
