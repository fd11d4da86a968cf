"""Edits from the gallery: all arrive, in order, once; what somebody else changed is shown and left alone."""

from __future__ import annotations

import queue
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from dscore.config import Library
from dscore.pipeline import reverts
from tests.catalog.made import ask, dataset_of, make_library, tag_texts
from tests.web.serving import browser


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return make_library(tmp_path, {"a": "solo, long hair", "b": "smile", "c": "red dress"}, trigger="trg")


def request(seq: int, *edits: dict[str, Any], client: str = "tab-1") -> dict[str, Any]:
    return {"client": client, "seq": seq, "dataset": 1, "edits": list(edits)}


def test_an_edit_is_answered_with_the_items_as_they_now_are(library: Library) -> None:
    edits = [
        {"item": 1, "rev": 1, "add": ["red dress, hat"], "remove": ["solo"]},
        {"item": 2, "rev": 1, "prose": " She smiles. "},
        {"item": 1, "rev": 1, "order": ["hat", "long hair"]},
    ]
    answer = browser(library).post("/api/edits", json=request(1, *edits))
    assert answer.status_code == 200
    items = answer.json()["items"]
    assert [(item["id"], item["rev"], item["caption"]) for item in items] == [
        (1, 2, "trg, hat, long hair, red dress"),
        (2, 2, "trg, smile. She smiles."),
    ]
    assert items[0]["tags"] == [["hat", "general"], ["long hair", "general"], ["red dress", "general"]]
    assert answer.json()["conflicts"] == []


def test_an_edit_is_one_change_that_can_be_undone(library: Library) -> None:
    before = tag_texts(library)
    edits = [{"item": item, "rev": 1, "add": ["hat"]} for item in (1, 2, 3)]
    browser(library).post("/api/edits", json=request(1, *edits))
    assert tag_texts(library) == {"a": "solo, long hair, hat", "b": "smile, hat", "c": "red dress, hat"}
    undone = reverts.undo(library, dataset_of(library))
    assert (undone.items, undone.change.summary) == (3, "add “hat”")
    assert tag_texts(library) == before


def test_the_same_request_again_gives_the_same_answer_and_edits_once(library: Library) -> None:
    asking = browser(library)
    first = asking.post("/api/edits", json=request(1, {"item": 1, "rev": 1, "add": ["hat"]}))
    asking.post("/api/edits", json=request(2, {"item": 1, "rev": 2, "remove": ["hat"]}))
    again = asking.post("/api/edits", json=request(1, {"item": 1, "rev": 1, "add": ["hat"]}))
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert tag_texts(library)["a"] == "solo, long hair"
    assert ask(library, "select count(*) from change") == [(2,)]


def test_a_conflict_shows_both_texts_and_the_rest_is_done(library: Library) -> None:
    asking = browser(library)
    asking.post("/api/edits", json=request(1, {"item": 1, "rev": 1, "prose": "Theirs."}, client="other"))
    edits = [{"item": 1, "rev": 1, "prose": "Mine.", "add": ["hat"]}, {"item": 2, "rev": 1, "add": ["hat"]}]
    answer = asking.post("/api/edits", json=request(1, *edits))
    assert answer.status_code == 409
    (conflict,) = answer.json()["conflicts"]
    assert (conflict["item"], conflict["mine"]) == (1, "trg, solo, long hair, hat. Mine.")
    assert (conflict["theirs"]["rev"], conflict["theirs"]["caption"]) == (2, "trg, solo, long hair. Theirs.")
    assert [item["id"] for item in answer.json()["items"]] == [2]
    assert ask(library, "select text from prose") == [("Theirs.",)]
    assert asking.post("/api/edits", json=request(1, *edits)).json() == answer.json()


def test_an_item_that_is_gone_or_of_another_dataset_is_a_conflict(library: Library) -> None:
    make_library(library.home, {"z": "tree"}, name="other")
    edits = [{"item": 4, "rev": 1, "add": ["hat"]}, {"item": 99, "rev": 1, "add": ["hat"]}]
    answer = browser(library).post("/api/edits", json=request(1, *edits))
    assert answer.status_code == 409
    assert answer.json()["conflicts"] == [{"item": item, "mine": "", "theirs": None} for item in (4, 99)]
    assert tag_texts(library)["z"] == "tree"


def test_an_edit_that_changes_nothing_leaves_no_trace(library: Library) -> None:
    answer = browser(library).post("/api/edits", json=request(1, {"item": 1, "rev": 1, "remove": ["hat"], "prose": ""}))
    assert answer.status_code == 200
    assert (answer.json()["change"], answer.json()["items"][0]["rev"]) == (None, 1)
    assert ask(library, "select count(*) from change") == [(0,)]


def test_forty_edits_twenty_milliseconds_apart_all_arrive_in_order(library: Library) -> None:
    """As a page sends them: what has piled up goes with the next request, once the one before is answered."""
    asking = browser(library)
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    rev, seq, left = 1, 0, 40

    def click() -> None:
        for number in range(40):
            waiting.put(f"tag {number:02}")
            time.sleep(0.02)

    clicking = threading.Thread(target=click)
    clicking.start()
    while left:
        taken = [waiting.get(timeout=5), *(waiting.get() for _ in range(waiting.qsize()))]
        seq, left = seq + 1, left - len(taken)
        edits = [{"item": 2, "rev": rev, "add": [tag]} for tag in taken]
        answer = asking.post("/api/edits", json=request(seq, *edits))
        assert answer.status_code == 200
        rev = answer.json()["items"][0]["rev"]
    clicking.join()
    assert tag_texts(library)["b"] == ", ".join(["smile", *(f"tag {number:02}" for number in range(40))])


def test_a_page_need_not_wait_for_its_answers(library: Library) -> None:
    """As when a tab closes: all is sent at once, each with the rev of the last answer that came."""
    asking = browser(library)
    codes: list[int] = []

    def send(seq: int) -> None:
        edit = {"item": 2, "rev": 1, "add": [f"tag {seq:02}"]}
        codes.append(asking.post("/api/edits", json=request(seq, edit)).status_code)

    threads = [threading.Thread(target=send, args=(seq,)) for seq in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [200] * 12
    assert sorted(tag_texts(library)["b"].split(", ")) == ["smile", *(f"tag {seq:02}" for seq in range(12))]


def test_the_same_request_twice_at_once_edits_once(library: Library) -> None:
    asking = browser(library)
    answers: list[Any] = []

    def send() -> None:
        answers.append(asking.post("/api/edits", json=request(7, {"item": 1, "rev": 1, "add": ["hat"]})).json())

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["items"][0]["rev"] == 2
    assert ask(library, "select count(*) from change") == [(1,)]


@pytest.mark.parametrize(
    "change",
    [
        {"client": ""},
        {"client": "x" * 65},
        {"client": "a b"},
        {"seq": -1},
        {"dataset": "x"},
        {"edits": []},
        {"edits": "x"},
        {"edits": [1]},
        {"edits": [{"item": 1}]},
        {"edits": [{"item": 1, "rev": 1, "add": "hat"}]},
        {"edits": [{"item": 1, "rev": 1, "prose": 7}]},
        {"edits": [{"item": 1, "rev": 1}] * 501},
    ],
    ids=str,
)
def test_a_request_that_makes_no_sense_is_refused(library: Library, change: dict[str, Any]) -> None:
    answer = browser(library).post("/api/edits", json=request(1, {"item": 1, "rev": 1, "add": ["hat"]}) | change)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert ask(library, "select count(*) from client_edit") == [(0,)]


def test_an_edit_of_a_dataset_that_is_gone_is_refused(library: Library) -> None:
    answer = browser(library).post("/api/edits", json=request(1, {"item": 1, "rev": 1}) | {"dataset": 9})
    assert answer.status_code == 404
