"""A tag job that is looked at half way: by a page that is loaded anew, by a second browser, and without its worker."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
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

COUNT = 30
SECONDS_EACH = 0.15
"""What a picture costs the tagger, about: so long that much is still to do when the first of them are through."""

TRIED = 8
"""Products of matrices by which a picture's time is measured."""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures without captions; each is a `1girl` to the tagger."""
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
def tagging(server: Server, heap: Commands, page: Page, slow_tagger: Path) -> Iterator[Halfway]:
    """A job half way, whose worker stands still until it is let go on."""
    server.open(page, "/tag")
    choose_own(page, slow_tagger)
    page.get_by_role("button", name=f"Tag {COUNT} pictures").click()
    while not (done := _done(heap)):
        time.sleep(0.01)
    worker = owner(heap)
    worker.suspend()
    while not can_be_written(heap):  # it stands in the middle of a transaction
        worker.resume()
        time.sleep(0.02)
        worker.suspend()
    assert done < COUNT
    yield Halfway(page, worker, _done(heap))
    with suppress(psutil.NoSuchProcess):
        worker.resume()


@dataclass(frozen=True)
class Halfway:
    """The Tag page of the one who has started the job, its worker, and how many pictures are through."""

    page: Page
    worker: psutil.Process
    done: int


def _done(heap: Commands) -> int:
    ((done,),) = heap.rows(
        "select count(*) from job_item join job on job.id = job_id where kind = 'tag' and job_item.state = 'done'"
    )
    return int(done)


def can_be_written(heap: Commands) -> bool:
    with closing(sqlite3.connect(heap.library.catalog, timeout=0, isolation_level=None)) as db:
        try:
            db.execute("begin immediate")
        except sqlite3.OperationalError:
            return False
    return True


def strip(page: Page) -> Locator:
    return page.locator(".st-key-strip")


def expect_the_end(page: Page) -> None:
    expect(page.locator(".st-key-tag-result")).to_contain_text(f"{COUNT} changed", timeout=LONG)


def owner(heap: Commands) -> psutil.Process:
    ((words,),) = heap.rows("select owner from job where kind = 'tag' and state = 'running'")
    return psutil.Process(int(words.split(":")[-2]))


def add_tag(page: Page, number: int) -> None:
    """The tag `mine` to that picture, by keys, until it is saved."""
    page.locator(".picture").nth(number).click()
    page.keyboard.press("t")
    page.keyboard.type("mine\n")
    expect(page.locator(".notice")).to_have_text("Added “mine”: 1 picture changed.")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    while page.evaluate("sessionStorage.getItem('dscore-unsent-edits')") is not None:
        page.wait_for_timeout(20)


def test_a_page_loaded_anew_still_shows_the_job_until_its_end(tagging: Halfway) -> None:
    page = tagging.page
    page.reload()
    settled(page)
    expect(strip(page)).to_contain_text("Tagging heap")
    expect(strip(page)).to_contain_text(f"{tagging.done} of {COUNT}")
    expect(page.locator(".st-key-tag-now")).to_have_count(0)
    tagging.worker.resume()
    expect_the_end(page)


def test_a_second_browser_sees_the_job_and_edits_beside_it(
    server: Server, heap: Commands, tagging: Halfway, browser: Browser
) -> None:
    with visiting(browser) as other:
        server.open(other, "/explore?dataset=heap")
        expect(other.locator(".tile")).to_have_count(COUNT)
        expect(strip(other)).to_contain_text(f"{tagging.done} of {COUNT}")
        add_tag(other, 0)  # the job is past this one,
        add_tag(other, COUNT - 1)  # and still to come to this one
        tagging.worker.resume()
        expect_the_end(tagging.page)
        add_tag(other, COUNT - 2)  # the job has changed it since this page was loaded
        expect(other.get_by_role("dialog", name="Changed by somebody else")).to_be_hidden()
    tags = heap.tags("heap")
    assert all("1girl" in found for found in tags.values())
    assert [name for name, found in tags.items() if "mine" in found] == ["p00", f"p{COUNT - 2}", f"p{COUNT - 1}"]


def test_a_killed_worker_is_told_and_replaced_and_nothing_is_lost_or_done_twice(
    heap: Commands, tagging: Halfway
) -> None:
    tagging.worker.kill()
    interrupted = strip(tagging.page).get_by_text("Interrupted, goes on in a moment")
    expect(interrupted).to_be_visible()
    expect(interrupted).to_be_hidden(timeout=LONG)
    expect_the_end(tagging.page)
    assert set(heap.tags("heap")) == {f"p{number:02}" for number in range(COUNT)}
    assert all(found == ["1girl"] for found in heap.tags("heap").values())
    assert heap.rows("select state, count(*) from job_item where job_id = 2 group by state") == [("done", COUNT)]
    assert heap.rows("select action, state, items from change where action = 'tag'") == [("tag", "complete", COUNT)]
    assert heap.rows("select count(*), count(distinct image_id) from prediction") == [(COUNT, COUNT)]
