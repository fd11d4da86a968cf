"""From `streamlit run Home.py` to the first dataset's card on the screen, as somebody waits who starts dscore.

Seconds on the wall; the middle one of several starts, with everything on a warm disk, Python's bytecode too. The browser is
open already; what counts is the card with its first thumbnail.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser

from tests.bench import Row, big_catalog
from tests.bench.explore import add_thumbnails
from tests.browser.server import browsing, serving, visiting

ITEMS = 2000
STARTS = 5
IS_SEEN = """async () => {
    const isSeen = (one) => one.shadowRoot?.querySelector("img")?.naturalWidth > 0;
    while (![...document.querySelectorAll("*")].some(isSeen)) await new Promise(requestAnimationFrame);
}"""
"""Asked at every frame; Playwright's own waiting asks every half second only, after its first looks."""


def run() -> Iterator[Row]:
    """One row; the very first start, which warms the disk, does not count."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        library = big_catalog.build(Path(folder) / "library", items=ITEMS, datasets=("first",))
        add_thumbnails(library)
        took = [_start(browser, library.home) for _ in range(STARTS + 1)]
    yield Row("start of the server to the first card", median(took[1:]), "s", "< 3")


def _start(browser: Browser, home: Path) -> float:
    began = time.perf_counter()
    with serving(home) as server, visiting(browser) as page:
        page.goto(server.url)
        page.evaluate(IS_SEEN)
        took = time.perf_counter() - began
        page.get_by_role("button", name="first").wait_for()
        return took
