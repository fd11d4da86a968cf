from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog import lengths, search
from dscore.catalog.connection import Database, open_catalog, reading, writing
from dscore.config import Library
from dscore.pipeline import curate, reverts
from dscore.pipeline.operations import Operation
from dscore.pipeline.render import rendered
from dscore.text import tokens
from dscore.text.query import Everything, parse_query
from tests.catalog.made import add_item, dataset_of, make_library

CAPTIONS = {"short": "cat", "long": "cat, blue sky, red dress, long hair", "none": ""}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return make_library(tmp_path / "library", CAPTIONS)


def found(db: Database, query: str) -> set[str]:
    ids = search.ids(db, 1, parse_query(query))
    return {name for item, name in db.execute("select id, name from item") if item in ids}


def all_right(library: Library) -> bool:
    """Whether every length is what a fresh count of the caption gives."""
    with open_catalog(library) as db:
        dataset = dataset_of(library)
        ids = search.ids(db, dataset.id, Everything())
        fresh = {
            one.item_id: (tokens.count(text), len(text.split()), len(text))
            for chunk in rendered(db, dataset, ids)
            for one, text in chunk
        }
        kept = {one.item_id: (one.tokens, one.words, one.characters) for one in lengths.of(db, dataset.id, ids)}
    return kept == fresh


def test_lengths_are_of_the_whole_caption(library: Library) -> None:
    with open_catalog(library) as db:
        ids = search.ids(db, 1, Everything())
        assert [(one.tokens, one.words, one.characters) for one in lengths.of(db, 1, ids)] == [
            (1, 1, 3),
            (10, 7, 35),
            (0, 0, 0),
        ]


def test_search_by_tokens(library: Library) -> None:
    with open_catalog(library) as db:
        assert found(db, "tokens>=10") == {"long"}
        assert found(db, "tokens<10") == {"short", "none"}
        assert found(db, "tokens:1") == {"short"}
        assert found(db, "-tokens=0 tokens<=1") == {"short"}
        assert found(db, "tokens=0 or red_dress") == {"none", "long"}


@pytest.mark.parametrize(
    "operation",
    [
        Operation("trigger", "mychar"),
        Operation("trigger", "mychar", position="end"),
        Operation("add", "one more, and more"),
        Operation("remove", "cat"),
        Operation("replace", "blue sky", "sky"),
        Operation("trash"),
    ],
)
def test_an_edit_its_undo_and_its_redo_are_counted(library: Library, operation: Operation) -> None:
    assert all_right(library)
    curate.apply(library, dataset_of(library), operation, query="is:captioned" if operation.kind == "trash" else "")
    assert all_right(library)
    reverts.undo(library, dataset_of(library))
    assert all_right(library)
    reverts.redo(library, dataset_of(library))
    assert all_right(library)


def test_another_template_is_counted(library: Library) -> None:
    assert all_right(library)
    with open_catalog(library) as db, writing(db):
        db.execute("update dataset set trigger = 'mychar', template = 'a drawing of {trigger}, {tags}'")
    assert all_right(library)
    with open_catalog(library) as db:
        assert found(db, "tokens>=10") == {"long"}
        assert found(db, "tokens=0") == set()


def test_a_search_in_one_snapshot_counts_what_is_stale_without_writing(library: Library) -> None:
    with open_catalog(library) as db:
        lengths.bring_up_to_date(db, 1)
        curate.apply(library, dataset_of(library), Operation("add", "a new tag"), query="cat")
        with reading(db):
            assert found(db, "tokens>=5") == {"short", "long"}
            assert found(db, "tokens=1") == set()
        assert db.execute("select count(*) from caption_length where rev = 1").fetchone() == (3,)


def test_what_is_counted_is_not_counted_again(library: Library) -> None:
    with open_catalog(library) as db:
        assert [(step.done, step.total) for step in lengths.counting(db, 1)] == [(0, 3), (3, 3)]
        assert list(lengths.counting(db, 1)) == []
        curate.apply(library, dataset_of(library), Operation("add", "hat"), query="red_dress")
        assert [(step.done, step.total) for step in lengths.counting(db, 1)] == [(0, 1), (1, 1)]


def test_a_locked_catalog_still_answers(library: Library) -> None:
    with open_catalog(library) as other, open_catalog(library, busy_seconds=0.01) as db, writing(other):
        assert found(db, "tokens>=10") == {"long"}


def test_counts_go_with_their_item(library: Library) -> None:
    with open_catalog(library) as db:
        lengths.bring_up_to_date(db, 1)
        with writing(db):
            db.execute("delete from origin")
            db.execute("delete from item where name = 'long'")
        assert db.execute("select count(*) from caption_length").fetchone() == (2,)


def test_chunks_are_all_counted(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lengths, "CHUNK", 2)
    with open_catalog(library) as db:
        with writing(db):
            for number in range(5):
                add_item(db, 1, f"more {number}")
        assert [step.done for step in lengths.counting(db, 1)] == [0, 2, 4, 6, 8]
    assert all_right(library)
