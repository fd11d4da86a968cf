"""Duplicates put together: of each group one picture stays, with what the captions of all say; the rest goes to the trash.

All of it is one change that can be undone, and nothing is deleted before the trash is emptied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dscore.catalog import changes, quality, search, states
from dscore.catalog.changes import Draft, Written
from dscore.catalog.clock import now
from dscore.catalog.connection import Database, open_catalog, reading, wait_for_turn
from dscore.catalog.datasets import Dataset
from dscore.catalog.states import ItemState
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.models import Progress
from dscore.pipeline import rules
from dscore.pipeline.curate import Applied
from dscore.pipeline.jobs import OnProgress
from dscore.pipeline.uniting import names_of, united
from dscore.quality import likeness
from dscore.quality.likeness import NEAR, Group
from dscore.quality.subjects import Picture
from dscore.text.query import Everything, parse_query

Captions = Literal["unite", "keep"]
GROUPS = 200
"""So many are merged in one transaction."""


@dataclass(frozen=True, slots=True)
class Merge:
    """What becomes of a group: `kept` stays, `others` go to the trash; it gets the caption of item `words`, or of all (None)."""

    kept: int
    others: tuple[int, ...]
    words: int | None = None


def groups(db: Database, dataset: Dataset, *, query: str = "", distance: int = NEAR) -> list[Group]:
    """Pictures that are alike among those that the search finds, copies before near ones. Raises QueryError."""
    parsed = parse_query(query)
    with reading(db):
        pictures = quality.pictures(db, dataset.id)
        if not isinstance(parsed, Everything):
            wanted = set(search.ids(db, dataset.id, parsed))
            pictures = [one for one in pictures if one.item in wanted]
    return sorted(likeness.alike(pictures, distance=distance), key=lambda group: not group.same)


def proposed(group: Group, *, captions: Captions = "unite") -> Merge:
    """The best picture stays, with the tags of all, or with its own caption."""
    best = group.best.item
    others = tuple(item for item in group.items if item != best)
    return Merge(best, others, best if captions == "keep" else None)


def merge(
    library: Library, dataset: Dataset, merges: Sequence[Merge], *, on_progress: OnProgress = lambda _: None
) -> Applied:
    """Do them as one change. A group of which anything was changed meanwhile is left whole, and listed."""
    _require_apart(merges)
    change: Draft | int = Draft(dataset.id, "merge", f"merge {_counted(merges)}")
    changed, stale = 0, list[int]()
    with open_catalog(library) as db:
        for first in range(0, len(merges), GROUPS):
            on_progress(Progress(first, len(merges), "Merging"))
            done = _merge(db, change, merges[first : first + GROUPS], is_last=first + GROUPS >= len(merges))
            change = change if done.change_id is None else done.change_id
            changed += done.changed
            stale += done.stale
            wait_for_turn()
    return Applied(change if isinstance(change, int) else None, changed, 0, tuple(stale))


def _require_apart(merges: Sequence[Merge]) -> None:
    items = [item for one in merges for item in (one.kept, *one.others)]
    if len(items) != len(set(items)):
        raise WrongUseError("A picture stands in two groups. Merge one of them first, and look again.")


def _counted(merges: Sequence[Merge]) -> str:
    return f"{len(merges):,} group{'' if len(merges) == 1 else 's'} of duplicates"


def _merge(db: Database, change: Draft | int, merges: Sequence[Merge], *, is_last: bool) -> Applied:
    ids = [item for one in merges for item in (one.kept, *one.others)]
    found = states.load(db, ids)
    names = names_of(db, found.values())
    at, after = now(), dict[int, ItemState]()
    gone = list[int]()
    for one in merges:
        members = [found.get(item) for item in (one.kept, *one.others)]
        whole = [state for state in members if state is not None and state.trashed_at is None]
        if len(whole) < len(members):
            gone += [one.kept, *one.others]
            continue
        after[one.kept] = _kept(whole[0], whole, one.words, names)
        after.update((state.id, rules.set_trashed(state, at)) for state in whole[1:])
    revs = {item: state.rev for item, state in found.items()}
    also = _close if is_last else None
    written = changes.record(db, change, list(after), lambda state: _edited(state, after), revs=revs, also=also)
    return Applied(written.change_id, len(written.changed), 0, (*written.stale, *gone))


def _close(db: Database, written: Written) -> None:
    changes.close_change(db, written.change_id)


def _edited(state: ItemState, after: Mapping[int, ItemState]) -> ItemState:
    """As it was decided; the very same state where that changes nothing."""
    wanted = after[state.id]
    return state if wanted == state else wanted


def _kept(state: ItemState, members: Sequence[ItemState], words: int | None, names: Mapping[int, str]) -> ItemState:
    """The kept picture with the caption of `words`, or else with the tags of all and the first prose that there is."""
    if words == state.id:
        return state
    if words is not None:
        (source,) = (one for one in members if one.id == words)
        return state._replace(tags=source.tags, prose=source.prose, template=source.template, vetoes=source.vetoes)
    return united(state, members[1:], names)


def document(found: Sequence[Group]) -> dict[str, Any]:
    """Groups, ready for JSON."""
    return {
        "groups": [
            {"same": group.same, "kept": group.best.item, "pictures": [_picture(one) for one in group.pictures]}
            for group in found
        ]
    }


def _picture(one: Picture) -> dict[str, Any]:
    whole = one._asdict()
    return {name: whole[name] for name in ("item", "name", "format", "width", "height", "bytes")}
