"""The Overview: what somebody sees who comes the first time, and who comes back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dscore.catalog import datasets
from dscore.catalog.connection import open_catalog
from tests.commands import ROOT, Commands
from tests.pages.work import ROUTER, chosen, good, opened, texts


def component(shown: AppTest, name: str) -> Any:
    """What our own component of that name was given."""
    (found,) = (one for one in shown.get("bidi_component") if one.proto.component_name == name)
    return json.loads(found.proto.json)


def links(shown: AppTest) -> dict[str, str]:
    """The main part's links: label → query."""
    return {one.proto.label: one.proto.query_string for one in shown.main.get("page_link")}


def rungs(shown: AppTest) -> list[str]:
    """The state of each step, in order."""
    titles = [one.value for one in shown.main.markdown]
    marks = {"check_circle": ": done", "warning": ": to look at"}
    said = [next((words for icon, words in marks.items() if icon in title), "") for title in titles]
    return [title.partition("**")[2].rstrip("*") + words for title, words in zip(titles, said, strict=True)]


def test_an_empty_library_has_a_place_to_drop_pictures(dscore: Commands) -> None:
    shown = opened("overview.py")
    assert shown.title[0].value == "Overview"
    assert "Drop your pictures here" in shown.markdown[0].value
    assert component(shown, "dscore_upload")["large"]
    assert links(shown) == {"or a folder on this machine": "source=folder"}
    assert [text.value for text in shown.text] == [str(dscore.home)]
    assert not shown.sidebar.selectbox


def test_a_card_says_how_far_its_dataset_is(heap: Commands) -> None:
    shown = component(opened("overview.py"), "dscore_dataset_cards")
    (card,) = shown["cards"]
    assert shown["chosen"] == card["name"] == "heap"
    assert len(card["faces"]) == 4
    assert card["facts"][0] == "8 pictures · 37 % tagged"
    assert card["facts"][1].startswith("Changed ")
    assert len(heap.rows("select 1 from image")) == 8


@pytest.mark.usefixtures("heap")
def test_the_ladder_leads_to_what_is_still_to_do() -> None:
    shown = opened("overview.py")
    assert rungs(shown) == ["Import: done", "Tag", "Check", "Edit", "Export"]
    assert texts(shown, "caption")[1:6] == [
        "8 pictures",
        "5 pictures have no caption",
        "1 error, 4 warnings",
        "No trigger word is set",
        "Not exported yet",
    ]
    assert links(shown)["Tag them"] == "q=is%3Auncaptioned&dataset=heap"


def test_done_steps_are_marked(heap: Commands) -> None:
    heap.good("edit", "heap", "trigger", "sks")
    heap.good("edit", "heap", "add", "thing")
    heap.good("export", "heap", heap.home / "exports" / "heap")
    shown = opened("overview.py")
    assert rungs(shown) == ["Import: done", "Tag: done", "Check: to look at", "Edit: done", "Export: done"]
    assert any(text.startswith("Trigger word\\: sks") for text in texts(shown, "caption"))


def test_the_kind_of_lora_is_noted_and_can_be_undone(heap: Commands) -> None:
    shown = chosen(opened("overview.py"), "kind_1", "character")
    assert component(shown, "dscore_dataset_cards")["cards"][0]["facts"][0].startswith("Character · 8 pictures")
    heap.good("undo", "heap")
    assert component(good(shown.run()), "dscore_dataset_cards")["cards"][0]["facts"][0].startswith("8 pictures")


def test_the_switch_remembers_the_dataset_and_forgets_the_old_filter(heap: Commands) -> None:
    with open_catalog(heap.library) as db:
        datasets.ensure(db, "other")
    shown = opened("overview.py")
    shown.session_state["q"] = "solo"
    good(shown.sidebar.selectbox[0].set_value("other").run())
    assert component(shown, "dscore_dataset_cards")["chosen"] == "other"
    assert "other" in shown.query_params["dataset"]
    assert "q" not in shown.query_params


def test_the_pages_stand_in_working_order(heap: Commands) -> None:
    assert heap
    labels = [one.proto.label for one in opened("overview.py").sidebar.get("page_link")]
    assert labels == [
        *("Overview", "Import", "Tag", "Tune", "Caption", "Explore", "Statistics", "Edit", "Check"),
        *("Export", "Jobs", "Doctor", "Settings"),
    ]


def test_a_damaged_catalog_is_a_sentence(dscore: Commands) -> None:
    dscore.home.mkdir()
    dscore.library.catalog.write_bytes(b"")
    shown = AppTest.from_file(ROUTER, default_timeout=60).run()
    assert "is empty" in shown.error[0].value


def test_the_first_page_is_there_without_pandas(heap: Commands) -> None:
    """Loading it takes half a second, in which somebody who starts dscore would wait for the cards."""
    look = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        f"shown = AppTest.from_file({str(ROUTER)!r}, default_timeout=60).run(); "
        "assert not shown.exception and shown.title[0].value == 'Overview'; print('pandas' in sys.modules)"
    )
    environment = {**os.environ, "DSCORE_HOME": str(heap.home), "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        [sys.executable, "-c", look], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["False"]
