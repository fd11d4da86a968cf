"""What tuning would do to a dataset, computed for all pictures at once and written nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dscore.catalog import captions, columns, states
from dscore.catalog import tags as tag_table
from dscore.catalog.columns import among
from dscore.catalog.connection import Database
from dscore.models import Category, Mode
from dscore.pipeline.curate import Example
from dscore.pipeline.render import caption_of, renderers
from dscore.pipeline.retagging import Found, retag, twin_key
from dscore.pipeline.tuning_desk import Desk, Tuning, chosen_on
from dscore.taggers.choose import Chosen
from dscore.taggers.wording import bans

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dscore.taggers.sheet import Numbers

    Mask = NDArray[np.bool_]

EXAMPLES = 3
_WIDE = 1 << 32
"""A picture's number times this, plus a tag's number, is one number for both."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The tags that the pictures of a desk have now; tags are numbers that point into `names`.

    `item` counts from 0 as on the desk, by item and then as in the caption; `twin` is what spellings of one tag share, a number
    of `twins`. `free`: only taggers claim it. `keys` are all (item, tag), `vetoes` all (item, twin), both sorted.
    """

    item: Numbers
    tag: Numbers
    twin: Numbers
    free: Mask
    keys: Numbers
    vetoes: Numbers
    names: tuple[str, ...]
    places: Mapping[str, int]
    categories: Mapping[str, Category]
    twins: Mapping[str, int]
    revs: Mapping[int, int]


def stand(db: Database, desk: Desk) -> Standing:
    """Read them."""
    ids = desk.items.tolist()
    now = columns.tags_of(db, ids, taggers=tag_table.machine_sources(db))
    veto_item, veto_tag = columns.vetoes_of(db, ids)
    tag_ids, tag = np.unique(np.concatenate([now.tag, veto_tag]), return_inverse=True)
    by_id = tag_table.names(db, tag_ids.tolist())
    names = tuple(by_id[one] for one in tag_ids.tolist())
    twins: dict[str, int] = {}
    twin = np.array([twins.setdefault(twin_key(name), len(twins)) for name in names], np.int64)
    item, vetoed = np.searchsorted(desk.items, now.item), np.searchsorted(desk.items, veto_item)
    tag, veto = tag[: len(item)], twin[tag[len(item) :]]
    return Standing(
        item=item,
        tag=tag,
        twin=twin[tag],
        free=now.free,
        keys=np.sort(item * _WIDE + tag),
        vetoes=np.sort(vetoed * _WIDE + veto),
        names=names,
        places={name: number for number, name in enumerate(names)},
        categories=tag_table.categories(db, names),
        twins=twins,
        revs=columns.revs_of(db, ids),
    )


@dataclass(frozen=True, slots=True)
class Move:
    """A tag, and how many pictures have it before and after."""

    name: str
    category: Category
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What tuning would do. Of `scope` pictures `scored` are looked at, and the captions of `revs` (with their revs) change.

    `gaining` and `losing` count pictures (one may do both), `reordered` those of which only the order changes; `tags` and
    `bare` (pictures without any tag) are (before, after). `moves` are the tags of all these pictures, the most changed first;
    `chosen` is what was chosen for all of them. `trigger_spared` is the trigger word, where the blacklist names it.
    """

    scope: int
    scored: int
    revs: Mapping[int, int]
    gaining: int
    losing: int
    reordered: int
    tags: tuple[int, int]
    bare: tuple[int, int]
    moves: tuple[Move, ...]
    chosen: Chosen
    trigger_spared: str = ""

    @property
    def changed(self) -> int:
        """How many captions change."""
        return len(self.revs)


def preview(desk: Desk, standing: Standing, tuning: Tuning) -> Preview:
    """Try it on everything on the desk."""
    trial = _try(desk, standing, tuning)
    gains, loses = trial.gains(), trial.loses()
    moved = trial.moved(gains | loses)
    before, after = trial.counts()
    ids = desk.items[gains | loses | moved].tolist()
    bare_before, bare_after = (int((~has).sum()) for has in trial.tagged())
    return Preview(
        scope=desk.scope,
        scored=len(desk.items),
        revs={item: standing.revs[item] for item in ids if item in standing.revs},
        gaining=int(gains.sum()),
        losing=int(loses.sum()),
        reordered=int(moved.sum()),
        tags=(int(before.sum()), int(after.sum())),
        bare=(bare_before, bare_after),
        moves=tuple(_moves(trial, before, after)),
        chosen=trial.chosen,
        trigger_spared=desk.dataset.trigger if bans(tuning.rules.blacklist, desk.dataset.trigger) else "",
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """All tags that stand (`kept`: whatever is chosen) and all that are chosen (`fresh`: those that get in), as `retag` has it.

    `tag` is each chosen line's number in `names`, which begin with those of `standing`.
    """

    pictures: int
    standing: Standing
    chosen: Chosen
    names: tuple[str, ...]
    tag: Numbers
    kept: Mask
    fresh: Mask

    def gains(self) -> Mask:
        """The pictures that get a tag which they lack, [pictures]."""
        lacking = ~among(self.chosen.picture * _WIDE + self.tag, self.standing.keys)
        return self._occur(self.chosen.picture[self.fresh & lacking])

    def loses(self) -> Mask:
        """The pictures that lose a tag, [pictures]."""
        stays = np.sort((self.chosen.picture * _WIDE + self.tag)[self.fresh])
        lost = ~self.kept & ~among(self.standing.item * _WIDE + self.standing.tag, stays)
        return self._occur(self.standing.item[lost])

    def moved(self, other: Mask) -> Mask:
        """The pictures, besides the others, whose tags stay the same in another order."""
        before = ~self.kept & ~other[self.standing.item]
        after = self.fresh & ~other[self.chosen.picture]
        # The same tags, so the same number of lines for each picture.
        differs = self.standing.tag[before] != self.tag[after]
        return self._occur(self.standing.item[before][differs])

    def counts(self) -> tuple[Numbers, Numbers]:
        """How many pictures have each tag, before and after, [names]."""
        number = len(self.names)
        before = np.bincount(self.standing.tag, minlength=number)
        after = np.bincount(self.standing.tag[self.kept], minlength=number)
        return before, after + np.bincount(self.tag[self.fresh], minlength=number)

    def tagged(self) -> tuple[Mask, Mask]:
        """The pictures with any tag, before and after, [pictures]."""
        left = self._occur(self.standing.item[self.kept]) | self._occur(self.chosen.picture[self.fresh])
        return self._occur(self.standing.item), left

    def _occur(self, lines: Numbers) -> Mask:
        found: Mask = np.bincount(lines, minlength=self.pictures) > 0
        return found


def _try(desk: Desk, standing: Standing, tuning: Tuning) -> _Trial:
    chosen, mode = chosen_on(desk, tuning), tuning.mode
    names, place, twins = list(standing.names), dict(standing.places), dict(standing.twins)
    for name in chosen.names:
        if name not in place:
            place[name] = len(names)
            names.append(name)
    tags = np.array([place[name] for name in chosen.names], np.int64)
    twin = np.array([twins.setdefault(twin_key(name), len(twins)) for name in chosen.names], np.int64)
    kept = ~standing.free if mode is Mode.MERGE else np.full(len(standing.item), mode is not Mode.OVERWRITE)
    wanted = chosen.picture * _WIDE + twin[chosen.name]
    stays = standing.item[kept] * _WIDE + standing.twin[kept]
    fresh = ~among(wanted, standing.vetoes) & ~among(wanted, np.sort(stays))
    if mode is Mode.SKIP:
        fresh &= np.bincount(standing.item, minlength=len(desk.items))[chosen.picture] == 0
    return _Trial(len(desk.items), standing, chosen, tuple(names), tags[chosen.name], kept, fresh)


def _moves(trial: _Trial, before: Numbers, after: Numbers) -> Iterator[Move]:
    learnt = dict(zip(trial.chosen.names, trial.chosen.categories, strict=True))
    there = np.flatnonzero((before > 0) | (after > 0))
    order = there[np.lexsort((-(before + after)[there], -np.abs(after - before)[there]))]
    counts = zip(order.tolist(), before[order].tolist(), after[order].tolist(), strict=True)
    for number, was, becomes in counts:
        name = trial.names[number]
        yield Move(name, learnt.get(name) or trial.standing.categories[name], was, becomes)


def spread(ids: Iterable[int], number: int = EXAMPLES) -> list[int]:
    """A few of the items, the same ones as long as they are among them, so that examples stay while a slider moves."""
    return sorted(sorted(ids, key=lambda item: (item * 0x9E3779B1) & 0xFFFFFFFF)[:number])


def examples(db: Database, desk: Desk, mode: Mode, chosen: Chosen, ids: Sequence[int]) -> list[Example]:
    """The captions of these items before, and after what a preview has chosen."""
    found = states.load(db, ids)
    wanted = {item: _names_of(desk, chosen, item) for item in found}
    numbers = tag_table.ids(db, {name for names in wanted.values() for name in names})
    new = sorted({name for names in wanted.values() for name in names} - numbers.keys())
    numbers |= {name: -place for place, name in enumerate(new, 1)}
    there = tag_table.names(db, {tag for one in found.values() for tag in (*one.tags, *one.vetoes)})
    names = there | {number: name for name, number in numbers.items()}
    taggers, style = tag_table.machine_sources(db), renderers(desk.dataset)
    shown = []
    for one in (one for chunk in captions.layers(db, desk.dataset.id, ids) for one in chunk):
        asked = [Found(numbers[name], ((0, None),)) for name in wanted[one.item_id]]
        after = retag(found[one.item_id], asked, mode=mode, taggers=taggers, twin=lambda tag: twin_key(names[tag]))
        layers = replace(one.layers, tags=tuple(names[tag] for tag in after.ordered))
        tuned = caption_of(replace(one, layers=layers), style)
        shown.append(Example(one.item_id, one.name, caption_of(one, style), tuned))
    return shown


def _names_of(desk: Desk, chosen: Chosen, item: int) -> list[str]:
    picture = int(np.searchsorted(desk.items, item))
    first, last = np.searchsorted(chosen.picture, [picture, picture + 1])
    return [chosen.names[name] for name in chosen.name[first:last].tolist()]
