"""What captioners said of pictures, and who wrote the prose that items have."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from dscore.catalog.connection import Database

Said = tuple[str, str]
"""A text, and a remark on it or ""."""


def stored(db: Database, model_id: int, asked: Mapping[int, str]) -> dict[int, Said]:
    """Image id → what the model said when it was asked just that (image id → digest)."""
    rows = db.execute(
        """select image_id, text, remark from json_each(?) wanted
        cross join sentence on image_id = cast(wanted.key as integer) and model_id = ? and asked = wanted.value""",
        (json.dumps(asked), model_id),
    )
    return {image: (text, remark) for image, text, remark in rows.fetchall()}


def save(db: Database, model_id: int, said: Iterable[tuple[int, str, str, str]]) -> None:
    """Keep (image id, digest of what was asked, text, remark), inside the caller's transaction."""
    db.executemany(
        "insert or replace into sentence (image_id, model_id, asked, text, remark) values (?, ?, ?, ?, ?)",
        [(image, model_id, asked, text, remark) for image, asked, text, remark in said],
    )


def machine_sources(db: Database) -> frozenset[int]:
    """The sources whose prose a later captioner may replace: the captioners."""
    return frozenset(row[0] for row in db.execute("select id from source where kind = 'captioner'"))


def written_by_others(db: Database, items: Iterable[int]) -> int:
    """How many of these items have prose that no captioner wrote: a person, or an import."""
    row = db.execute(
        """select count(*) from json_each(?) wanted cross join prose on item_id = wanted.value
        where source_id not in (select id from source where kind = 'captioner')""",
        (json.dumps(list(items)),),
    ).fetchone()
    return int(row[0])


def without(db: Database, items: Iterable[int]) -> list[int]:
    """Those of the items that have no prose, by id."""
    rows = db.execute(
        """select value from json_each(?) wanted
        where not exists (select 1 from prose where item_id = wanted.value) order by value""",
        (json.dumps(list(items)),),
    )
    return [row[0] for row in rows]
