"""Whatever pictures, captions and datasets are called: every page shows it as text, runs none of it and loads nothing."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pages.components.places import WORKING_ORDER, Place
from tests.browser.server import Server, serving, settled, visiting
from tests.made_sets import scored, tagger

IMAGE = "<img src=x onerror=window.evil=1>"
SCRIPT = "<script>window.evil=1</script>"
MARKDOWN = "![](http:evil.invalid) [go](javascript:evil) :red[x] :material-home: $x^2$ `a` **b**"
NAMES = (f"{IMAGE}.png", f"{SCRIPT.replace('/', '')}.png", f"{MARKDOWN}.png")
CAPTION = f"{SCRIPT}, {IMAGE}, :red[x], ![x](http://evil.invalid/a.png), $x^2$"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose only dataset has been imported, tagged, edited and exported, with such names everywhere."""
    folder = tmp_path_factory.mktemp("hostile")
    with serving(folder / "library") as server:
        dscore = server.dscore
        dscore("import", _archive(folder), "--dataset", IMAGE)  # one picture is damaged
        dscore.good("tag", IMAGE, "--tagger", tagger(folder / "tagger"))
        dscore.good("edit", IMAGE, "trigger", SCRIPT)
        dscore.good("edit", IMAGE, "add", MARKDOWN)
        dscore.good("export", IMAGE, dscore.library.exports / "taken")
        yield server


def _archive(folder: Path) -> Path:
    path = folder / f"{MARKDOWN.partition(' ')[2]}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(NAMES):
            archive.writestr(name, scored({"1girl": 0.9}, rest=number))
            archive.writestr(f"{name.removesuffix('.png')}.txt", CAPTION)
        archive.writestr(f"broken {IMAGE}.png", b"\x89PNG\r\n\x1a\n broken")
    return path


@dataclass(frozen=True)
class Visit:
    """A browser's page that goes from one of ours to the next, and every address that it has asked for."""

    page: Page
    server: Server
    asked: list[str]


@pytest.fixture(scope="module")
def visit(server: Server, browser: Browser) -> Iterator[Visit]:
    asked: list[str] = []
    with visiting(browser) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: asked.append(f"dialog: {dialog.message}"))
        server.open(page)
        yield Visit(page, server, asked)


@pytest.mark.parametrize("place", WORKING_ORDER, ids=lambda place: place.url_path)
def test_every_page_shows_it_as_text(visit: Visit, place: Place) -> None:
    page, url = visit.page, visit.server.url
    page.locator(".st-key-pages").get_by_role("link", name=place.title).click()
    expect(page.locator("h1")).to_have_text(place.title)
    settled(page)
    expect(page.get_by_role("combobox", name="Dataset").first).to_have_value(IMAGE)
    page.wait_for_timeout(200)  # for what a picture without a file would set off
    assert page.evaluate("window.evil") is None
    own = (url, url.replace("http", "ws"), "data:", "blob:")
    assert [one for one in visit.asked if not one.startswith(own)] == []
    assert page.locator("img[src='x'], img[src*='evil'], a[href^='javascript']").count() == 0
