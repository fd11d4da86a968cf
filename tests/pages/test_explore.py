"""The Explore page, run as Streamlit runs it; what happens in the browser is in tests/browser."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.components import findings
from pages.components.state import Selection
from tests.commands import Commands
from tests.pages.work import chosen, clicked, good, opened, texts


def component(shown: AppTest, name: str) -> Any:
    """What our own component of that name was given."""
    (found,) = (one for one in shown.get("bidi_component") if one.proto.component_name == name)
    return json.loads(found.proto.json)


def gallery(shown: AppTest) -> Any:
    return component(shown, "dscore_gallery")


def filter_bar(shown: AppTest) -> Any:
    return component(shown, "dscore_filter_bar")


def explored(query: str = "", **others: str) -> AppTest:
    """The page with this filter in its URL."""
    shown = opened("explore.py")
    shown.query_params.update({"q": query, **others})
    return good(shown.run())


def test_an_empty_library_says_what_is_missing_and_where_to_get_it(dscore: Commands) -> None:
    shown = opened("explore.py")
    assert "There are no pictures to look at yet." in texts(shown, "text")
    assert shown.button(key="go-import").label == "Import pictures"
    assert not dscore.home.joinpath("images").exists()


@pytest.mark.parametrize("page", ["explore.py", "check.py", "statistics.py", "tag.py", "export.py"])
def test_where_all_is_in_the_trash_each_page_says_so_and_leads_there(heap: Commands, page: str) -> None:
    heap.good("edit", "heap", "trash", "--where", "is:captioned or is:uncaptioned")
    shown = opened(page)
    assert any(text.startswith("All 8 pictures are in the trash.") for text in texts(shown, "text"))
    links = {one.proto.label: one.proto.query_string for one in shown.main.get("page_link")}
    assert "q=is%3Atrashed" in links["Look into the trash"]
    assert "The filter finds no picture." not in texts(shown)
    assert gallery(explored("is:trashed"))["count"] == 8


@pytest.mark.usefixtures("heap")
def test_the_filter_of_the_url_says_how_many_it_finds() -> None:
    shown = explored("solo")
    assert (filter_bar(shown)["count"], filter_bar(shown)["total"], filter_bar(shown)["trouble"]) == (2, 8, None)
    assert gallery(shown)["q"] == "solo"
    assert gallery(shown)["count"] == 2
    assert shown.multiselect[0].value == ["solo"]


@pytest.mark.parametrize("trashed", [3, 8])
def test_what_is_in_the_trash_is_counted_among_all_where_the_filter_speaks_of_it(heap: Commands, trashed: int) -> None:
    heap.good("edit", "heap", "trash", "--where", " or ".join(f"name:p{number}" for number in range(trashed)))
    assert (filter_bar(shown := explored("is:trashed"))["count"], filter_bar(shown)["total"]) == (trashed, 8)
    assert f"{trashed} of 8 pictures, what the filter “is:trashed” finds" in texts(
        good(shown.switch_page("export.py").run()), "text"
    )
    assert filter_bar(explored("is:captioned or is:uncaptioned"))["total"] == 8 - trashed


@pytest.mark.usefixtures("heap")
def test_a_tag_of_the_list_is_put_into_the_filter_and_taken_out() -> None:
    shown = chosen(explored("solo"), "tags-picked", ["solo", "red dress"])
    assert shown.query_params["q"] == 'solo "red dress"'
    assert gallery(shown)["count"] == 1
    assert gallery(chosen(shown, "tags-picked", ["red dress"]))["q"] == '"red dress"'


@pytest.mark.usefixtures("heap")
def test_a_browser_that_has_not_heard_of_the_new_filter_does_not_bring_the_old_one_back() -> None:
    shown = chosen(explored("solo"), "tags-picked", ["solo", "red dress"])
    shown.query_params["q"] = "solo"  # the next click was quicker than the answer to the first
    assert gallery(good(shown.run()))["q"] == 'solo "red dress"'
    shown.query_params["q"] = "hat"  # this is a link
    assert gallery(good(shown.run()))["q"] == "hat"


@pytest.mark.usefixtures("heap")
def test_a_filter_from_a_link_that_cannot_be_read_is_pointed_at() -> None:
    trouble = filter_bar(explored("solo ( hat"))["trouble"]
    assert "solo ( hat"[trouble["start"] : trouble["end"]]
    assert trouble["sentence"].endswith(".")


@pytest.mark.usefixtures("heap")
@pytest.mark.parametrize("page", ["check", "statistics", "edit", "tag", "tune", "caption", "export"])
def test_each_page_offers_the_line_to_mend_a_filter_that_cannot_be_read(page: str) -> None:
    shown = opened(f"{page}.py")
    shown.query_params["q"] = "("
    assert filter_bar(good(shown.run()))["trouble"]["sentence"] == "This group is empty."
    assert not shown.error


@pytest.mark.usefixtures("heap")
def test_another_filter_begins_at_its_first_page_with_nothing_chosen() -> None:
    shown = explored(page="3")
    assert gallery(shown)["page"] == 1  # there is no third
    shown.session_state["selection"] = Selection(frozenset({1}))
    shown = chosen(shown, "tags-picked", ["solo"])
    assert "page" not in shown.query_params
    assert gallery(shown)["selection"] == {"items": [], "everything": False}


@pytest.mark.usefixtures("heap")
def test_filter_and_selection_come_along_to_another_page_and_back() -> None:
    shown = explored("solo")
    shown.session_state["selection"] = Selection(frozenset({2}))
    good(shown.switch_page("settings.py").run())
    shown = good(shown.switch_page("explore.py").run())
    assert gallery(shown)["q"] == "solo"
    assert gallery(shown)["selection"] == {"items": [2], "everything": False}


def test_undo_and_redo_say_what_they_did(heap: Commands) -> None:
    heap.good("edit", "heap", "add", "red_[hat]")
    before = gallery(explored())["refresh"]
    shown = clicked(explored(), "undo")
    assert "Took back" in shown.toast[0].value
    assert "8 pictures" in shown.toast[0].value
    assert "red_[hat]" not in shown.toast[0].value  # Markdown is escaped
    assert heap.tags("heap")["p3"] == []
    assert "Did again" in clicked(shown, "redo").toast[0].value
    assert heap.tags("heap")["p3"] == ["red_[hat]"]
    assert gallery(shown)["refresh"] != before


@pytest.mark.usefixtures("dscore", "heap")
def test_nothing_to_redo_is_a_sentence() -> None:
    assert "nothing to redo" in clicked(explored(), "redo").toast[0].value.lower()


def test_pages_begin_behind_the_last_of_the_page_before(monkeypatch: pytest.MonkeyPatch, heap: Commands) -> None:
    monkeypatch.setattr(findings, "PAGE_SIZE", 3)
    findings.found.clear()
    try:
        starts = gallery(explored())["starts"]
    finally:
        findings.found.clear()
    ids = [row[0] for row in heap.rows("select id from item order by id")]
    assert starts == [0, ids[2], ids[5]]
