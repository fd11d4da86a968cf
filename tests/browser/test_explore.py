"""The Explore page in a browser: charts, filter, gallery, edits by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Route, expect

from dscore.pipeline.hand_edits import HandEdit, edit_items
from tests.browser.server import Server, serving, settled, visiting

EVIL = (
    "<script>window.evil=1</script>",
    "<img src=x onerror=window.evil=1>",
    ":red[x]",
    ":material/home:",
    "$x^2$",
    "![](http://evil.invalid/a.png)",
    "[go](javascript:evil)",
)
COUNT = 12
BEHIND_THE_FIRST = re.compile(r"/api/items\?.*after=[1-9]")

expect.set_options(timeout=20_000)  # a loaded machine takes its time; what is quick enough is the bench's business


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("explore") / "library") as server:
        yield server


@pytest.fixture
def unwatched(browser: Browser) -> Iterator[Page]:
    """A page that may have errors on its console: the browser writes there that the server refused something."""
    with browser.new_context() as context:
        yield context.new_page()


@pytest.fixture
def heap(server: Server, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A dataset of its own: twelve pictures, all `all`, every second `even`, the first three `long hair`."""
    captions = ["all, " + ("even" if number % 2 == 0 else "odd") for number in range(COUNT)]
    captions[:3] = [f"{caption}, long hair" for caption in captions[:3]]
    return filled(server, tmp_path / "pictures", captions, name=request.node.name)


def filled(server: Server, folder: Path, captions: list[str], *, name: str) -> str:
    folder.mkdir()
    for number, caption in enumerate(captions):
        Image.new("RGB", (64 + number, 64), (number % 256, number // 256, 90)).save(folder / f"p{number:03}.png")
        (folder / f"p{number:03}.txt").write_text(caption, encoding="utf-8")
    server.dscore.good("import", folder, "--dataset", name, "--captions", "tags")
    return name


def explore(server: Server, page: Page, dataset: str, query: str = "", count: int | None = None) -> None:
    server.open(page, f"/explore?dataset={dataset}" + (f"&q={query}" if query else ""))
    expect(tiles(page)).to_have_count(COUNT if count is None else count)


def tiles(page: Page) -> Locator:
    return page.locator(".tile")


def option(page: Page, number: int) -> Locator:
    return page.locator(".picture").nth(number)


def chosen(page: Page) -> list[int]:
    picked: list[int] = page.locator(".picture").evaluate_all(
        "all => all.flatMap((one, place) => one.ariaSelected === 'true' ? [place] : [])"
    )
    return picked


def bar(page: Page, tag: str) -> Locator:
    return page.locator(f".st-key-tag-bars .bar[data-name={json.dumps(tag, ensure_ascii=False)}]")


def filter_field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Filter", exact=True)


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until something outside of the browser holds."""
    for _ in range(150):
        if holds():
            return
        page.wait_for_timeout(50)
    pytest.fail("It did not come to hold.")


@contextmanager
def unanswered(page: Page, which: str | re.Pattern[str]) -> Iterator[None]:
    """Whoever asks for such an address hears nothing before the block ends."""
    held: list[Route] = []
    is_over = False

    def hold(route: Route) -> None:
        if is_over:  # Playwright tells of what was asked only when it is called again
            route.continue_()
        else:
            held.append(route)

    page.route(which, hold)
    yield
    is_over = True
    for route in held:
        route.continue_()


def test_a_click_on_a_bar_filters_and_the_next_one_lets_go(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    bar(page, "even").click()
    expect(tiles(page)).to_have_count(6)
    expect(page.get_by_text("6 of 12 pictures")).to_be_visible()
    expect(page).to_have_url(re.compile("q=even"))
    bar(page, "long hair").click()
    expect(tiles(page)).to_have_count(2)
    expect(filter_field(page)).to_have_value('even "long hair"')
    bar(page, "even").click()
    expect(tiles(page)).to_have_count(3)


def test_the_filter_completes_tags_and_points_at_what_it_cannot_read(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    filter_field(page).press_sequentially("even -lon")
    expect(page.get_by_role("option", name="long hair")).to_be_visible()
    filter_field(page).press("Tab")
    expect(tiles(page)).to_have_count(4)
    expect(filter_field(page)).to_have_value(re.compile('even -"long hair"'))
    filter_field(page).fill("even width>=big")
    filter_field(page).press("Enter")
    expect(page.locator(".trouble mark")).to_have_text("width>=big")
    expect(page.locator(".trouble")).to_contain_text("whole number")
    expect(tiles(page)).to_have_count(4)  # what was there stays
    page.get_by_role("button", name="Clear the filter").click()
    expect(tiles(page)).to_have_count(12)
    expect(page.locator(".trouble mark")).to_have_count(0)


def test_the_filter_survives_back_reload_and_other_pages(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    bar(page, "even").click()
    expect(tiles(page)).to_have_count(6)
    page.reload()
    expect(tiles(page)).to_have_count(6)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Explore").click()
    expect(tiles(page)).to_have_count(6)
    bar(page, "long hair").click()
    expect(tiles(page)).to_have_count(2)
    expect(page.get_by_text("2 of 12 pictures")).to_be_visible()  # Python has heard of it
    page.go_back()
    expect(tiles(page)).to_have_count(6)


def test_two_bars_clicked_in_quick_succession_both_count(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    bar(page, "even").click()
    bar(page, "long hair").click()
    expect(tiles(page)).to_have_count(2)
    expect(filter_field(page)).to_have_value('even "long hair"')
    expect(bar(page, "even")).to_have_attribute("aria-pressed", "true")


def test_back_is_one_step_whatever_the_tag_is_called(
    server: Server, page: Page, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    names = ["a*b~c", "it's (50%)!", "é&=+#?"]
    name = filled(server, tmp_path / "odd", names, name=request.node.name)
    explore(server, page, name, count=len(names))
    for tag in names:
        bar(page, tag).click()
        expect(tiles(page)).to_have_count(1)
        expect(page.get_by_text("1 of 3 pictures")).to_be_visible()
        page.go_back()
        expect(page.get_by_text("3 of 3 pictures")).to_be_visible()
        expect(tiles(page)).to_have_count(3)


def test_back_right_after_a_click_takes_the_click_back(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    bar(page, "long hair").click()
    expect(tiles(page)).to_have_count(3)
    expect(page.get_by_text("3 of 12 pictures")).to_be_visible()
    with unanswered(page, re.compile(r"/api/items\?.*toggle=even")):
        bar(page, "even").evaluate("(bar) => { bar.click(); history.back(); }")
        expect(bar(page, "even")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_text("2 of 12 pictures")).to_be_visible()
        expect(page.get_by_text("3 of 12 pictures")).to_be_visible()
    settled(page)
    expect(tiles(page)).to_have_count(3)
    expect(bar(page, "even")).to_have_attribute("aria-pressed", "false")
    expect(page).to_have_url(re.compile("q=%22long"))


def test_back_while_python_works_on_a_click_comes_after_it(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    for pause in (0, 20, 40, 60, 80):
        bar(page, "even").click()
        expect(page).to_have_url(re.compile("q=even"))
        page.wait_for_timeout(pause)
        page.go_back()
        expect(page.get_by_text("12 of 12 pictures")).to_be_visible()
        settled(page)
        expect(tiles(page)).to_have_count(COUNT)
        assert "q=" not in page.url


def test_pages_that_are_turned_are_steps_that_back_takes(
    server: Server, page: Page, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    captions = ["all, even" if number % 2 == 0 else "all" for number in range(201)]
    name = filled(server, tmp_path / "many", captions, name=request.node.name)
    explore(server, page, name, count=200)
    for _ in range(2):  # the second time as well
        option(page, 0).click()
        page.keyboard.press("PageDown")
        expect(tiles(page)).to_have_count(1)
        expect(page).to_have_url(re.compile("page=2"))
        page.go_back()
        expect(tiles(page)).to_have_count(200)
        expect(page).not_to_have_url(re.compile("page=2"))
    page.go_forward()
    expect(tiles(page)).to_have_count(1)
    bar(page, "even").click()
    expect(tiles(page)).to_have_count(101)
    expect(page.get_by_text("101 of 201 pictures")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("page=2$"))
    expect(tiles(page)).to_have_count(1)


def test_a_brush_over_a_chart_filters(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    chart = page.locator("[data-testid=stVegaLiteChart]").nth(1)
    chart.scroll_into_view_if_needed()
    expect(chart.locator("path[aria-roledescription=bar]").first).to_be_visible()
    box = chart.locator("path[aria-roledescription=bar]").last.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 3, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + 20, steps=4)
    page.mouse.up()
    expect(tiles(page)).to_have_count(3)
    expect(filter_field(page)).to_have_value("tags=3")


def test_mouse_and_keys_choose_as_in_a_list_of_files(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    option(page, 1).click()
    option(page, 4).click(modifiers=["Shift"])
    assert chosen(page) == [1, 2, 3, 4]
    option(page, 2).click(modifiers=["Control"])
    option(page, 8).click(modifiers=["Control"])
    assert chosen(page) == [1, 3, 4, 8]
    page.keyboard.press("Shift+ArrowRight")
    assert chosen(page) == [8, 9]
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press(" ")
    assert chosen(page) == [8, 9, 10]
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    assert chosen(page) == list(range(12))
    page.keyboard.press("Escape")
    assert chosen(page) == []
    page.keyboard.press("Control+a")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Control+i")
    assert len(chosen(page)) == 11
    expect(page.locator(".selection-bar strong")).to_have_text("11 selected")


def test_what_is_chosen_is_chosen_on_the_other_pages_too(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    option(page, 1).click()
    option(page, 3).click(modifiers=["Shift"])
    page.get_by_role("button", name="Edit…").click()
    expect(page.get_by_text("3 of 12 pictures, your selection").first).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Explore").click()
    expect(tiles(page)).to_have_count(12)
    assert chosen(page) == [1, 2, 3]


def test_tags_go_to_all_that_are_chosen_and_can_be_taken_back(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    option(page, 0).click()
    option(page, 3).click(modifiers=["Shift"])
    page.keyboard.press("t")
    page.keyboard.type("eve")
    page.get_by_role("option", name="even").click()
    until(page, lambda: all("even" in server.dscore.tags(heap)[f"p00{number}"] for number in range(4)))
    page.keyboard.press("Escape")  # from the empty field, its proposals still open
    expect(option(page, 3)).to_be_focused()
    page.keyboard.press("Control+z")
    until(page, lambda: server.dscore.tags(heap)["p001"] == ["all", "odd", "long hair"])
    expect(page.locator(".notice")).to_contain_text("Took back")
    page.keyboard.press("Control+y")
    until(page, lambda: "even" in server.dscore.tags(heap)["p001"])


def test_undo_in_an_empty_tag_field_takes_the_tag_back_that_was_added_there(
    server: Server, page: Page, heap: str
) -> None:
    explore(server, page, heap)
    option(page, 0).click()
    page.keyboard.press("t")
    page.keyboard.type("first\nsecond")
    until(page, lambda: "first" in server.dscore.tags(heap)["p000"])
    page.keyboard.press("Control+z")  # what is typed there
    expect(page.locator(".selection-bar").get_by_label("Add a tag")).not_to_have_value("second")
    assert "first" in server.dscore.tags(heap)["p000"]
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Control+z")
    until(page, lambda: "first" not in server.dscore.tags(heap)["p000"])
    page.keyboard.press("Control+y")
    until(page, lambda: "first" in server.dscore.tags(heap)["p000"])


def test_everything_that_the_filter_finds_can_be_changed_but_what_was_let_go(
    server: Server, page: Page, heap: str
) -> None:
    explore(server, page, heap, "odd", count=6)
    option(page, 0).click()
    page.keyboard.press("Control+a")
    option(page, 5).click(modifiers=["Control"])
    page.keyboard.press("Delete")
    expect(tiles(page)).to_have_count(1)
    expect(page.locator(".notice")).to_contain_text("Put 5 pictures into the trash")
    page.keyboard.press("Control+z")
    expect(tiles(page)).to_have_count(6)


def test_a_chip_is_removed_at_once_and_its_count_follows(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    page.get_by_role("button", name="Tags under the pictures").click()
    tiles(page).nth(2).get_by_role("button", name="Remove long hair").click()
    expect(tiles(page).nth(2).locator(".chip", has_text="long hair")).to_have_count(0, timeout=500)
    until(page, lambda: server.dscore.tags(heap)["p002"] == ["all", "even"])
    expect(bar(page, "long hair")).to_have_accessible_name("long hair, 2 pictures")


def test_forty_edits_20_ms_apart_all_arrive(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    option(page, 0).dblclick()
    field = page.get_by_role("dialog").get_by_label("Add a tag")
    for number in range(40):
        field.fill(f"tag {number}")
        field.press("Enter", no_wait_after=True)
        page.wait_for_timeout(20)
    until(page, lambda: len(server.dscore.tags(heap)["p000"]) == 43)
    assert server.dscore.tags(heap)["p000"][3:] == [f"tag {number}" for number in range(40)]


def test_edits_wait_while_the_server_is_away(server: Server, unwatched: Page, heap: str) -> None:
    page = unwatched
    explore(server, page, heap)
    page.route("**/api/edits", lambda route: route.fulfill(status=503, body="{}"))
    option(page, 0).click()
    page.keyboard.press("t")
    page.keyboard.type("one\n")
    page.keyboard.type("two\n")
    expect(page.locator(".notice")).to_contain_text("2 of your edits wait here")
    page.unroute("**/api/edits")
    until(page, lambda: server.dscore.tags(heap)["p000"][3:] == ["one", "two"])
    expect(page.locator(".notice")).to_have_text("All edits are saved.")


def test_a_conflict_shows_both_captions_and_lets_the_person_choose(server: Server, unwatched: Page, heap: str) -> None:
    page = unwatched
    explore(server, page, heap)
    somebody_else_adds(server, heap, "p001", "theirs")
    option(page, 1).dblclick()
    large = page.get_by_role("dialog", name="Large picture")
    large.get_by_label("Prose").fill("Mine.")
    page.keyboard.press("Control+ArrowDown")
    conflict = page.get_by_role("dialog", name="Changed by somebody else")
    expect(conflict).to_contain_text("all, odd, long hair, theirs. Mine.")
    expect(conflict).to_contain_text("all, odd, long hair, theirs")
    conflict.get_by_role("button", name="Use yours").click()
    until(page, lambda: "Mine." in server.dscore.captions(heap)["p001"])
    assert "theirs" in server.dscore.captions(heap)["p001"]


def somebody_else_adds(server: Server, dataset: str, name: str, tag: str) -> None:
    ((dataset_id, item, rev),) = server.dscore.rows(
        """select dataset.id, item.id, item.rev from item join dataset on dataset.id = dataset_id
        where dataset.name = ? and item.name = ?""",
        dataset,
        name,
    )
    edit_items(server.dscore.library, dataset_id, [HandEdit(item=item, rev=rev, add=(tag,))], client="other", seq=item)


def test_the_large_picture_zooms_goes_on_and_gives_the_focus_back(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    option(page, 1).click()
    page.keyboard.press("Enter")
    large = page.get_by_role("dialog", name="Large picture")
    expect(large.get_by_role("heading", name="p001")).to_be_visible()
    expect(large).to_contain_text("2 of 12")
    page.mouse.move(400, 400)
    page.mouse.wheel(0, -400)
    expect(large.locator(".stage")).to_have_class(re.compile("enlarged"))
    page.keyboard.press("ArrowRight")
    expect(large.get_by_role("heading", name="p002")).to_be_visible()
    expect(large.locator(".stage")).not_to_have_class(re.compile("enlarged"))
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    expect(option(page, 2)).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("choose all that the filter finds")


def test_back_closes_the_large_picture_and_leaves_the_filter(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    bar(page, "even").click()
    expect(page.get_by_text("6 of 12 pictures")).to_be_visible()
    settled(page)
    large = page.get_by_role("dialog", name="Large picture")
    option(page, 1).dblclick()
    expect(large).to_be_visible()
    page.go_back()
    expect(large).to_be_hidden()
    expect(option(page, 1)).to_be_focused()
    option(page, 2).dblclick()
    expect(large).to_be_visible()
    page.keyboard.press("Escape")  # and again at once
    page.keyboard.press("Enter")
    expect(large).to_be_visible()
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    page.wait_for_function("!history.state['dscore-covered']")
    settled(page)
    expect(page).to_have_url(re.compile("q=even"))
    expect(tiles(page)).to_have_count(6)
    page.go_back()
    expect(page.get_by_text("12 of 12 pictures")).to_be_visible()
    expect(tiles(page)).to_have_count(12)


def test_back_from_a_large_picture_of_the_next_page_closes_it(
    server: Server, page: Page, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    name = filled(server, tmp_path / "many", ["all"] * 201, name=request.node.name)
    explore(server, page, name, count=200)
    option(page, 199).dblclick()
    page.keyboard.press("ArrowRight")
    large = page.get_by_role("dialog", name="Large picture")
    expect(large).to_contain_text("201 of 201")
    expect(page).to_have_url(re.compile("page=2"))
    page.go_back()
    expect(large).to_be_hidden()
    expect(page).not_to_have_url(re.compile("page=2"))
    expect(tiles(page)).to_have_count(200)


def test_marks_by_key_and_button_are_seen_found_and_taken_back(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    option(page, 0).click()
    page.keyboard.press("k")
    expect(option(page, 0)).to_have_accessible_name(re.compile("marked to keep$"))
    option(page, 1).click(modifiers=["Control"])
    page.keyboard.press("Shift+Digit4")
    page.keyboard.press("Enter")  # from here on only the large picture
    expect(page.get_by_role("img", name="4 stars")).to_be_visible()
    page.keyboard.press("x")
    page.keyboard.press("Escape")
    expect(option(page, 1)).to_have_accessible_name(re.compile("rejected, 4 stars$"))
    expect(option(page, 0)).to_have_accessible_name(re.compile("marked to keep, 4 stars$"))
    page.get_by_role("group", name="Marks").get_by_role("button", name="4 stars").click()  # all have them: away
    expect(option(page, 0)).to_have_accessible_name(re.compile("marked to keep$"))
    page.keyboard.press("Control+z")
    expect(option(page, 0)).to_have_accessible_name(re.compile("4 stars$"))
    explore(server, page, heap, "stars>=4 is:kept", count=1)
    option(page, 0).click()
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Mark as rejected").click()
    expect(tiles(page)).to_have_count(0)
    assert server.dscore.good("search", heap, "is:rejected")["found"] == 2


def test_a_table_and_two_pictures_side_by_side(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    page.get_by_role("button", name="As a table").click()
    expect(tiles(page).nth(0).locator(".chip .name")).to_have_text(["all", "even", "long hair"])
    assert len({box["x"] for box in map(Locator.bounding_box, tiles(page).all()) if box}) == 1  # below one another
    page.get_by_role("button", name="M", exact=True).click()
    expect(tiles(page).nth(0).locator(".chip")).to_have_count(0)
    option(page, 0).click()
    page.keyboard.press("c")
    expect(page.get_by_text("Choose two pictures")).to_be_visible()
    option(page, 1).click(modifiers=["Control"])
    page.keyboard.press("c")
    pair = page.get_by_role("dialog", name="Compare")
    expect(pair.locator(".chip:not(.shared) .name")).to_have_text(["even", "odd"])
    page.mouse.move(300, 300)
    page.mouse.wheel(0, -400)
    expect(pair.locator(".stage.enlarged")).to_have_count(2)
    page.keyboard.press("2")
    expect(pair.locator(".facts").nth(0)).to_contain_text("rejected")
    expect(pair.locator(".facts").nth(1)).to_contain_text("marked to keep")
    page.keyboard.press("Escape")
    expect(option(page, 1)).to_have_accessible_name(re.compile("marked to keep$"))


def test_pages_are_in_the_url(server: Server, page: Page, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    name = filled(server, tmp_path / "many", ["all"] * 230, name=request.node.name)
    explore(server, page, name, count=200)
    option(page, 0).click()
    page.keyboard.press("PageDown")
    expect(tiles(page)).to_have_count(30)
    expect(page).to_have_url(re.compile("page=2"))
    expect(page.get_by_text(re.compile("201.230 of 230"))).to_be_visible()
    page.reload()
    expect(tiles(page)).to_have_count(30)
    with page.expect_response(BEHIND_THE_FIRST):
        page.get_by_role("button", name="Page before").click()
    expect(tiles(page)).to_have_count(200)
    with unanswered(page, "**/api/items?*"):
        page.get_by_role("button", name="Next page").click()
        expect(tiles(page)).to_have_count(30)  # read ahead, since nothing is answered now
        expect(option(page, 29)).to_have_accessible_name(re.compile("1 tag$"))
        server.dscore.good("edit", name, "add", "late", "--where", "name:p229")
    expect(option(page, 29)).to_have_accessible_name(re.compile("2 tags$"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_captions_and_names_run_and_load_nothing(server: Server, browser: Browser, tmp_path: Path, theme: str) -> None:
    captions = [f"evil, {text.replace(',', '')}" for text in EVIL]
    name = filled(server, tmp_path / "evil", captions, name=f"evil {theme}")
    asked: list[str] = []
    with visiting(browser, theme=theme) as page:
        page.on("request", lambda request: asked.append(request.url))
        explore(server, page, name, count=len(EVIL))
        page.get_by_role("button", name="Tags under the pictures").click()
        for text in EVIL:
            expect(page.locator(".chip .name", has_text=text).first).to_be_visible()
            expect(bar(page, text)).to_have_count(1)
        page.get_by_role("combobox", name="Tags in the filter").click()
        page.wait_for_timeout(300)
        page.keyboard.press("Escape")
        bar(page, ":red[x]").click()
        expect(tiles(page)).to_have_count(1)
        option(page, 0).dblclick()
        expect(page.get_by_role("dialog")).to_contain_text(":red[x]")
        assert page.evaluate("window.evil") is None
    own = (server.url, "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []


def test_the_page_settles_after_a_selection(server: Server, page: Page, heap: str) -> None:
    explore(server, page, heap)
    option(page, 0).click()
    page.wait_for_timeout(400)
    settled(page)
    assert chosen(page) == [0]
