"""A server, a browser and a page for each test.

`server` has an empty library of its own: fill it with `server.dscore("import", …)`, then `server.open(page, "/explore")`.
Tests that only look may share one: `with serving(tmp_path_factory.mktemp("…") / "library")` in a fixture of their module.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.server import Server, browsing, serving, visiting


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not for the whole session: while Playwright lives, an event loop runs here, and other tests want their own.
    with browsing() as browser:
        yield browser


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path / "library") as server:
        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with visiting(browser) as page:
        yield page
