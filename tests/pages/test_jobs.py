"""The Jobs page and the strip: what runs, what waits, what became of it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dscore.catalog import jobs, runs
from dscore.catalog.connection import open_catalog, writing
from dscore.catalog.jobs import Held, Mark, NewItem
from tests.commands import Commands
from tests.pages.work import clicked, good, opened, texts


def running(dscore: Commands) -> Held:
    """A job of eight pictures that this process holds: three are done, one has failed."""
    with open_catalog(dscore.library) as db:
        with writing(db):
            items = [NewItem(number) for number in range(1, 9)]
            job = jobs.enqueue(
                db, kind="tag", lane="device", dataset_id=1, params={"tagger": "x"}, items=items, held=True
            )
        held = jobs.held_by_me(db, job)
        with writing(db):
            marks = [Mark(number, "done") for number in (1, 2, 3)]
            jobs.mark(db, held, [*marks, Mark(4, "failed", "It is too large for the model.")])
    return held


def end(dscore: Commands, held: Held, state: str, message: str = "") -> None:
    with open_catalog(dscore.library) as db, writing(db):
        jobs.finish(db, held, state=state, message=message)


def titles(shown: AppTest) -> list[str]:
    return [one.label.replace("\\", "") for one in shown.main.expander]


@pytest.mark.usefixtures("dscore")
def test_before_the_first_job_the_way_to_it_is_shown() -> None:
    shown = opened("jobs.py")
    assert "Nothing has run yet" in shown.main.text[0].value
    assert [one.label for one in shown.main.button] == ["Import pictures"]
    assert not shown.sidebar.get("progress")


def test_a_running_job_shows_how_far_it_is_and_what_failed(heap: Commands) -> None:
    running(heap)
    shown = opened("jobs.py")
    assert shown.main.markdown[0].value == "**Tagging heap**"
    assert "4 of 8" in texts(shown.main, "caption")
    assert titles(shown)[0] == "Left out, by reason · 1"
    assert list(shown.main.dataframe[0].value["Reason"]) == ["It is too large for the model."]
    assert any(title.startswith("Import · heap · 8 pictures · done ") for title in titles(shown))


def test_the_strip_shows_the_running_job_on_every_page(heap: Commands) -> None:
    running(heap)
    for page in ("overview.py", "settings.py"):
        shown = opened(page)
        assert shown.sidebar.markdown[0].value == "**Tagging heap**"
        assert texts(shown.sidebar, "caption") == ["4 of 8"]
        assert [button.label for button in shown.sidebar.button] == ["Pause"]


def test_a_wait_for_a_site_is_shown_while_it_lasts(heap: Commands) -> None:
    held = running(heap)
    with open_catalog(heap.library) as db:
        runs.say(db, held, "Waiting 42 s: gelbooru.com was asked too often (429)")
    said = [text.replace("\\", "") for text in texts(opened("jobs.py").main, "caption")]
    assert "4 of 8 · Waiting 42 s: gelbooru.com was asked too often (429)" in said


def test_pause_resume_and_cancel_reach_the_job(heap: Commands) -> None:
    held = running(heap)
    shown = clicked(opened("jobs.py"), f"board_pause_{held.id}")
    assert "4 of 8 · Pausing" in texts(shown.main, "caption")
    end(heap, held, "paused")
    good(shown.run())
    assert "4 of 8 · Paused" in texts(shown.main, "caption")
    clicked(shown, f"board_cancel_{held.id}")
    assert any("cancelled just now" in title for title in titles(shown))


def test_a_failed_job_says_why_and_can_be_tried_again(heap: Commands) -> None:
    held = running(heap)
    end(heap, held, "failed", "The model is gone. Download it again.")
    shown = opened("jobs.py")
    assert titles(shown)[0] == "Tagging · heap · 3 pictures, 1 left out · :red[**failed**] just now"
    assert "Finished" in [title.value for title in shown.main.subheader]
    shown.session_state[f"over_{held.id}"] = True
    good(shown.run())
    assert shown.main.error[0].value.replace("\\", "") == "The model is gone. Download it again."
    clicked(shown, f"again_{held.id}")
    assert heap.rows("select item_id from job_item where job_id = ? order by item_id", held.id + 1) == [
        (4,),
        (5,),
        (6,),
        (7,),
        (8,),
    ]
