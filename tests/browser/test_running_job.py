"""A tag job that is looked at half way: by a page that is loaded anew, by a second browser, and without its worker."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.server import Server, settled, visiting
from tests.browser.test_work import LONG, choose_own
from tests.commands import Commands
from tests.made_models import make_tagger
from tests.made_sets import SIZE, fill, scored
from tests.taggers.loading import loaded

COUNT = 40
SECONDS_EACH = 0.15
"""What a picture costs the tagger: so long that the job is met half way, on a quick machine too."""

TRIED = 8
"""Products of matrices by which a picture's time is measured."""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty pictures without captions; each is a `1girl` to the tagger."""
    folder = tmp_path_factory.mktemp("pictures") / "heap"
    return fill(folder, {f"p{number:02}.png": scored({"1girl": 0.9}, rest=number) for number in range(COUNT)})


@pytest.fixture(scope="module")
def slow_tagger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tagger with as much to work out for a picture as this machine, as busy as it is, does in that time."""
    folder = tmp_path_factory.mktemp("taggers")
    tried = loaded(folder / "tried", size=SIZE, effort=TRIED, threads=0)
    pixels = np.zeros((1, SIZE, SIZE, 3), np.uint8)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        tried.score(pixels)
        times.append(time.perf_counter() - began)
    return make_tagger(folder / "slow", size=SIZE, effort=max(1, round(TRIED * SECONDS_EACH / min(times))))


@pytest.fixture
def heap(server: Server, pictures: Path) -> Commands:
    server.dscore.good("import", pictures, "--dataset", "heap")
    return server.dscore


@pytest.fixture
def tagging(server: Server, heap: Commands, page: Page, slow_tagger: Path) -> Page:
    """The Tag page of the one who has started the job."""
    del heap  # what there is to tag
    server.open(page, "/tag")
    choose_own(page, slow_tagger)
    page.get_by_role("button", name=f"Tag {COUNT} pictures").click()
    return page


def strip(page: Page) -> Locator:
    return page.locator(".st-key-strip")


def way(page: Page) -> int:
    """How many pictures the strip says are through, as soon as it is under way."""
    shown = strip(page).get_by_text(re.compile(rf"[1-9]\d* of {COUNT}"))
    said = re.match(r"\d+", shown.inner_text(timeout=LONG))
    assert said is not None
    return int(said[0])


def expect_the_end(page: Page) -> None:
    expect(page.locator(".st-key-tag-result")).to_contain_text(f"{COUNT} changed", timeout=LONG)


def owner(heap: Commands) -> psutil.Process:
    ((words,),) = heap.rows("select owner from job where kind = 'tag' and state = 'running'")
    return psutil.Process(int(words.split(":")[-2]))


def test_a_page_loaded_anew_still_shows_the_job_until_its_end(tagging: Page) -> None:
    before = way(tagging)
    tagging.reload()
    settled(tagging)
    expect(strip(tagging)).to_contain_text("Tagging heap")
    assert before <= way(tagging) < COUNT
    expect(tagging.locator(".st-key-tag-now")).to_have_count(0)
    expect_the_end(tagging)


def test_a_second_browser_sees_the_job_and_edits_beside_it(
    server: Server, heap: Commands, tagging: Page, browser: Browser
) -> None:
    with visiting(browser) as other:
        server.open(other, "/explore?dataset=heap")
        tiles = other.locator(".tile")
        expect(tiles).to_have_count(COUNT)
        assert way(other) < COUNT
        others = way(other)
        expect(strip(other).get_by_text(re.compile(rf"^{others} of"))).to_have_count(0)  # it goes on, here too
        for number in (0, COUNT - 1):  # the job is past the first, and still to come to the last
            other.locator(".picture").nth(number).click()
            other.keyboard.press("t")
            other.keyboard.type("mine\n")
            expect(other.locator(".notice")).to_have_text("Added “mine”: 1 picture changed.")
            other.keyboard.press("Escape")
            other.keyboard.press("Escape")
        assert way(other) < COUNT
        other.wait_for_function("sessionStorage.getItem('dscore-unsent-edits') === null")
        expect_the_end(tagging)
        expect(other.get_by_role("dialog", name="Changed by somebody else")).to_be_hidden()
    tags = heap.tags("heap")
    assert all("1girl" in found for found in tags.values())
    assert [name for name, found in tags.items() if "mine" in found] == ["p00", f"p{COUNT - 1}"]


def test_a_killed_worker_is_told_and_replaced_and_nothing_is_lost_or_done_twice(heap: Commands, tagging: Page) -> None:
    before = way(tagging)
    killed = owner(heap)
    killed.kill()
    interrupted = strip(tagging).get_by_text("Interrupted, goes on in a moment")
    expect(interrupted).to_be_visible()
    expect(interrupted).to_be_hidden(timeout=LONG)
    assert before <= way(tagging) < COUNT
    assert owner(heap) != killed
    expect_the_end(tagging)
    assert set(heap.tags("heap")) == {f"p{number:02}" for number in range(COUNT)}
    assert all(found == ["1girl"] for found in heap.tags("heap").values())
    assert heap.rows("select state, count(*) from job_item where job_id = 2 group by state") == [("done", COUNT)]
    assert heap.rows("select action, state, items from change where action = 'tag'") == [("tag", "complete", COUNT)]
    assert heap.rows("select count(*), count(distinct image_id) from prediction") == [(COUNT, COUNT)]
