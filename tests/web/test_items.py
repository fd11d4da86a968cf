"""The gallery's pages: what a search finds, each item once."""

from __future__ import annotations

from pathlib import Path

from dscore.catalog.connection import open_catalog, writing
from tests.catalog.made import dataset_of, make_library
from tests.web.serving import browser


def test_pages_follow_one_another_until_all_is_shown(tmp_path: Path) -> None:
    library = make_library(tmp_path, {f"p{n}": "solo" for n in range(7)})
    asking, dataset = browser(library), dataset_of(library).id
    names: list[str] = []
    after = 0
    while True:
        page = asking.get("/api/items", params={"dataset": dataset, "after": after, "limit": 3}).json()
        assert page["count"] == 7
        if not page["items"]:
            break
        names += [item["name"] for item in page["items"]]
        after = page["items"][-1]["id"]
    assert names == [f"p{n}" for n in range(7)]


def test_an_item_comes_with_all_that_a_card_shows(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "long hair, solo", "b": "smile"}, trigger="trg")
    with open_catalog(library) as db, writing(db):
        db.execute("update tag set category = 'character' where name = 'solo'")
        db.execute("insert into prose (item_id, text, source_id) values (1, 'A girl.', 1)")
    page = browser(library).get("/api/items", params={"dataset": 1, "q": "long_hair"}).json()
    assert page["count"] == 1
    (item,) = page["items"]
    assert len(item.pop("sha256")) == 64
    assert item == {
        "id": 1,
        "name": "a",
        "width": 64,
        "height": 64,
        "rev": 1,
        "tags": [["long hair", "general"], ["solo", "character"]],
        "trigger": "trg",
        "prose": "A girl.",
        "caption": "trg, long hair, solo. A girl.",
        "trashed": False,
        "mark": "none",
        "stars": 0,
    }


def test_tags_are_put_into_the_search_and_taken_out_and_the_answer_says_which_search_that_was(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "long hair, solo", "b": "long hair", "c": "solo"})
    page = browser(library).get("/api/items?dataset=1&q=solo&toggle=solo&toggle=long+hair").json()
    assert (page["q"], [item["name"] for item in page["items"]]) == ('"long hair"', ["a", "b"])


def test_a_number_beyond_all_is_a_sentence_wherever_it_stands(tmp_path: Path) -> None:
    asking, huge = browser(make_library(tmp_path, {"a": "solo"})), "9" * 25
    answer = asking.get("/api/items", params={"dataset": 1, "q": f"solo width>={huge}"})
    assert (answer.status_code, answer.json()["start"], answer.json()["end"]) == (400, 5, 37)
    for name in ("dataset", "after", "limit"):
        assert asking.get("/api/items", params={"dataset": 1, name: huge}).status_code == 400


def test_a_dataset_that_is_gone_is_said(tmp_path: Path) -> None:
    answer = browser(make_library(tmp_path, {})).get("/api/items", params={"dataset": 9})
    assert (answer.status_code, answer.json()) == (404, {"error": "That dataset is gone."})
