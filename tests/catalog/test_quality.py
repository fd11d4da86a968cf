"""What checks find, asked for by a search: always of the moment."""

from __future__ import annotations

from pathlib import Path

from dscore.catalog import quality, search
from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library
from dscore.pipeline import curate, reverts
from dscore.pipeline.operations import Operation
from dscore.text.query import parse_query
from tests.catalog.made import dataset_of, item_ids, make_library


def found(library: Library, code: str = "doubled") -> list[int]:
    with open_catalog(library) as db:
        return search.ids(db, dataset_of(library).id, parse_query(f"check:{code}"))


def test_an_edit_an_undo_and_the_trash_count_at_once(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "cat, Cat", "b": "cat", "c": "dog, Dog"})
    ids = item_ids(library)
    assert found(library) == [ids["a"], ids["c"]]
    done = curate.apply(library, dataset_of(library), Operation("dedupe"), query="cat")
    assert found(library) == [ids["c"]]
    reverts.undo(library, dataset_of(library), done.change_id)
    assert found(library) == [ids["a"], ids["c"]]
    curate.apply(library, dataset_of(library), Operation("trash"), query="dog")
    assert found(library) == [ids["a"]]
    assert len(found(library, "trigger-missing")) == 2
    curate.apply(library, dataset_of(library), Operation("trigger", "mychar"))
    assert found(library, "trigger-missing") == []


def test_what_is_taken_back_is_not_remembered(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "cat, Cat"})
    with open_catalog(library) as db:
        with writing(db):
            db.execute("update item set rev = rev + 0")
        db.execute("begin immediate")
        db.execute("delete from item_tag where position = 2")
        db.execute("update item set rev = rev + 1")
        assert quality.finding(db, 1, "doubled") is None
        db.execute("rollback")
        db.execute("begin immediate")
        db.execute("update item set rev = rev + 1")
        assert quality.finding(db, 1, "doubled") is not None
        db.execute("rollback")


def test_a_check_that_nobody_knows_finds_nothing(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "cat"})
    with open_catalog(library) as db:
        assert quality.finding(db, 1, "nonsense") is None
