"""A change looked at: what it did to its first items, as words that went and words that came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dscore.catalog import changes, images, tags
from dscore.catalog.changes import Change
from dscore.catalog.connection import Database, reading
from dscore.catalog.deltas import Delta
from dscore.catalog.states import Placed

GONE = "gone from the library"
AUTHORS = {"import": "an import", "tag": "a tagger", "caption": "a captioner"}
"""Who makes which kind of change; all others are a person's."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One item of a change: what it had in the parts that changed, and what it has since. `sha256` is "" for one that is gone."""

    item_id: int
    name: str
    sha256: str
    before: str
    after: str


def author(change: Change) -> str:
    """Who made it: "you", "a tagger", "a captioner", "an import"."""
    return AUTHORS.get(change.action, "you")


def look(db: Database, change: Change, *, limit: int = 20) -> list[Glimpse]:
    """The change's first items."""
    with reading(db):
        found = changes.deltas_of(db, change.id, limit=limit)
        names = tags.names(db, {tag for _, delta in found for tag in delta.tags})
        titles = images.named(db, [item for item, _ in found])
        pictures = images.details(db, [item for item, _ in found])
    return [
        Glimpse(
            item_id=item,
            name=titles.get(item, GONE),
            sha256=pictures[item].sha256 if item in pictures else "",
            before="\n".join(side[0] for side in _sides(delta, names) if side[0]),
            after="\n".join(side[1] for side in _sides(delta, names) if side[1]),
        )
        for item, delta in found
    ]


def _sides(delta: Delta, names: dict[int, str]) -> Iterator[tuple[str, str]]:
    """(before, after) of each part that changed."""
    if delta.tags:
        befores = {names[tag]: before for tag, (before, _) in delta.tags.items()}
        afters = {names[tag]: after for tag, (_, after) in delta.tags.items()}
        yield _listed(befores), _listed(afters)
    for part, (before, after) in delta.parts.items():
        yield _PARTS[part](before), _PARTS[part](after)


def _listed(places: dict[str, Placed | None]) -> str:
    there = [(placed.position, name) for name, placed in places.items() if placed is not None]
    return ", ".join(name for _, name in sorted(there))


def _trigger(word: Any) -> str:
    return "the trigger word of the dataset" if word is None else f"trigger word: {word or 'none'}"


def _template(template: Any) -> str:
    return "put together as the dataset says" if template is None else f"put together as {template}"


def _prose(prose: Any) -> str:
    return "" if prose is None else str(prose.text)


def _trash(at: Any) -> str:
    return "in the dataset" if at is None else "not in the dataset"


def _name(name: Any) -> str:
    return f"called {name}"


def _mark(mark: Any) -> str:
    return "no mark" if mark is None else f"marked {mark}"


def _stars(stars: Any) -> str:
    return f"{stars or 'no'} {'star' if stars == 1 else 'stars'}"


_PARTS: dict[str, Callable[[Any], str]] = {
    "prose": _prose,
    "trigger": _trigger,
    "template": _template,
    "trashed_at": _trash,
    "name": _name,
    "mark": _mark,
    "stars": _stars,
}
