"""All of an item that can be edited, as one value: read in bulk, compared, written back in bulk."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from dscore.catalog.connection import Database
from dscore.text.names import fold_name

# Up to here a chunk's tags are looked up one by one; above, each item's tags are read in one go.
FEW_TAGS = 12

Claims = tuple[tuple[int, int | None], ...]
"""(source id, score in thousandths or None), by source id."""


class Placed(NamedTuple):
    """A tag in an item: where it stands, and who says so. Positions only sort; gaps and fractions are usual."""

    position: float
    claims: Claims


class Prose(NamedTuple):
    """An item's sentences and the source that wrote them."""

    text: str
    source_id: int


@dataclass(frozen=True, slots=True)
class Look:
    """What of an item is read: all its tags, or only `tags`, which is much quicker; with `ends` the outermost places."""

    tags: Collection[int] | None = None
    ends: bool = False


ALL = Look()


@dataclass(frozen=True, slots=True)
class ItemState:
    """An item at one moment; `rev` tells whether it has changed since.

    `tags` holds only those that were asked for; `first` and `last` are the outermost positions of all (0 where not asked for).
    `mark` is "keep", "reject" or None, `stars` 0 to 5.
    """

    id: int
    rev: int
    trigger: str | None = None
    template: str | None = None
    trashed_at: str | None = None
    prose: Prose | None = None
    tags: dict[int, Placed] = field(default_factory=dict)
    vetoes: frozenset[int] = frozenset()
    first: float = 0.0
    last: float = 0.0
    name: str | None = None
    mark: str | None = None
    stars: int = 0

    @property
    def ordered(self) -> list[int]:
        """Tag ids as the caption has them."""
        return sorted(self.tags, key=lambda tag: (self.tags[tag].position, tag))

    def with_tags(self, tags: dict[int, Placed], vetoes: frozenset[int]) -> ItemState:
        """The item with these tags and vetoes; several times as quick as `replace`."""
        return ItemState(
            self.id, self.rev, self.trigger, self.template, self.trashed_at, self.prose, tags, vetoes, self.first, self.last,
            self.name, self.mark, self.stars,
        )  # fmt: skip


def load(db: Database, ids: Collection[int], look: Look = ALL) -> dict[int, ItemState]:
    """The items' states; unknown ids are left out."""
    tags = look.tags
    wanted = json.dumps(list(ids))
    placed = _placed(db, wanted, tags)
    vetoes = _vetoes(db, wanted, tags)
    ends = _ends(db, wanted) if look.ends else {}
    prose = {row[0]: Prose(row[1], row[2]) for row in db.execute(
        "select item_id, text, source_id from prose where item_id in (select value from json_each(?))", (wanted,)
    )}  # fmt: skip
    states = {}
    rows = db.execute(
        """select id, rev, trigger, template, trashed_at, name, mark, stars from item
        where id in (select value from json_each(?))""",
        (wanted,),
    )
    for item_id, rev, trigger, template, trashed_at, name, mark, stars in rows.fetchall():
        found = placed.get(item_id, {})
        first, last = ends.get(item_id, (0.0, 0.0))
        states[item_id] = ItemState(
            item_id, rev, trigger, template, trashed_at, prose.get(item_id),
            found, vetoes.get(item_id, frozenset()), first, last, name, mark, stars,
        )  # fmt: skip
    return states


def _placed(db: Database, wanted: str, tags: Collection[int] | None) -> dict[int, dict[int, Placed]]:
    if tags is not None and len(tags) <= FEW_TAGS:
        # Bound one by one: a second json_each would be parsed again for every item (seven times as slow).
        rows = db.execute(
            f"""select w.item_id, w.tag_id, w.position, s.source_id, s.score
            from json_each(?) i cross join item_tag w on w.item_id = i.value and w.tag_id in ({", ".join("?" * len(tags))})
            left join item_tag_source s on s.item_id = w.item_id and s.tag_id = w.tag_id""",
            (wanted, *tags),
        )
        return _grouped(rows)
    rows = db.execute(
        """select w.item_id, w.tag_id, w.position, s.source_id, s.score
        from json_each(?) i cross join item_tag w on w.item_id = i.value
        left join item_tag_source s on s.item_id = w.item_id and s.tag_id = w.tag_id""",
        (wanted,),
    )
    return _grouped(rows if tags is None else [row for row in rows if row[1] in tags])


def _grouped(rows: Iterable[tuple[int, int, float, int | None, int | None]]) -> dict[int, dict[int, Placed]]:
    items: dict[int, dict[int, Placed]] = {}
    for item_id, tag_id, position, source_id, score in rows:
        of_item = items.get(item_id)
        if of_item is None:
            of_item = items[item_id] = {}
        known = of_item.get(tag_id)
        claims = ((source_id, score),) if source_id is not None else ()
        of_item[tag_id] = Placed(position, claims if known is None else tuple(sorted(known.claims + claims)))
    return items


def _vetoes(db: Database, wanted: str, tags: Collection[int] | None) -> dict[int, frozenset[int]]:
    vetoes: dict[int, set[int]] = {}
    rows = db.execute(
        "select item_id, tag_id from item_veto where item_id in (select value from json_each(?))", (wanted,)
    )
    for item_id, tag_id in rows:
        if tags is None or tag_id in tags:
            vetoes.setdefault(item_id, set()).add(tag_id)
    return {item_id: frozenset(tag_ids) for item_id, tag_ids in vetoes.items()}


def _ends(db: Database, wanted: str) -> dict[int, tuple[float, float]]:
    rows = db.execute(
        """select item_id, min(position), max(position) from item_tag
        where item_id in (select value from json_each(?)) group by item_id""",
        (wanted,),
    )
    return {item_id: (first, last) for item_id, first, last in rows}


class Pair(NamedTuple):
    """An item before and after an edit."""

    before: ItemState
    after: ItemState


def stale(db: Database, states: Collection[ItemState]) -> set[int]:
    """The items among these that somebody has changed, or deleted, since they were read."""
    wanted = json.dumps([state.id for state in states])
    revs = dict(
        db.execute("select id, rev from item where id in (select value from json_each(?))", (wanted,)).fetchall()
    )
    return {state.id for state in states if revs.get(state.id) != state.rev}


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
        before, after = pair
        item = after.id
        own = (after.trigger, after.template, after.trashed_at, after.mark, after.stars)
        if own != (before.trigger, before.template, before.trashed_at, before.mark, before.stars):
            self.items.append((*own, item))
        self.revs.append(item)
        if _is_renamed(pair):
            self.parked.append((f"\x7f{item}", item))  # no name folds to that: two items can so exchange theirs
            self.named.append((after.name, fold_name(after.name or ""), item))
        if before.tags is not after.tags:
            self._take_tags(item, before.tags, after.tags)
        if before.vetoes != after.vetoes:
            self.vetoed.extend((item, tag) for tag in after.vetoes - before.vetoes)
            self.unvetoed.extend((item, tag) for tag in before.vetoes - after.vetoes)
        if before.prose != after.prose:
            if after.prose is None:
                self.no_prose.append((item,))
            else:
                self.prose.append((item, after.prose.text, after.prose.source_id))

    def _take_tags(self, item: int, before: dict[int, Placed], after: dict[int, Placed]) -> None:
        self.gone.extend((item, tag) for tag in before if tag not in after)
        for tag, placed in after.items():
            known = before.get(tag)
            if known is placed:
                continue
            if known is None:
                self.placed.append((item, tag, placed.position))
                self.claimed.extend((item, tag, source, score) for source, score in placed.claims)
                continue
            if known.position != placed.position:
                self.moved.append((placed.position, item, tag))
            if known.claims != placed.claims:
                kept = {source for source, _ in placed.claims}
                self.unclaimed.extend((item, tag, source) for source, _ in known.claims if source not in kept)
                self.claimed.extend((item, tag, *claim) for claim in placed.claims if claim not in known.claims)

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
