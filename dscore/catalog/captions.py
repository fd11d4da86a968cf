"""Items' layers read in bulk, for rendering: no state objects, one row an item."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dscore.catalog import tags as tag_table
from dscore.catalog.connection import Database
from dscore.catalog.reads import columns
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
    # Ids stay text, as they come. Looking up all names at once pays where most of them will be met.
    names = {str(tag): name for tag, name in tag_table.used(db, dataset_id).items()} if len(ids) > CHUNK else {}
    for first in range(0, len(ids), CHUNK):
        yield _chunk(db, ids[first : first + CHUNK], trigger, names)


def _chunk(db: Database, ids: Sequence[int], trigger: str, names: dict[str, str]) -> list[ItemLayers]:
    items, names_, triggers, templates, texts, tag_lists = columns(
        db,
        ("id", "name", "own_trigger", "template", "text", "tags"),
        """select item.id, item.name, coalesce(item.trigger, ?) as own_trigger, item.template, prose.text,
            (select group_concat(tag_id) from (select tag_id from item_tag where item_id = item.id order by position, tag_id))
            as tags
        from json_each(?) wanted cross join item on item.id = wanted.value
        left join prose on prose.item_id = item.id""",
        (trigger, json.dumps(list(ids))),
    )
    lists = _named(db, names, [tags.split(",") if tags else () for tags in tag_lists])
    return [
        ItemLayers(item_id, name, Layers(own_trigger, tags, prose or ""), template)
        for item_id, name, own_trigger, tags, prose, template in zip(
            items, names_, triggers, lists, texts, templates, strict=True
        )
    ]


def _named(db: Database, names: dict[str, str], lists: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """The names of these tags; those that are new are looked up, and remembered."""
    name_of = names.__getitem__
    try:
        return [tuple(map(name_of, tags)) for tags in lists]
    except KeyError:
        unknown = set().union(*lists) - names.keys()
        names.update((str(tag), name) for tag, name in tag_table.names(db, map(int, unknown)).items())
        return [tuple(map(name_of, tags)) for tags in lists]
