"""Small catalogs whose items are written straight into the tables, and read back by plain SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dscore.catalog import datasets, states, tags
from dscore.catalog.connection import Database, open_catalog, writing
from dscore.catalog.datasets import Dataset
from dscore.config import Library
from dscore.models import Category
from dscore.text.tags import split_tags

TAGGER, OTHER_TAGGER = "first tagger", "second tagger"


def make_library(home: Path, captions: Mapping[str, str], *, trigger: str = "", name: str = "set") -> Library:
    """A dataset with these items, by name, and their tags as an import would bring them."""
    library = Library(home)
    with open_catalog(library) as db:
        dataset = datasets.ensure(db, name)
        ids = tags.intern(db, {tag: Category.GENERAL for text in captions.values() for tag in split_tags(text)})
        with writing(db):
            db.execute("update dataset set trigger = ? where id = ?", (trigger, dataset.id))
            for item, text in captions.items():
                add_item(db, dataset.id, item, [ids[tag] for tag in split_tags(text)])
    return library


def add_item(db: Database, dataset_id: int, name: str, tag_ids: Iterable[int] = ()) -> int:
    """Inside the caller's transaction; returns the item's id."""
    image = db.execute(
        """insert into image (sha256, file, format, width, height, bytes, mode, phash)
        values ((select hex(randomblob(32))), 'x.png', 'png', 64, 64, 100, 'RGB', 0)"""
    ).lastrowid
    item = db.execute(
        "insert into item (dataset_id, image_id, name, key, added_at) values (?, ?, ?, ?, '2026-01-01')",
        (dataset_id, image, name, name.casefold()),
    ).lastrowid
    assert item is not None
    for position, tag in enumerate(tag_ids, 1):
        db.execute("insert into item_tag (item_id, tag_id, position) values (?, ?, ?)", (item, tag, position))
        db.execute("insert into item_tag_source (item_id, tag_id, source_id) values (?, ?, 2)", (item, tag))
    return item


def dataset_of(library: Library, name: str = "set") -> Dataset:
    """The dataset as it is now."""
    with open_catalog(library) as db:
        return datasets.get(db, name)


def item_ids(library: Library) -> dict[str, int]:
    """By name."""
    with open_catalog(library) as db:
        return dict(db.execute("select name, id from item").fetchall())


def tag_texts(library: Library) -> dict[str, str]:
    """Each item's tags in their order, by its name; the trash left out."""
    rows = ask(
        library,
        """select item.name, (select group_concat(name, ', ') from (select tag.name from item_tag
            join tag on tag.id = tag_id where item_id = item.id order by position, tag_id))
        from item where trashed_at is null order by item.id""",
    )
    return {name: text or "" for name, text in rows}


def whole_catalog(library: Library) -> dict[str, list[Any]]:
    """All that can be edited, row by row; the revs and the history are left out."""
    statements = {
        "items": "select id, trigger, template, trashed_at is null from item order by 1",
        "tags": "select item_id, tag_id, position from item_tag order by 1, 2",
        "claims": "select * from item_tag_source order by 1, 2, 3",
        "vetoes": "select * from item_veto order by 1, 2",
        "prose": "select * from prose order by 1",
        "dataset": "select id, trigger, trigger_position, template from dataset order by 1",
        "counts": "select dataset_id, tag_id, items from tag_count where items <> 0 order by 1, 2",
    }
    return {name: ask(library, sql) for name, sql in statements.items()}


def ask(library: Library, sql: str, *params: object) -> list[Any]:
    """The rows of a query."""
    with open_catalog(library) as db:
        return db.execute(sql, params).fetchall()


def state_of(db: Database, item: int) -> states.ItemState:
    """One item, whole."""
    return states.load(db, [item])[item]
