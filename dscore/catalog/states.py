"""All of an item that can be edited, as one value; read in bulk, and items that are alike as one kind."""

from __future__ import annotations

import json
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from dscore.catalog.connection import Database

# Up to here a chunk's tags are looked up one by one; above, each item's tags are read in one go.
FEW_TAGS = 12

Claims = tuple[tuple[int, int | None], ...]
"""(source id, score in thousandths or None), by source id."""

_Claimed = tuple[int, int, float, int | None, int | None]  # item, tag, position, source, score: once for each claim


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
    """What of an item is read: all its tags, or only `tags`, which is much quicker; with `ends` the outermost places.

    Without `own`, what each item has of its own is left out, its name and its prose; the others make few kinds.
    """

    tags: Collection[int] | None = None
    ends: bool = False
    own: bool = True


ALL = Look()


class ItemState(NamedTuple):
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
    tags: Mapping[int, Placed] = MappingProxyType({})
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

    def with_tags(self, tags: Mapping[int, Placed], vetoes: frozenset[int]) -> ItemState:
        """The item with these tags and vetoes; three times as quick as `_replace`."""
        return ItemState(
            self.id, self.rev, self.trigger, self.template, self.trashed_at, self.prose, tags, vetoes, self.first, self.last,
            self.name, self.mark, self.stars,
        )  # fmt: skip


class Kind(NamedTuple):
    """Items that are alike in all that was read of them: `state` is that of the first, `revs` are the revs of all by id."""

    state: ItemState
    revs: Mapping[int, int]


def load(db: Database, ids: Collection[int], look: Look = ALL) -> dict[int, ItemState]:
    """The items' states; unknown ids are left out."""
    found = kinds(db, ids, look)
    if look.own:
        return {kind.state.id: kind.state for kind in found}
    return {item: kind.state._replace(id=item, rev=rev) for kind in found for item, rev in kind.revs.items()}


def kinds(
    db: Database, ids: Collection[int], look: Look = ALL, *, apart: Mapping[int, Hashable] | None = None
) -> list[Kind]:
    """The items by kind, so that what is worked out for one state holds for thousands of items; unknown ids are left out.

    Where the look reads what is an item's own, each is a kind of its own. Items of different values of `apart` are never of
    one kind.
    """
    wanted = json.dumps(list(ids))
    parts = _Parts(
        _claimed(db, wanted, look.tags),
        _vetoes(db, wanted, look.tags),
        _ends(db, wanted) if look.ends else {},
        _prose(db, wanted) if look.own else {},
    )
    rows = db.execute(
        """select id, rev, trigger, template, trashed_at, mark, stars, name from item
        where id in (select value from json_each(?))""",
        (wanted,),
    ).fetchall()
    if look.own:
        return [Kind(parts.state(row, name=row[-1]), {row[0]: row[1]}) for row in rows]
    found: dict[Hashable, Kind] = {}
    revs: dict[Hashable, dict[int, int]] = {}
    for row in rows:
        item, rev, *layers, _ = row
        alike = (*layers, *parts.alike(item), None if apart is None else apart.get(item))
        if alike not in found:
            found[alike] = Kind(parts.state(row, name=None), revs.setdefault(alike, {}))
        revs[alike][item] = rev
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Parts:
    """What was read of many items beside their own row; an item that is not there has none of it."""

    claimed: Mapping[int, list[_Claimed]]
    vetoes: Mapping[int, frozenset[int]]
    ends: Mapping[int, tuple[float, float]]
    prose: Mapping[int, Prose]

    def alike(self, item: int) -> tuple[Hashable, ...]:
        """The same for two items of one kind."""
        return tuple([row[1:] for row in self.claimed.get(item, ())]), self.vetoes.get(item), self.ends.get(item)

    def state(self, row: tuple[Any, ...], *, name: str | None) -> ItemState:
        item, rev, trigger, template, trashed_at, mark, stars, _ = row
        tags: dict[int, Placed] = {}
        for _, tag, position, source, score in self.claimed.get(item, ()):
            known = tags.get(tag)
            claims = ((source, score),) if source is not None else ()
            tags[tag] = Placed(position, claims if known is None else tuple(sorted(known.claims + claims)))
        first, last = self.ends.get(item, (0.0, 0.0))
        return ItemState(
            item, rev, trigger, template, trashed_at, self.prose.get(item),
            tags, self.vetoes.get(item, _NONE), first, last, name, mark, stars,
        )  # fmt: skip


_NONE: frozenset[int] = frozenset()


def _claimed(db: Database, wanted: str, tags: Collection[int] | None) -> dict[int, list[_Claimed]]:
    if tags is not None and not tags:
        return {}
    few = () if tags is None or len(tags) > FEW_TAGS else tuple(tags)
    # Bound one by one: a second json_each would be parsed again for every item (seven times as slow).
    only = f"and w.tag_id in ({', '.join('?' * len(few))})" if few else ""
    rows: Iterable[_Claimed] = db.execute(
        f"""select w.item_id, w.tag_id, w.position, s.source_id, s.score
        from json_each(?) i cross join item_tag w on w.item_id = i.value {only}
        left join item_tag_source s on s.item_id = w.item_id and s.tag_id = w.tag_id""",
        (wanted, *few),
    )
    if tags is not None and not few:
        rows = [row for row in rows if row[1] in tags]
    return {item: list(of_item) for item, of_item in groupby(rows, itemgetter(0))}


def _vetoes(db: Database, wanted: str, tags: Collection[int] | None) -> dict[int, frozenset[int]]:
    rows = db.execute(
        "select item_id, tag_id from item_veto where item_id in (select value from json_each(?))", (wanted,)
    )
    vetoes: dict[int, set[int]] = {}
    for item, tag in rows:
        if tags is None or tag in tags:
            vetoes.setdefault(item, set()).add(tag)
    return {item: frozenset(tag_ids) for item, tag_ids in vetoes.items()}


def _ends(db: Database, wanted: str) -> dict[int, tuple[float, float]]:
    rows = db.execute(
        """select item_id, min(position), max(position) from item_tag
        where item_id in (select value from json_each(?)) group by item_id""",
        (wanted,),
    )
    return {item: (first, last) for item, first, last in rows}


def _prose(db: Database, wanted: str) -> dict[int, Prose]:
    rows = db.execute(
        "select item_id, text, source_id from prose where item_id in (select value from json_each(?))", (wanted,)
    )
    return {item: Prose(text, source) for item, text, source in rows}
