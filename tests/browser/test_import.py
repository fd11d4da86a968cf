"""Pictures come in through the browser, and the job that brings them in is seen and steered."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Locator, Page, Route, expect

from dscore.catalog import datasets, job_lists, jobs
from dscore.catalog.connection import open_catalog, writing
from dscore.catalog.jobs import Held, Mark, NewItem
from dscore.config import Library
from tests.browser.server import Server, settled
from tests.made_sets import fill, pack, scored

PICTURES: Mapping[str, bytes | str] = {
    "a.png": scored({"1girl": 0.9}),
    "a.txt": "1girl, long hair",
    "b.png": scored({"1girl": 0.8}, rest=1),
    "c.png": b"this is no picture",
}


def sent(page: Page, method: str) -> list[str]:
    """Addresses below /api/uploads that the page asks for from now on."""
    asked: list[str] = []
    page.on(
        "request", lambda one: asked.append(one.url) if one.method == method and "/api/uploads" in one.url else None
    )
    return asked


def choose(page: Page, path: Path, *, folder: bool = False) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a folder" if folder else "Choose files").click()
    chooser.value.set_files(path)


def metric(page: Page, label: str) -> Locator:
    shown = page.get_by_test_id("stMetric").filter(has_text=label)
    return shown.get_by_test_id("stMetricValue")


def test_a_first_visitor_drops_a_zip_and_gets_a_dataset(server: Server, page: Page, tmp_path: Path) -> None:
    server.open(page)
    choose(page, pack(tmp_path / "heap.zip", PICTURES))
    expect(metric(page, "Pictures")).to_have_text("2")
    expect(metric(page, "With a caption")).to_have_text("1")
    settled(page)
    page.get_by_role("button", name="Import 2 pictures").click()
    expect(metric(page, "Imported")).to_have_text("2")
    expect(metric(page, "Skipped")).to_have_text("1")
    assert server.dscore.captions("heap") == {"a": "1girl, long hair", "b": ""}
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("button", name="heap 2 pictures")).to_be_visible()
    expect(page.get_by_text("1 picture has no caption")).to_be_visible()


def test_a_folder_keeps_its_captions_beside_its_pictures(server: Server, page: Page, tmp_path: Path) -> None:
    server.open(page, "/import")
    choose(
        page,
        fill(tmp_path / "cats", {"in/a.png": PICTURES["a.png"], "in/a.txt": "cat", "model.safetensors": "x"}),
        folder=True,
    )
    expect(metric(page, "With a caption")).to_have_text("1")
    settled(page)
    page.get_by_role("button", name="Import 1 picture").click()
    expect(metric(page, "Imported")).to_have_text("1")
    assert server.dscore.captions("cats") == {"a": "cat"}


def test_a_folder_on_this_machine_is_read_where_it_lies(server: Server, page: Page, tmp_path: Path) -> None:
    folder = fill(tmp_path / "heap", PICTURES)
    server.open(page, "/import?source=folder")
    box = page.get_by_role("textbox", name="Path of a folder")
    box.fill(str(folder))
    box.press("Enter")
    expect(metric(page, "Pictures")).to_have_text("2")
    settled(page)
    page.get_by_role("button", name="Import 2 pictures").click()
    expect(metric(page, "Imported")).to_have_text("2")
    assert sorted(path.name for path in folder.iterdir()) == sorted(PICTURES)


def test_an_upload_goes_on_after_a_reload(server: Server, page: Page, tmp_path: Path) -> None:
    big = pack(tmp_path / "big.zip", {**PICTURES, "ballast.bin": os.urandom(20 << 20)})
    server.open(page, "/import")
    page.route("**/api/uploads/*?offset=8388608", lambda route: route.abort())
    with page.expect_response(lambda answer: "offset=0" in answer.url):
        choose(page, big)
    expect(page.get_by_text("8.4 MB of 21 MB")).to_be_visible()
    page.unroute("**/api/uploads/*?offset=8388608")
    server.open(page, "/import")
    puts = sent(page, "PUT")
    choose(page, big)
    expect(metric(page, "Pictures")).to_have_text("2")
    assert [url.partition("offset=")[2] for url in puts] == ["8388608", "16777216"]


def test_a_broken_connection_is_tried_again(server: Server, page: Page, tmp_path: Path) -> None:
    broken: list[Route] = []

    def break_once(route: Route) -> None:
        broken.append(route)
        route.abort() if len(broken) == 1 else route.continue_()

    page.route("**/api/uploads/*/finish", break_once)
    server.open(page, "/import")
    choose(page, pack(tmp_path / "heap.zip", PICTURES))
    expect(metric(page, "Pictures")).to_have_text("2")
    assert len(broken) == 2


def test_what_is_no_picture_is_not_sent(server: Server, page: Page, tmp_path: Path) -> None:
    server.open(page, "/import")
    posts = sent(page, "POST")
    (tmp_path / "model.safetensors").write_bytes(b"x")
    choose(page, tmp_path / "model.safetensors")
    expect(page.get_by_text("is neither a ZIP nor a picture.")).to_be_visible()
    assert not posts


def running_job(library: Library) -> Held:
    """A job in the hands of this test, as a worker would hold it."""
    with open_catalog(library) as db:
        dataset = datasets.ensure(db, "heap")
        with writing(db):
            items = [NewItem(name=f"{number}.png") for number in range(40)]
            job = jobs.enqueue(db, kind="tag", lane="device", dataset_id=dataset.id, params={}, items=items, held=True)
        return jobs.held_by_me(db, job)


def work(library: Library, held: Held, numbers: range) -> None:
    with open_catalog(library) as db, writing(db):
        jobs.mark(db, held, [Mark(number, "done") for number in numbers])


def test_the_strip_follows_the_running_job_and_pauses_it(server: Server, page: Page) -> None:
    library = server.dscore.library
    held = running_job(library)
    work(library, held, range(1, 11))
    server.open(page, "/settings")
    strip = page.locator(".st-key-strip")
    expect(strip.get_by_text("Tagging heap")).to_be_visible()
    expect(strip.get_by_text("10 of 40")).to_be_visible()
    before = strip.bounding_box()
    work(library, held, range(11, 31))
    expect(strip.get_by_text("30 of 40")).to_be_visible()
    expect(strip.get_by_text("left")).to_be_visible()
    assert strip.bounding_box() == before
    strip.get_by_role("button", name="Pause").click()
    expect(strip.get_by_text("Pausing")).to_be_visible()
    with open_catalog(library) as db:
        assert jobs.wanted(db, held.id) == "pause"
        with writing(db):
            jobs.finish(db, held, state="paused")
    expect(strip.get_by_role("button", name="Resume")).to_be_visible()


def test_a_job_whose_worker_died_is_taken_up_again(server: Server, page: Page, tmp_path: Path) -> None:
    library = server.dscore.library
    server.dscore("import", fill(tmp_path / "heap", PICTURES))
    with open_catalog(library) as db, writing(db):
        db.execute("update job set state = 'running', owner = 'elsewhere:1:1', lease_until = 0, fence = fence + 1")
        db.execute("update job_item set state = 'waiting', payload = '{\"size\": 1}' where name = 'a.png'")
    server.open(page, "/jobs")
    expect(page.get_by_text("Import · heap")).to_be_visible()
    with open_catalog(library) as db:
        assert job_lists.get(db, 1).state == "partial"
