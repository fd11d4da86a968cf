from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from dscore.catalog import datasets, tags
from dscore.catalog.connection import Database, open_catalog, writing
from dscore.config import Library
from dscore.models import Category

INTERN = """
import sys
from pathlib import Path
from dscore.catalog import tags
from dscore.catalog.connection import open_catalog
from dscore.config import Library
from dscore.models import Category
with open_catalog(Library(Path(sys.argv[1]))) as db:
    for start in range(0, 600, 20):
        found = tags.intern(db, {f"tag {n}": Category.GENERAL for n in range(start, start + 40)})
        assert len(found) == 40
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def test_processes_that_learn_the_same_tags_agree_on_their_ids(library: Library) -> None:
    with open_catalog(library):
        pass
    processes = [subprocess.Popen([sys.executable, "-c", INTERN, str(library.home)]) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    with open_catalog(library) as db:
        assert db.execute("select count(*), count(distinct name) from tag").fetchone() == (620, 620)


def test_a_category_is_kept_where_it_is_learnt_later_and_never_lost_again(library: Library) -> None:
    with open_catalog(library) as db:
        for category in (Category.GENERAL, Category.CHARACTER, Category.GENERAL, Category.ARTIST):
            tags.intern(db, {"saber": category})
        assert db.execute("select category from tag").fetchall() == [("character",)]


@pytest.mark.parametrize("name", ["a\x00b", '"quoted"', "日本", ":D", "%_[?*", "'; drop table tag; --", "x" * 5000])
def test_a_name_of_any_kind_is_found_again(library: Library, name: str) -> None:
    with open_catalog(library) as db:
        made = tags.intern(db, {name: Category.GENERAL, name.upper() + "!": Category.GENERAL})
        assert tags.intern(db, dict.fromkeys(made, Category.GENERAL)) == made
        assert tags.names(db, made.values()) == {id_: known for known, id_ in made.items()}


def test_thousands_of_tags_are_interned_at_once(library: Library) -> None:
    with open_catalog(library) as db:
        made = tags.intern(db, {f"tag {n}": Category.GENERAL for n in range(40_000)})
        assert len(set(made.values())) == 40_000


def test_counts_and_used_tags_are_what_a_recount_gives(library: Library) -> None:
    draw = random.Random(1)
    with open_catalog(library) as db:
        both = [datasets.ensure(db, name).id for name in ("first", "second")]
        known = list(tags.intern(db, {f"tag {n}": Category.GENERAL for n in range(8)}).values())
        for _ in range(12):
            with writing(db):
                for _ in range(30):
                    change(db, draw, both, known)
            for dataset in both:
                compare(db, dataset)
        assert db.execute("pragma foreign_key_check").fetchall() == []
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]


def change(db: Database, draw: random.Random, both: list[int], known: list[int]) -> None:
    """Something that happens to items: they come, get and lose tags, go to the trash and back, are gone."""
    items = [row[0] for row in db.execute("select id from item")]
    what = draw.choice(["come", "add", "add", "add", "remove", "trash", "back", "gone"])
    item, tag = draw.choice(items or [0]), draw.choice(known)
    if what == "come":
        image = db.execute(
            """insert into image (sha256, file, format, width, height, bytes, mode, phash)
            values (hex(randomblob(32)), '', '', 1, 1, 1, '', 0)"""
        ).lastrowid
        db.execute(
            "insert into item (dataset_id, image_id, name, key, added_at) values (?, ?, ?2, ?2, '')",
            (draw.choice(both), image),
        )
    elif what == "add" and items:
        db.execute("insert or ignore into item_tag values (?, ?, 1)", (item, tag))
    elif what == "remove":
        db.execute("delete from item_tag where item_id = ? and tag_id = ?", (item, tag))
    elif what == "trash":
        db.execute("update item set trashed_at = '2026' where id = ?", (item,))
    elif what == "back":
        db.execute("update item set trashed_at = null where id = ?", (item,))
    elif what == "gone":
        db.execute("delete from item where id = ?", (item,))


def compare(db: Database, dataset: int) -> None:
    recount = """select tag_id, count(*) from item join item_tag on item_id = item.id
        where dataset_id = ? and trashed_at is null group by tag_id"""
    counted = tags.counts(db, dataset)
    assert {one.id: one.items for one in counted} == dict(db.execute(recount, (dataset,)).fetchall())
    assert [(-one.items, one.name) for one in counted] == sorted((-one.items, one.name) for one in counted)
    assert tags.counts(db, dataset, limit=2) == counted[:2]
    used = """select distinct tag.id, tag.name from tag
        join item_tag on tag_id = tag.id join item on item.id = item_id where dataset_id = ?"""
    assert tags.used(db, dataset) == dict(db.execute(used, (dataset,)).fetchall())


def test_a_source_is_one_by_kind_and_name_and_only_taggers_are_machines(library: Library) -> None:
    with open_catalog(library) as db:
        heap = tags.source(db, "import", "heap.zip")
        tagger = tags.source(db, "tagger", "wd")
        assert tags.source(db, "import", "heap.zip") == heap
        assert tags.machine_sources(db) == {tagger}
        assert db.execute("select kind, name from source where id = ?", (tags.PERSON,)).fetchone() == ("person", "you")
