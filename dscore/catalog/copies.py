"""Items brought from one dataset into another, with all that they have: layers, claims, vetoes, the original, the origin."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from dscore.catalog import images
from dscore.catalog.connection import Database
from dscore.models import Origin
from dscore.text.names import fold_name

_LAYERS = (
    ("item_tag", "tag_id, position"),
    ("item_tag_source", "tag_id, source_id, score"),
    ("item_veto", "tag_id"),
    ("prose", "text, source_id"),
    ("original", "text"),
)
"""What belongs to an item, and is copied row by row."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one item: its rev when it was read, and its placement in the other dataset."""

    item_id: int
    rev: int
    placed: images.Placement


def bring(db: Database, ids: Sequence[int], *, into: int) -> list[Brought]:
    """Copy items into the dataset `into`, inside the caller's transaction; what it has already stays as it is there.

    A trigger word or template that the other dataset would not give stays with the item. One that is in the trash there is
    named "back", and is for the caller to take out. Those that are gone are left out.
    """
    rows = db.execute(
        """select item.id, item.rev, image_id, name, coalesce(origin.path, name),
            coalesce(source, ''), coalesce(raw_name, ''), coalesce(url, ''), coalesce(facts, '{}')
        from json_each(?) wanted cross join item on item.id = wanted.value left join origin on item_id = item.id""",
        (json.dumps(list(ids)),),
    ).fetchall()
    brought = []
    for item, rev, image, name, path, source, raw, url, facts in rows:
        new = images.NewItem(image, name, path, raw_name=raw, origin=Origin(url, json.loads(facts)))
        brought.append(Brought(item, rev, images.place(db, new, dataset_id=into, fold=fold_name, source=source)))
    _copy_layers(db, [(one.item_id, one.placed.item_id) for one in brought if one.placed.fate == "new"], into)
    return brought


def _copy_layers(db: Database, pairs: Sequence[tuple[int, int]], into: int) -> None:
    text = json.dumps(pairs)
    for table, columns in _LAYERS:
        picked = ", ".join(f"layer.{column}" for column in columns.split(", "))
        db.execute(
            f"""insert into {table} (item_id, {columns})
            select pair.value ->> 1, {picked}
            from json_each(?) pair cross join {table} layer on layer.item_id = pair.value ->> 0""",
            (text,),
        )
    db.execute(
        """update item set mark = old.mark, stars = old.stars
        from json_each(?) pair join item old on old.id = pair.value ->> 0 where item.id = pair.value ->> 1""",
        (text,),
    )
    for column in ("trigger", "template"):
        db.execute(
            f"""update item set {column} = coalesce(old.{column}, nullif(source.{column}, target.{column}))
            from json_each(?1) pair join item old on old.id = pair.value ->> 0
            join dataset source on source.id = old.dataset_id join dataset target on target.id = ?2
            where item.id = pair.value ->> 1""",
            (text, into),
        )
