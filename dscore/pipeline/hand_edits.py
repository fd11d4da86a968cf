"""Edits by hand in the gallery: a few items, each as its person saw it, done once however often they are sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from dscore.catalog import changes, client_edits, datasets, images, states
from dscore.catalog import tags as tag_table
from dscore.catalog.captions import ItemLayers
from dscore.catalog.changes import Draft, Written
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import Dataset
from dscore.catalog.states import ItemState
from dscore.config import Library
from dscore.models import Category, Layers
from dscore.pipeline import rules
from dscore.pipeline.cards import Card, cards
from dscore.pipeline.operations import MARKED, read_mark, read_stars, starred
from dscore.pipeline.render import caption_of, renderers
from dscore.text.tags import split_tags

ACTION = "edit"
"""What the history calls them."""

SHOWN_TAGS = 4
"""How many tags the history names of one edit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandEdit:
    """What a person did to one item that stood at `rev`: tags taken away, then added behind, then ordered, prose, and marks.

    `order` names tags; those that it leaves out follow as they stood. `mark` is keep, reject or none, `stars` 0 to 5. All but
    the lists of tags are None where they were not touched.
    """

    item: int
    rev: int
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    order: tuple[str, ...] | None = None
    prose: str | None = None
    mark: str | None = None
    stars: int | None = None

    def __post_init__(self) -> None:
        if self.mark is not None:
            read_mark(self.mark)
        if self.stars is not None:
            read_stars(str(self.stars))


class _Settled(Exception):  # noqa: N818  # no error: another request has done this very edit
    pass


class _Overtaken(Exception):  # noqa: N818  # no error: another request of this client has changed the items meanwhile
    pass


def edit_items(
    library: Library, dataset_id: int, edits: Sequence[HandEdit], *, client: str, seq: int
) -> dict[str, Any]:
    """Do the edits as one change that can be undone; returns the answer for the browser, as JSON has it.

    `items` are the edited ones as they now are, `change` the id of the change or None, `conflicts` the items that somebody
    else has changed since `rev`: they are left alone, and `mine` is the caption that the edit would make, `theirs` the item
    as it is (None where it is gone). The same `client` and `seq` again give the same answer, and change nothing. Revs that
    this client's own edits made count as seen, so it need not wait for an answer before it sends more. Raises NotFoundError.
    """
    with open_catalog(library) as db:
        known = client_edits.recall(db, client, seq)
        if known is None:
            known = _done(db, _Batch(db, datasets.by_id(db, dataset_id), edits), client=client, seq=seq)
    answer: dict[str, Any] = json.loads(known)
    return answer


def _done(db: Database, batch: _Batch, *, client: str, seq: int) -> str:
    draft = Draft(batch.dataset.id, ACTION, batch.summary)
    known = None
    while known is None:
        revs = _seen(db, client, batch)

        def answer(db: Database, written: Written, revs: Mapping[int, int] = revs) -> None:
            if client_edits.recall(db, client, seq) is not None:
                raise _Settled
            if written.stale and _seen(db, client, batch) != revs:
                raise _Overtaken
            changes.close_change(db, written.change_id)
            client_edits.remember(db, client, seq, json.dumps(batch.answer(written)))

        with suppress(_Settled, _Overtaken):
            changes.record(db, draft, batch.ids, batch.edited, revs=revs, also=answer)
        known = client_edits.recall(db, client, seq)
    return known


def _seen(db: Database, client: str, batch: _Batch) -> dict[int, int]:
    """The rev at which the client knows each item: the one that it says, or the one that its own last edit made."""
    seen = {item: own[0].rev for item, own in batch.edits.items()}
    present = images.standing(db, seen)
    behind = {item for item, found in present.items() if seen[item] != found.rev}
    if behind:
        made = _made(db, client)
        seen |= {item: made[item] for item in behind if made.get(item) == present[item].rev}
    return seen


def _made(db: Database, client: str) -> dict[int, int]:
    """Item → the last rev that the client's edits of it have made."""
    made: dict[int, int] = {}
    for answer in client_edits.latest(db, client):
        for card in json.loads(answer)["items"]:
            made[card["id"]] = max(card["rev"], made.get(card["id"], 0))
    return made


class _Batch:
    """The edits of one request, by item; several of one item are done one after the other."""

    def __init__(self, db: Database, dataset: Dataset, edits: Sequence[HandEdit]) -> None:
        self._db, self.dataset = db, dataset
        self.edits: dict[int, list[HandEdit]] = {}
        for one in edits:
            self.edits.setdefault(one.item, []).append(one)
        own = images.in_dataset(db, dataset.id, self.edits)
        self.ids = [item for item in self.edits if item in own]
        self._gone = [item for item in self.edits if item not in own]
        added = {tag: Category.GENERAL for one in edits for tag in _cleaned(one.add)}
        named = {tag for one in edits for tag in (*one.remove, *(one.order or ()))}
        self._tags: Mapping[str, int] = tag_table.ids(db, named) | (tag_table.intern(db, added) if added else {})
        self.summary = _summary(edits)

    def edited(self, state: ItemState) -> ItemState:
        """The item after all its edits; the very same state where they change nothing."""
        result = state
        for one in self.edits[state.id]:
            result = self._after(_spanned(result), one)
        result = result._replace(first=state.first, last=state.last)
        return state if result == state else result

    def _after(self, state: ItemState, one: HandEdit) -> ItemState:
        gone = [self._tags[tag] for tag in one.remove if tag in self._tags]
        state = rules.remap(state, rules.Fates(dict.fromkeys(gone, ()), {}))
        state = rules.add(state, [self._tags[tag] for tag in _cleaned(one.add)]) if one.add else state
        if one.order is not None:
            place = {self._tags[tag]: number for number, tag in enumerate(one.order) if tag in self._tags}
            state = rules.reorder(state, lambda tag: place.get(tag, len(place)))
        if one.mark is not None:
            state = rules.set_mark(state, read_mark(one.mark))
        if one.stars is not None:
            state = rules.set_stars(state, one.stars)
        return state if one.prose is None else rules.write_prose(state, one.prose.strip())

    def answer(self, written: Written) -> dict[str, Any]:
        """What `edit_items` says; inside the transaction that wrote it."""
        conflicts = [*written.stale, *self._gone]
        theirs = {card.id: card for card in cards(self._db, self.dataset, written.stale)}
        return {
            "change": written.change_id,
            "items": [card.document() for card in cards(self._db, self.dataset, [*written.changed, *written.same])],
            "conflicts": [self._conflict(item, theirs.get(item)) for item in conflicts],
        }

    def _conflict(self, item: int, theirs: Card | None) -> dict[str, Any]:
        if theirs is None:
            return {"item": item, "mine": "", "theirs": None}
        return {"item": item, "mine": self._mine(item, theirs), "theirs": theirs.document()}

    def _mine(self, item: int, theirs: Card) -> str:
        state = self.edited(states.load(self._db, [item])[item])
        names = tag_table.names(self._db, state.tags)
        prose = state.prose.text if state.prose else ""
        layers = Layers(theirs.trigger, tuple([names[tag] for tag in state.ordered]), prose)
        return caption_of(ItemLayers(item, theirs.name, layers, state.template), renderers(self.dataset))


def _cleaned(tags: Sequence[str]) -> tuple[str, ...]:
    return split_tags(",".join(tags))


def _spanned(state: ItemState) -> ItemState:
    """With the outermost places of its tags, behind which new ones go."""
    places = [placed.position for placed in state.tags.values()]
    return state._replace(first=min(places, default=0.0), last=max(places, default=0.0))


def _summary(edits: Sequence[HandEdit]) -> str:
    said = {
        "add": dict.fromkeys(tag for one in edits for tag in _cleaned(one.add)),
        "remove": dict.fromkeys(tag for one in edits for tag in one.remove),
    }
    words = [f"{verb} “{_some(list(tags))}”" for verb, tags in said.items() if tags]
    if any(one.prose is not None for one in edits):
        words.append("write the prose")
    if any(one.order is not None for one in edits):
        words.append("order the tags")
    words += dict.fromkeys(MARKED[read_mark(one.mark)] for one in edits if one.mark is not None)
    words += dict.fromkeys(starred(one.stars) for one in edits if one.stars is not None)
    return ", ".join(words) or "edit nothing"


def _some(tags: list[str]) -> str:
    more = len(tags) - SHOWN_TAGS
    return ", ".join(tags[:SHOWN_TAGS]) + (f" and {more} more" if more > 0 else "")
