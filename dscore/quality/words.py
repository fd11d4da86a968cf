"""What is known of the boorus' words: `words.toml`, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from dscore.text.tags import tag_key


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Groups of tags that shut one another out; with `alone` only where one person is in the picture."""

    groups: tuple[tuple[str, ...], ...]
    alone: bool


@dataclass(frozen=True, slots=True)
class CellWords:
    """A cell of the coverage: tags that fill it (`*` is any text), and the share of pictures, 0 to 1, that it should have."""

    name: str
    tags: tuple[str, ...]
    want: float


@dataclass(frozen=True, slots=True)
class AxisWords:
    """A row of the coverage; at least `kinds` of its cells should have pictures."""

    title: str
    cells: tuple[CellWords, ...]
    kinds: int


@dataclass(frozen=True, slots=True)
class Words:
    """All of the file; tags are keys (see `text.tags.tag_key`)."""

    several: frozenset[str]
    neutral: frozenset[str]
    contradictions: tuple[Contradiction, ...]
    aliases: Mapping[str, str]
    coverage: Mapping[str, tuple[AxisWords, ...]]


@lru_cache(maxsize=1)
def words() -> Words:
    """The file's content."""
    read = tomllib.loads(files("dscore.quality").joinpath("words.toml").read_text(encoding="utf-8"))
    return Words(
        several=frozenset(map(tag_key, read["several"])),
        neutral=frozenset(map(tag_key, read["neutral"])),
        contradictions=tuple(_contradiction(one) for one in read["contradictions"]),
        aliases={tag_key(one): tag_key(other) for one, other in read["aliases"].items()},
        coverage={kind: tuple(map(_axis, axes.values())) for kind, axes in read["coverage"].items()},
    )


def _contradiction(read: Mapping[str, Any]) -> Contradiction:
    groups = tuple(tuple(map(tag_key, group)) for group in read["groups"])
    return Contradiction(groups, bool(read.get("alone", False)))


def _axis(read: Mapping[str, Any]) -> AxisWords:
    cells = tuple(CellWords(one["name"], tuple(one["tags"]), float(one["want"])) for one in read["cells"])
    return AxisWords(read["title"], cells, int(read["kinds"]))
