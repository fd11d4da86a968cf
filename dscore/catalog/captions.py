"""Items' layers read in bulk, for rendering: no state objects, one row an item."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dscore.catalog import tags as tag_table
from dscore.catalog.connection import Database
from dscore.models import Layers

CHUNK = 5000


@dataclass(frozen=True, slots=True)
class ItemLayers:
    """An item's layers as they stand; `template` where it has its own."""

    item_id: int
    name: str
    layers: Layers
    template: str | None


def layers(db: Database, dataset_id: int, ids: Sequence[int]) -> Iterator[list[ItemLayers]]:
    """The items' layers in chunks of up to `CHUNK`, in the order of `ids`; those that are gone are left out."""
    (trigger,) = db.execute("select trigger from dataset where id = ?", (dataset_id,)).fetchone()
    names: dict[str, str] = {}
    for first in range(0, len(ids), CHUNK):
        yield _chunk(db, ids[first : first + CHUNK], trigger, names)


def _chunk(db: Database, ids: Sequence[int], trigger: str, names: dict[str, str]) -> list[ItemLayers]:
    rows = db.execute(
        """select item.id, item.name, coalesce(item.trigger, ?), item.template, prose.text,
            (select group_concat(tag_id) from (select tag_id from item_tag where item_id = item.id order by position, tag_id))
        from json_each(?) wanted cross join item on item.id = wanted.value
        left join prose on prose.item_id = item.id""",
        (trigger, json.dumps(list(ids))),
    ).fetchall()
    _learn(db, names, [row[5] for row in rows if row[5]])
    name_of = names.__getitem__
    return [
        ItemLayers(
            item_id,
            name,
            Layers(own_trigger, tuple(map(name_of, tag_ids.split(","))) if tag_ids else (), prose or ""),
            template,
        )
        for item_id, name, own_trigger, template, prose, tag_ids in rows
    ]


def _learn(db: Database, names: dict[str, str], lists: Sequence[str]) -> None:
    """Look up the tags that are new in these lists of ids; the ids stay text, as they come."""
    unknown = set().union(*[tag_ids.split(",") for tag_ids in lists]) - names.keys()
    if unknown:
        names.update((str(tag), name) for tag, name in tag_table.names(db, map(int, unknown)).items())
