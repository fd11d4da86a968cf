"""Items of the catalog to the one line that a trainer reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from dscore.catalog import captions
from dscore.catalog.captions import ItemLayers
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.text.captions import Renderer

Renderers = Callable[[str | None], Renderer]


def renderers(dataset: Dataset, *, template: str | None = None) -> Renderers:
    """A renderer for each template: the dataset's for None, or an item's own behind the dataset's trigger.

    A `template` of the caller's goes before them all.
    """
    if template is not None:
        forced = Renderer(replace(dataset.style, template=template), flat=True)
        return lambda _: forced

    @cache
    def renderer(template: str | None) -> Renderer:
        if template is None:
            return Renderer(dataset.style, flat=True)
        whole = template if "{trigger}" in template else "{trigger}, " + template
        return Renderer(replace(dataset.style, template=whole), flat=True)

    return renderer


def caption_of(item: ItemLayers, style: Renderers) -> str:
    """The item's caption; a random trigger place is seeded by the item, the same every time."""
    return style(item.template).render(item.layers, seed=item.item_id)


def rendered(
    db: Database, dataset: Dataset, ids: Sequence[int], *, template: str | None = None
) -> Iterator[list[tuple[ItemLayers, str]]]:
    """These items with their captions, in chunks; a `template` of the caller's goes before the dataset's and the items'."""
    style = renderers(dataset, template=template)
    for chunk in captions.layers(db, dataset.id, ids):
        yield [(one, caption_of(one, style)) for one in chunk]
