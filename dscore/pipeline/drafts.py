"""A caption while it is being typed: what the trainer would read, and how many tokens it has; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dscore.catalog import captions, datasets
from dscore.catalog.connection import Database, reading
from dscore.errors import NotFoundError
from dscore.pipeline.render import caption_of, renderers
from dscore.text import tokens


@dataclass(frozen=True, slots=True)
class Draft:
    """The caption with the prose as typed; `tokens` are CLIP's."""

    caption: str
    tokens: int


def draft(db: Database, dataset_id: int, item: int, prose: str) -> Draft:
    """The item's caption as it would be with this prose. Raises NotFoundError."""
    with reading(db):
        dataset = datasets.by_id(db, dataset_id)
        (found,) = captions.layers(db, dataset_id, [item])
    if not found:
        raise NotFoundError("That picture is gone.")
    typed = replace(found[0], layers=replace(found[0].layers, prose=prose.strip()))
    caption = caption_of(typed, renderers(dataset))
    return Draft(caption, tokens.count(caption))
