"""Writing item states back: just the rows in which before and after differ, and nothing that somebody has changed meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from dscore.catalog.connection import Database
from dscore.catalog.states import ItemState, Kind, Placed
from dscore.text.names import fold_name


class Pair(NamedTuple):
    """An item before and after an edit; or a kind of items, with their `revs` by id."""

    before: ItemState
    after: ItemState
    revs: Mapping[int, int] = MappingProxyType({})

    @property
    def ids(self) -> Collection[int]:
        """The items that it is about."""
        return self.revs or (self.after.id,)


def tried(kinds: Iterable[Kind], edit: Callable[[ItemState], ItemState]) -> list[Pair]:
    """The kinds before and after the edit; the very same state twice where it changes nothing."""
    pairs = []
    for kind in kinds:
        after = edit(kind.state)
        pairs.append(Pair(kind.state, kind.state if after == kind.state else after, kind.revs))
    return pairs


def changed(pairs: Iterable[Pair]) -> list[Pair]:
    """Those that differ before and after."""
    return [pair for pair in pairs if pair.after is not pair.before]


def without(pairs: Iterable[Pair], gone: Collection[int]) -> list[Pair]:
    """The pairs for all other items."""
    rest = [pair._replace(revs={item: pair.revs[item] for item in pair.revs if item not in gone}) for pair in pairs]
    return [pair for pair in rest if pair.revs]


def stale(db: Database, pairs: Iterable[Pair]) -> set[int]:
    """The items among these that somebody has changed, or deleted, since they were read."""
    revs = {item: rev for pair in pairs for item, rev in pair.revs.items()}
    wanted = json.dumps(list(revs))
    now = dict(
        db.execute("select id, rev from item where id in (select value from json_each(?))", (wanted,)).fetchall()
    )
    return {item for item, rev in revs.items() if now.get(item) != rev}


def clashing(db: Database, pairs: Collection[Pair]) -> set[int]:
    """The items among these whose new name another item of their dataset has, or gets. Inside the caller's transaction."""
    renamed = {pair.after.id: fold_name(pair.after.name or "") for pair in pairs if _is_renamed(pair)}
    if not renamed:
        return set()
    rows = db.execute(
        """select mine.id, other.id, other.key from json_each(?) wanted cross join item mine on mine.id = wanted.value ->> 0
        join item other on other.dataset_id = mine.dataset_id and other.key = wanted.value ->> 1 and other.id <> mine.id""",
        (json.dumps(list(renamed.items())),),
    )
    # Another that is renamed as well makes room, unless it clashes itself: then this one does, too.
    blocked_by = {mine: other for mine, other, _ in rows.fetchall()}
    firsts: dict[str, int] = {}
    clashes = {item for item, key in renamed.items() if firsts.setdefault(key, item) != item}
    clashes |= {mine for mine, other in blocked_by.items() if other not in renamed}
    while more := {mine for mine, other in blocked_by.items() if other in clashes} - clashes:
        clashes |= more
    return clashes


def _is_renamed(pair: Pair) -> bool:
    return pair.before.name != pair.after.name


def write(db: Database, pairs: Collection[Pair]) -> None:
    """Write what differs between before and after, inside the caller's transaction, and raise each item's rev."""
    rows = _Rows()
    for pair in pairs:
        rows.take(pair)
    rows.write(db)


class _Rows:
    """The rows of many items, gathered so that each statement runs once for all of them."""

    def __init__(self) -> None:
        self.gone: list[tuple[int, int]] = []
        self.placed: list[tuple[int, int, float]] = []
        self.moved: list[tuple[float, int, int]] = []
        self.unclaimed: list[tuple[int, int, int]] = []
        self.claimed: list[tuple[int, int, int, int | None]] = []
        self.vetoed: list[tuple[int, int]] = []
        self.unvetoed: list[tuple[int, int]] = []
        self.prose: list[tuple[int, str, int]] = []
        self.no_prose: list[tuple[int]] = []
        self.items: list[tuple[str | None, str | None, str | None, str | None, int, int]] = []
        self.revs: list[int] = []
        self.parked: list[tuple[str, int]] = []
        self.named: list[tuple[str | None, str, int]] = []

    def take(self, pair: Pair) -> None:
        before, after, items = pair.before, pair.after, pair.ids
        self.revs.extend(items)
        own = (after.trigger, after.template, after.trashed_at, after.mark, after.stars)
        if own != (before.trigger, before.template, before.trashed_at, before.mark, before.stars):
            self.items.extend((*own, item) for item in items)
        if _is_renamed(pair):
            self.parked.extend(
                (f"\x7f{item}", item) for item in items
            )  # no name folds to that: two can so exchange theirs
            self.named.extend((after.name, fold_name(after.name or ""), item) for item in items)
        if before.tags is not after.tags:
            self._take_tags(items, before.tags, after.tags)
        if before.vetoes != after.vetoes:
            self.vetoed.extend((item, tag) for tag in after.vetoes - before.vetoes for item in items)
            self.unvetoed.extend((item, tag) for tag in before.vetoes - after.vetoes for item in items)
        if before.prose != after.prose:
            if after.prose is None:
                self.no_prose.extend((item,) for item in items)
            else:
                self.prose.extend((item, *after.prose) for item in items)

    def _take_tags(self, items: Collection[int], before: Mapping[int, Placed], after: Mapping[int, Placed]) -> None:
        self.gone.extend([(item, tag) for tag in before if tag not in after for item in items])
        for tag, placed in after.items():
            known = before.get(tag)
            if known is placed:
                continue
            if known is None:
                self.placed.extend([(item, tag, placed.position) for item in items])
                self.claimed.extend([(item, tag, *claim) for claim in placed.claims for item in items])
                continue
            if known.position != placed.position:
                self.moved.extend([(placed.position, item, tag) for item in items])
            if known.claims != placed.claims:
                kept = {source for source, _ in placed.claims}
                lost = [source for source, _ in known.claims if source not in kept]
                self.unclaimed.extend([(item, tag, source) for source in lost for item in items])
                more = [claim for claim in placed.claims if claim not in known.claims]
                self.claimed.extend([(item, tag, *claim) for claim in more for item in items])

    def write(self, db: Database) -> None:
        for statement, rows in (
            ("delete from item_tag where item_id = ? and tag_id = ?", self.gone),
            ("delete from item_tag_source where item_id = ? and tag_id = ? and source_id = ?", self.unclaimed),
            ("insert into item_tag (item_id, tag_id, position) values (?, ?, ?)", self.placed),
            ("update item_tag set position = ? where item_id = ? and tag_id = ?", self.moved),
            (
                "insert or replace into item_tag_source (item_id, tag_id, source_id, score) values (?, ?, ?, ?)",
                self.claimed,
            ),
            ("insert or ignore into item_veto (item_id, tag_id) values (?, ?)", self.vetoed),
            ("delete from item_veto where item_id = ? and tag_id = ?", self.unvetoed),
            ("insert or replace into prose (item_id, text, source_id) values (?, ?, ?)", self.prose),
            ("delete from prose where item_id = ?", self.no_prose),
            ("update item set trigger = ?, template = ?, trashed_at = ?, mark = ?, stars = ? where id = ?", self.items),
            ("update item set key = ? where id = ?", self.parked),
            ("update item set name = ?, key = ? where id = ?", self.named),
        ):
            if rows:
                db.executemany(statement, rows)
        db.execute(
            "update item set rev = rev + 1 where id in (select value from json_each(?))", (json.dumps(self.revs),)
        )
