"""Pictures named by a pattern: seen first, then done as one change that can be undone. Names are unique in a dataset."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from string import Formatter

from dscore.catalog import changes, images, search, states
from dscore.catalog.changes import Draft, Written
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import Dataset
from dscore.catalog.states import ItemState
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.sources.names import item_name, natural_key, safe_name
from dscore.text.names import fold_name
from dscore.text.query import parse_query

PATTERNS = {
    "numbered": "{dataset}_{n:03d}",
    "dated": "{dataset}_{date}_{n:03d}",
    "source": "{source}",
    "sanitised": "{name}",
}
FIELDS = ("dataset", "n", "date", "source", "name")
_FORMAT = re.compile(r"(0[1-9]d)?")  # a width of a billion would fill the memory
_PLAIN = re.compile(r"[^a-zA-Z0-9_-]")


@dataclass(frozen=True, slots=True)
class Renaming:
    """What would be called how: item → (name now, new name), those that change only; `revs` binds an apply to just these."""

    dataset: Dataset
    pattern: str
    scope: int
    names: Mapping[int, tuple[str, str]]
    revs: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Renamed:
    """What was done. `stale` pictures were changed by somebody meanwhile, and left alone."""

    change_id: int | None
    changed: int
    stale: tuple[str, ...]


def plan(
    db: Database, dataset: Dataset, pattern: str, *, query: str = "", only: Collection[int] | None = None,
    start: int = 1, plain: bool = False,
) -> Renaming:  # fmt: skip
    """Try the pattern: one of `PATTERNS` by its name, or text with the `FIELDS` in braces. Raises WrongUseError.

    Pictures are numbered from `start` in the order of their present names. With `plain` (always for "sanitised") what is not
    an ASCII letter, a digit, `_` or `-` becomes `_`. Two that would be called the same get `_2`, `_3`, …
    """
    text = PATTERNS.get(pattern, pattern)
    plain = plain or pattern == "sanitised"
    _require_readable(text)
    found = [one for one in search.ids(db, dataset.id, parse_query(query)) if only is None or one in only]
    now = states.load(db, found, states.Look(()))
    origins = images.came_from(db, found)
    ordered = sorted(found, key=lambda item: natural_key(now[item].name or ""))
    taken = images.keys(db, dataset.id, but=found)
    new = {}
    for number, item in enumerate(ordered, start):
        name, (path, date) = now[item].name or "", origins[item]
        fields = {"dataset": dataset.name, "n": number, "date": date, "source": item_name(path or name), "name": name}
        wanted = text.format(**fields)
        new[item] = free_name(safe_name(_PLAIN.sub("_", wanted) if plain else wanted), taken)
    changed = {item: (now[item].name or "", name) for item, name in new.items() if name != now[item].name}
    return Renaming(dataset, text, len(found), changed, {item: now[item].rev for item in changed})


def _require_readable(text: str) -> None:
    try:
        parts = [part for part in Formatter().parse(text) if part[1] is not None]
        named = [str(field) for _, field, _, _ in parts]
        if unknown := [field for field in named if field not in FIELDS]:
            raise WrongUseError(
                f"“{unknown[0]}” is nothing that a name can be made of. There are: {', '.join(FIELDS)}."
            )
        if any(conversion or not _FORMAT.fullmatch(form or "") for _, _, form, conversion in parts):
            raise WrongUseError(
                "A number can be filled up with zeros, as in {n:03d}; nothing else can be said behind a colon."
            )
        trial = text.format(dataset="x", n=1, date="20260101", source="x", name="x")
    except ValueError as error:
        raise WrongUseError(f"The pattern “{text}” cannot be read. Write it like {PATTERNS['numbered']}.") from error
    if not trial.strip():
        raise WrongUseError(f"Say how pictures shall be called, like {PATTERNS['numbered']}.")
    if not named:
        raise WrongUseError(f"All would be called “{trial}”. Put one of {{n}}, {{source}}, {{name}} into the pattern.")


def free_name(name: str, taken: set[str]) -> str:
    """The name, or with a number one that nobody has; adds its key to those that are taken."""
    number, free = 1, name
    while fold_name(free) in taken:
        number += 1
        free = f"{name}_{number}"
    taken.add(fold_name(free))
    return free


def apply(library: Library, renaming: Renaming) -> Renamed:
    """Do just what was shown, in one transaction, since names make room for one another."""
    names = renaming.names
    with open_catalog(library) as db:
        draft = Draft(renaming.dataset.id, "name", f"name pictures {renaming.pattern}")
        written = changes.record(
            db, draft, list(names), partial(_named, names), look=states.Look(()), revs=renaming.revs, also=_close
        )
        return Renamed(written.change_id, len(written.changed), images.names(db, written.stale))


def _named(names: Mapping[int, tuple[str, str]], state: ItemState) -> ItemState:
    return state._replace(name=names[state.id][1])


def _close(db: Database, written: Written) -> None:
    changes.close_change(db, written.change_id)


def examples(renaming: Renaming, limit: int) -> Sequence[tuple[str, str]]:
    """The first names, now and then."""
    return list(renaming.names.values())[:limit]
