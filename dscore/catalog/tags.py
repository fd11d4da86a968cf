"""Tags by name and id, their sources, and how often a dataset uses them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from dscore.catalog.connection import Database, writing
from dscore.catalog.reads import columns
from dscore.models import Category
from dscore.text.tags import tag_key

PERSON = 1
"""The source id of the person; the schema puts it there."""

BOUND = 500
"""Parameters in one statement."""

CATEGORIES = {one.value: one for one in Category}
"""By its name in the catalog; seven times as quick as `Category(name)`, which counts for thousands."""


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag and the number of items that have it."""

    id: int
    name: str
    category: Category
    items: int


def intern(db: Database, names: Mapping[str, Category]) -> dict[str, int]:
    """The ids of these tags, made where they are new. A category other than general is kept where it is learnt later."""
    found = ids(db, names)
    missing = [name for name in names if name not in found]
    learnt = [
        (category, found[name]) for name, category in names.items() if name in found and category != Category.GENERAL
    ]
    unknown = _still_general(db, [tag for _, tag in learnt])
    learnt = [(category, tag) for category, tag in learnt if tag in unknown]
    if missing or learnt:
        with (
            nullcontext() if db.in_transaction else writing(db)
        ):  # a preview makes them in its own, which is taken back
            db.executemany(
                "insert or ignore into tag (name, key, category) values (?, ?, ?)",
                [(name, tag_key(name), names[name]) for name in missing],
            )
            db.executemany("update tag set category = ? where id = ? and category = 'general'", learnt)
        found |= ids(db, missing)
    return found


def _still_general(db: Database, tag_ids: list[int]) -> set[int]:
    rows = db.execute(
        "select id from tag where category = 'general' and id in (select value from json_each(?))",
        (json.dumps(tag_ids),),
    )
    return {row[0] for row in rows}


def ids(db: Database, names: Iterable[str]) -> dict[str, int]:
    """The ids of those tags that exist, by exact name."""
    wanted = list(names)
    found: dict[str, int] = {}
    for first in range(0, len(wanted), BOUND):  # bound one by one: SQLite's JSON ends a text at NUL
        chunk = wanted[first : first + BOUND]
        marks = ",".join("?" * len(chunk))
        found.update(db.execute(f"select name, id from tag where name in ({marks})", chunk).fetchall())
    return found


def used(db: Database, dataset_id: int) -> dict[int, str]:
    """Every tag that the dataset uses, the trash included, with its name."""
    rows = columns(
        db,
        ("id", "name"),
        """select id, name from tag where id in (
            select tag_id from tag_count where dataset_id = ?1 and items > 0
            union select tag_id from item join item_tag on item_id = item.id where dataset_id = ?1 and trashed_at is not null
        )""",
        (dataset_id,),
    )
    return dict(zip(*rows, strict=True))


def names(db: Database, tag_ids: Iterable[int] | None = None) -> dict[int, str]:
    """Names by id; all tags where none are named."""
    query, params = "select id, name from tag", []
    if tag_ids is not None:
        query, params = f"{query} where id in (select value from json_each(?))", [json.dumps(list(tag_ids))]
    return dict(zip(*columns(db, ("id", "name"), query, params), strict=True))


def share_places(db: Database, dataset_id: int, tag_ids: Iterable[int]) -> bool:
    """Whether one of these tags is at the place of another one on an item of the dataset, as only an undo leaves them."""
    undone = "select 1 from change where dataset_id = ? and was is not null limit 1"
    if db.execute(undone, (dataset_id,)).fetchone() is None:
        return False
    row = db.execute(
        """select 1 from item_tag as hit cross join item on item.id = hit.item_id
        where hit.tag_id in (select value from json_each(?)) and item.dataset_id = ? and exists (
            select 1 from item_tag as other
            where other.item_id = item.id and other.position = hit.position and other.tag_id <> hit.tag_id
        ) limit 1""",
        (json.dumps(list(tag_ids)), dataset_id),
    ).fetchone()
    return row is not None


def source(db: Database, kind: str, name: str, *, model_id: int | None = None) -> int:
    """The id of a source of claims, made where it is new."""
    query = "select id from source where kind = ? and name = ?"
    row = db.execute(query, (kind, name)).fetchone()
    if row is None:
        with writing(db):
            db.execute("insert or ignore into source (kind, name, model_id) values (?, ?, ?)", (kind, name, model_id))
        row = db.execute(query, (kind, name)).fetchone()
    return int(row[0])


def find_source(db: Database, kind: str, name: str) -> int | None:
    """The id of a source of claims; None where nothing has come from it."""
    row = db.execute("select id from source where kind = ? and name = ?", (kind, name)).fetchone()
    return None if row is None else int(row[0])


def machine_sources(db: Database) -> frozenset[int]:
    """The sources whose claims a later tagger run may replace: the taggers."""
    return frozenset(row[0] for row in db.execute("select id from source where kind = 'tagger'"))


def claimed_by_others(db: Database, items: Iterable[int]) -> tuple[int, int]:
    """How many tags of these items somebody else than a tagger claims (a person, an import), and on how many items."""
    row = db.execute(
        """select count(*), count(distinct item_id) from (
            select distinct claim.item_id, claim.tag_id from json_each(?) wanted
            cross join item_tag_source claim on claim.item_id = wanted.value
            where claim.source_id not in (select id from source where kind = 'tagger'))""",
        (json.dumps(list(items)),),
    ).fetchone()
    return int(row[0]), int(row[1])


def counts(db: Database, dataset_id: int, *, limit: int = -1) -> list[TagCount]:
    """The dataset's tags outside the trash, the most used first; read from counts that the catalog keeps."""
    rows = columns(
        db,
        ("id", "name", "category", "items"),
        """select tag.id, tag.name, tag.category, items from tag_count join tag on tag.id = tag_id
        where dataset_id = ? and items > 0 order by items desc, tag.name limit ?""",
        (dataset_id, limit),
    )
    return [TagCount(id_, name, CATEGORIES[category], items) for id_, name, category, items in zip(*rows, strict=True)]


def categories(db: Database, names: Iterable[str]) -> dict[str, Category]:
    """The categories of those tags that exist, by exact name."""
    wanted = list(names)
    found: dict[str, Category] = {}
    for first in range(0, len(wanted), BOUND):
        chunk = wanted[first : first + BOUND]
        marks = ",".join("?" * len(chunk))
        called, kinds = columns(
            db, ("name", "category"), f"select name, category from tag where name in ({marks})", chunk
        )
        found.update(zip(called, map(CATEGORIES.__getitem__, kinds), strict=True))
    return found


def completions(db: Database, dataset_id: int, typed: str, *, limit: int = 20) -> list[TagCount]:
    """Tags in whose name the typed text occurs: first the dataset's own, then all others there are.

    In each, those that begin with it come first, then those with a word that does; the most used before the rest. `items` is
    the use in the dataset. Nothing typed: the dataset's most used tags.
    """
    key = tag_key(typed) if typed.strip() else ""
    own = _completed(db, _OWN, (key, dataset_id, limit))
    if not key or len(own) == limit:
        return own
    return own + _completed(db, _OTHER, (key, dataset_id, limit - len(own)))


def _completed(db: Database, sql: str, params: tuple[object, ...]) -> list[TagCount]:
    return [
        TagCount(id_, name, CATEGORIES[kind], items) for id_, name, kind, items in db.execute(sql, params).fetchall()
    ]


_BY_PLACE = """where instr(key, ?1)
    order by case when instr(key, ?1) = 1 then 0 when instr(key, ' ' || ?1) then 1 else 2 end"""
_OWN = f"""select id, name, category, items from tag_count join tag on id = tag_id and dataset_id = ?2 and items > 0
    {_BY_PLACE}, items desc, name limit ?3"""
_OTHER = f"""select id, name, category, 0 from
    (select *, (select items from tag_count where dataset_id = ?2 and tag_id = id) as own from tag) as tag
    {_BY_PLACE.replace("where", "where coalesce(own, 0) = 0 and")},
    (select sum(items) from dataset cross join tag_count on dataset_id = dataset.id and tag_id = tag.id) desc, name limit ?3"""
