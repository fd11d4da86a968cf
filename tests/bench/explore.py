"""The Explore page with 20,000 pictures, as a person waits for it: from the click to what is on the screen, thumbnails and all.

Milliseconds on the wall, in a browser on this machine; the middle one of several clicks. Of the sessions at once one is in the
browser, and the others are on the wire: everybody's browser draws on a machine of its own.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page

from dscore.catalog.connection import open_catalog
from dscore.config import Library
from dscore.media.thumbnails import encoded, thumbnail_path
from tests import wire
from tests.bench import Row, big_catalog
from tests.browser.server import browsing, serving, settled, visiting

ITEMS = 20_000
CLICKS = 9
SESSIONS = 5
TAGS = ("tag 5", "tag 9", "tag 14")

# Clicks after `delay` ms and gives the ms until the gallery shows something else, with every thumbnail in sight loaded.
CLICK = """async ({ target, delay, shows }) => {
  const deep = (selector, root) => {
    const found = root.querySelector(selector);
    if (found) return found;
    for (const one of root.querySelectorAll("*")) {
      const inside = one.shadowRoot && deep(selector, one.shadowRoot);
      if (inside) return inside;
    }
    return null;
  };
  const shown = deep(shows, document), scroller = deep(".scroller", document), gallery = deep(".gallery", document);
  const before = shown.textContent;
  const isInSight = (one) => one.getBoundingClientRect().top < scroller.getBoundingClientRect().bottom;
  const areLoaded = () => [...scroller.querySelectorAll("img")].filter(isInSight).every((one) => one.complete);
  const isDone = () => shown.textContent !== before && !gallery.classList.contains("loading") && areLoaded();
  await new Promise((resolve) => setTimeout(resolve, delay));
  const began = performance.now();
  for (const type of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"])
    deep(target, document).dispatchEvent(new MouseEvent(type, { bubbles: true, composed: true, cancelable: true }));
  while (!isDone()) {
    if (performance.now() - began > 30_000) throw new Error(`${target} did nothing`);
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - began;
}"""
KEPT = "(asked) => { window.took = (" + CLICK + ")(asked); }"


def run() -> Iterator[Row]:
    """Rows for one person's clicks, then for five people's at once."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        library = big_catalog.build(Path(folder) / "library", items=ITEMS, datasets=("first",))
        add_thumbnails(library)
        server = stack.enter_context(serving(library.home))
        browser = stack.enter_context(browsing())
        page = _opened(stack, browser, server.url)
        yield _row("a filter by bar, 20,000 pictures", _filters(page), limit=300)
        yield _row("the next page of 200 thumbnails", _turns(page), limit=300)
        yield _row("a selection", _selections(page), limit=300)
        others = [stack.enter_context(wire.session(server, "explore")) for _ in range(SESSIONS - 1)]
        yield _row(f"a filter in {SESSIONS} sessions at once", _together(page, others), limit=1000)


def add_thumbnails(library: Library) -> None:
    """Less than two hundred different ones, each for many of its pictures."""
    noise = Image.effect_noise((384, 288), 60)
    several = [encoded(noise.rotate(number).convert("RGB")) for number in range(180)]
    with open_catalog(library) as db:
        rows = db.execute("select sha256 from image").fetchall()
    for number, (sha256,) in enumerate(rows):
        path = thumbnail_path(library.home, sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(several[number % len(several)])


def _opened(stack: ExitStack, browser: Browser, url: str) -> Page:
    page = stack.enter_context(visiting(browser))
    page.goto(f"{url}/explore?dataset=first")
    page.locator(".tile").nth(199).wait_for()
    page.locator(_bar(TAGS[0])).wait_for()
    return page


def _bar(tag: str) -> str:
    return f'.bar[data-name="{tag}"]'


def _click(page: Page, target: str, *, shows: str) -> float:
    _rest(page)
    took: float = page.evaluate(CLICK, _asked(target, shows=shows))
    return took


def _rest(page: Page) -> None:
    """Until all is over that the click before has set off, also what follows it after a while."""
    page.wait_for_timeout(500)
    settled(page)


def _asked(target: str, *, shows: str) -> dict[str, Any]:
    return {"target": target, "delay": 300, "shows": shows}


def _filters(page: Page) -> list[float]:
    """On and off again, so each time with another number of pictures."""
    return [_click(page, _bar(TAGS[number // 2 % len(TAGS)]), shows=".range") for number in range(CLICKS)]


def _turns(page: Page) -> list[float]:
    return [_click(page, "button[aria-label='Next page']", shows=".range") for _ in range(CLICKS)]


def _selections(page: Page) -> list[float]:
    """Each picture one more than before, as Ctrl and a click do."""
    return [
        _click(page, f".tile:nth-child({number + 1}) .mark", shows=".selection-bar strong") for number in range(CLICKS)
    ]


def _together(page: Page, others: list[wire.Session]) -> list[float]:
    """The slowest of all in each round; each with a filter of its own, so that none finds what another has counted."""
    slowest = []
    with ThreadPoolExecutor(len(others)) as threads:
        list(threads.map(lambda one: one.ask("dataset=first"), others))
        for round_, tag in enumerate(TAGS):
            _rest(page)
            page.evaluate(KEPT, _asked(_bar(tag), shows=".range"))
            time.sleep(0.3)  # the click waits as long
            asked = [threads.submit(_filter, one, 40 + 10 * round_ + number) for number, one in enumerate(others)]
            slowest.append(max([float(page.evaluate("window.took")), *(one.result() for one in asked)]))
    return slowest


def _filter(session: wire.Session, tag: int) -> float:
    began = time.perf_counter()
    query = f"q=%22tag%20{tag}%22"
    session.get(f"/api/items?dataset=1&limit=200&{query}")  # the gallery does so before anything else
    session.ask(f"dataset=first&{query}")
    return (time.perf_counter() - began) * 1000


def _row(name: str, took: list[float], *, limit: int) -> Row:
    return Row(f"{name}, click to screen", median(took), "ms", f"< {limit}")
