"""What the gallery shows of an item: its picture, its layers, and the caption that they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from dscore.catalog import datasets, images, search
from dscore.catalog import tags as tag_table
from dscore.catalog.connection import Database, reading
from dscore.catalog.datasets import Dataset
from dscore.models import Category
from dscore.pipeline.render import rendered
from dscore.text.query import parse_query


@dataclass(frozen=True, slots=True)
class Card:
    """One item. `tags` are (name, category) in the caption's order; `trigger` is its own word or the dataset's.

    Width and height are upright; `mark` is keep, reject or none, `stars` 0 to 5; `rev` is what an edit of it says it has seen.
    """

    id: int
    name: str
    sha256: str
    width: int
    height: int
    rev: int
    tags: tuple[tuple[str, Category], ...]
    trigger: str
    prose: str
    caption: str
    trashed: bool
    mark: str
    stars: int

    def document(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return {name: getattr(self, name) for name in _FIELDS}


_FIELDS = tuple(field.name for field in fields(Card))


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the items that a search finds, by id, and how many it finds in all."""

    cards: tuple[Card, ...]
    count: int


def page(db: Database, dataset_id: int, query: str, *, after: int = 0, limit: int = 200) -> Page:
    """The items behind the one with id `after`. Raises NotFoundError, and QueryError for a search that cannot be read."""
    parsed = parse_query(query)
    with reading(db):
        dataset = datasets.by_id(db, dataset_id)
        ids = search.ids(db, dataset_id, parsed, after=after, limit=limit)
        return Page(tuple(cards(db, dataset, ids)), search.count(db, dataset_id, parsed))


def cards(db: Database, dataset: Dataset, ids: Sequence[int]) -> list[Card]:
    """These items in their order; those that are gone are left out. Inside the caller's transaction."""
    found = [pair for chunk in rendered(db, dataset, ids) for pair in chunk]
    standing = images.standing(db, ids)
    pictures = images.details(db, ids)
    categories = tag_table.categories(db, set().union(*[one.layers.tags for one, _ in found]))
    tags = dict(zip(categories, categories.items(), strict=True))
    return [
        Card(
            id=one.item_id,
            name=one.name,
            sha256=pictures[one.item_id].sha256,
            width=pictures[one.item_id].width,
            height=pictures[one.item_id].height,
            rev=standing[one.item_id].rev,
            tags=tuple(map(tags.__getitem__, one.layers.tags)),
            trigger=one.layers.trigger,
            prose=one.layers.prose,
            caption=caption,
            trashed=standing[one.item_id].trashed,
            mark=standing[one.item_id].mark or "none",
            stars=standing[one.item_id].stars,
        )
        for one, caption in found
    ]
