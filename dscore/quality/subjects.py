"""What checks look at: all captions, or all pictures, of a dataset at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dscore.models import Category
from dscore.text.edits import spelling_key
from dscore.text.tags import tag_key

Numbers = NDArray[np.int64]


class Picture(NamedTuple):
    """An item's picture: upright size in pixels, bytes, what its pixels measured (None: never measured), its hash.

    `image` is the picture itself, which items of several datasets may share; `elsewhere` says which, and under what name.
    `bare` is the hash without even borders; None where there are none. `different` are images that a person told it apart from.
    """

    item: int
    image: int
    name: str
    format: str
    width: int
    height: int
    bytes: int
    alpha: bool
    frames: int
    phash: int
    sharpness: float | None
    brightness: float | None
    dark: float | None
    light: float | None
    entropy: float | None
    bare: int | None = None
    elsewhere: tuple[tuple[str, str], ...] = ()
    different: frozenset[int] = frozenset()


@dataclass(frozen=True, eq=False)
class Captions:
    """All captions of a dataset, as columns: `items` by id, and a line for each tag of each item in `item` and `tag`, by item.

    `names` and `categories` are of the tags by id, `prose` of those items that have some. `trigger` and `template` are the
    dataset's; `triggers` and `templates` those of items that have their own. `tokens` follow `items`. `came` are items that
    came with a caption file.
    """

    items: Numbers
    item: Numbers
    tag: Numbers
    names: Mapping[int, str]
    categories: Mapping[int, Category]
    tokens: Numbers
    prose: Mapping[int, str] = field(default_factory=dict)
    trigger: str = ""
    template: str = ""
    triggers: Mapping[int, str] = field(default_factory=dict)
    templates: Mapping[int, str] = field(default_factory=dict)
    came: frozenset[int] = frozenset()

    @cached_property
    def numbers(self) -> dict[int, int]:
        """Tag → how many items have it."""
        counts = np.bincount(self.tag)
        return {tag: int(counts[tag]) for tag in np.flatnonzero(counts).tolist()}

    @cached_property
    def by_key(self) -> dict[str, list[int]]:
        """The tags that are used, by their key (see `text.tags.tag_key`)."""
        return self._grouped(tag_key)

    @cached_property
    def by_spelling(self) -> dict[str, list[int]]:
        """The same by what spellings of one tag share (see `text.edits.spelling_key`)."""
        return self._grouped(spelling_key)

    def _grouped(self, key: Callable[[str], str]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for tag in self.numbers:
            found.setdefault(key(self.names[tag]), []).append(tag)
        return found

    @cached_property
    def _by_tag(self) -> tuple[Numbers, Numbers]:
        widest = int(self.item.max(initial=0)) + 1  # one number for both: sorted several times as quick as an order
        keys = np.sort(self.tag * widest + self.item)
        return keys // widest, keys % widest

    def having(self, tag: int) -> Numbers:
        """The items with this tag, by id."""
        tags, items = self._by_tag
        first, last = np.searchsorted(tags, [tag, tag + 1])
        return items[first:last]

    def having_any(self, tags: Iterable[int]) -> Numbers:
        """The items with one of these tags at least, by id."""
        found = [self.having(tag) for tag in tags]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)

    @cached_property
    def tagged(self) -> Numbers:
        """The items that have tags, by id."""
        return self.item[np.flatnonzero(np.diff(self.item, prepend=-1))]

    @cached_property
    def captioned(self) -> Numbers:
        """The items that have tags or prose, by id."""
        return np.union1d(self.tagged, np.fromiter(self.prose, np.int64, len(self.prose)))

    @cached_property
    def by_trigger(self) -> dict[str, list[int]]:
        """The items that have a trigger word of their own, by that word."""
        found: dict[str, list[int]] = {}
        for item, word in sorted(self.triggers.items()):
            if word.strip():
                found.setdefault(word.strip(), []).append(item)
        return found

    def trigger_of(self, item: int) -> str:
        """Its own trigger word, or the dataset's."""
        return self.triggers.get(item, self.trigger)

    def template_of(self, item: int) -> str:
        """Its own template, or the dataset's."""
        return self.templates.get(item, self.template)


def ids(items: Iterable[int] | Numbers) -> tuple[int, ...]:
    """Item ids as plain numbers, sorted, each once."""
    return tuple(sorted({int(item) for item in items}))
