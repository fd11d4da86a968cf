"""The captions of one picture, or of alike ones, put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dscore.catalog import states
from dscore.catalog import tags as tag_table
from dscore.catalog.changes import Edit
from dscore.catalog.connection import Database
from dscore.catalog.states import ItemState, Placed
from dscore.pipeline.retagging import joined
from dscore.text.edits import spelling_key


def edit(db: Database, others: Mapping[int, int]) -> tuple[Edit, dict[int, int]]:
    """An edit that gives each item the tags of another one, too, by its id, and the revs of the items that it is good for."""
    own, came = states.load(db, others), states.load(db, others.values())
    names = names_of(db, [*own.values(), *came.values()])

    def unite(state: ItemState) -> ItemState:
        other = came.get(others[state.id])
        after = state if other is None else united(state, [other], names)
        return state if after == state else after

    return unite, {item: state.rev for item, state in own.items()}


def names_of(db: Database, found: Iterable[ItemState]) -> dict[int, str]:
    """The names of all tags that these items have, or shall not have."""
    return tag_table.names(db, {tag for state in found for tag in (*state.tags, *state.vetoes)})


def united(state: ItemState, others: Sequence[ItemState], names: Mapping[int, str]) -> ItemState:
    """The item with the tags of all, and with the first prose that there is; `names` are those of `names_of`."""
    prose = next((one.prose for one in (state, *others) if one.prose is not None), None)
    return state._replace(tags=_tags(state, others, names), prose=prose)


def _tags(state: ItemState, others: Sequence[ItemState], names: Mapping[int, str]) -> dict[int, Placed]:
    """Its own tags in their places, then those of others; a spelling of one that is there, or was removed, stays out."""
    tags = dict(state.tags)
    known = {spelling_key(names[tag]): tag for tag in tags}
    removed = {spelling_key(names[tag]) for tag in state.vetoes}
    last = max((placed.position for placed in tags.values()), default=0.0)
    for other in others:
        for tag in other.ordered:
            key, claims = spelling_key(names[tag]), other.tags[tag].claims
            if key in known:
                own = tags[known[key]]
                if known[key] == tag:
                    tags[tag] = Placed(own.position, joined(claims, own.claims))
            elif key not in removed:
                last += 1
                tags[tag] = Placed(last, claims)
                known[key] = tag
    return tags
