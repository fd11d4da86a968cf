"""Pictures that are the same, or nearly: re-saved, resized, mirrored, with borders."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dscore.media.neighbours import MIRROR, distinct, groups, near_pairs
from dscore.quality.findings import Case, Repair
from dscore.quality.pictures import TRAINED, is_flat
from dscore.quality.subjects import Numbers, Picture

NEAR = 8
"""Bits of 64 that the hashes of near duplicates may differ in: re-saved, resized and brightened copies do by up to 8 or so."""

MIRRORED = 2
"""A mirrored picture's hash may differ in so many bits more."""

SAME = 2
"""Copies of one size, saved again, differ in so many bits at most."""

LOSSY = frozenset({"jpeg", "webp"})

SHAPE = 0.02
"""By how much the aspects of two copies of one picture may differ."""


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures that are alike, the best first; `same` says that all are copies of it, not only near it."""

    pictures: tuple[Picture, ...]
    same: bool

    @property
    def best(self) -> Picture:
        """The one that is worth keeping."""
        return self.pictures[0]

    @property
    def items(self) -> tuple[int, ...]:
        """The ids, by id."""
        return tuple(sorted(one.item for one in self.pictures))


def alike(pictures: Sequence[Picture], *, distance: int = NEAR) -> list[Group]:
    """Groups of pictures whose hashes differ in at most `distance` bits, mirrored ones and those with borders among them.

    Each is alike to one picture of its group, so that pictures do not chain. Flat ones are left out: they all have one hash.
    No two that a person told apart are in one group.
    """
    shown = [one for one in pictures if not is_flat(one)]
    owners = [place for place, one in enumerate(shown) for hash_ in (one.phash, one.bare) if hash_ is not None]
    hashes = [hash_ for one in shown for hash_ in (one.phash, one.bare) if hash_ is not None]
    if len(hashes) < 2:
        return []
    apart = _apart(shown)
    first, second = _pairs(np.array(owners), np.array(hashes, np.uint64), distance, apart)
    return [_group([shown[place] for place in group]) for group in groups(first, second, apart)]


def _apart(shown: Sequence[Picture]) -> dict[int, set[int]]:
    """Place → the places of those that a person told it apart from."""
    marked = [(place, one) for place, one in enumerate(shown) if one.different]
    places = {one.image: place for place, one in marked}
    return {place: {places[image] for image in one.different if image in places} for place, one in marked}


def _pairs(
    owners: Numbers, hashes: NDArray[np.uint64], distance: int, apart: Collection[int]
) -> tuple[Numbers, Numbers]:
    """Numbers of pictures that are alike, each pair perhaps several times.

    Of pictures with one hash the first stands for all: so a thousand copies are a thousand pairs, and no million. But those in
    `apart` stand for themselves, since the first may be in another group.
    """
    known, places = distinct(hashes)
    alone = np.isin(owners, list(apart))
    order = np.lexsort((alone, places))
    starts = np.searchsorted(places[order], np.arange(len(known) + 1))
    leaders = owners[order][starts[:-1]]
    plain, turned = near_pairs(known, distance), near_pairs(known, min(16, distance + MIRRORED), turned=MIRROR)
    first, second = (np.concatenate([plain[side], turned[side]]) for side in (0, 1))
    pairs = [(leaders[places], owners), (leaders[first], leaders[second])]
    if apart:
        pairs += _by_themselves(owners, places, alone, first, second)
    one, other = (np.concatenate(column) for column in zip(*pairs, strict=True))
    return one, other


def _by_themselves(
    owners: Numbers, places: Numbers, alone: NDArray[np.bool_], first: Numbers, second: Numbers
) -> Iterator[tuple[Numbers, Numbers]]:
    """Each of the rows `alone` with all pictures whose hash is its own, or near it: `first` and `second` are near hashes."""
    wanted = np.unique(places[alone])
    one, other = np.concatenate([wanted, first, second]), np.concatenate([wanted, second, first])
    asked = np.isin(one, wanted)
    one, other = one[asked], other[asked]
    near = np.isin(places, other)
    members, hashes = owners[near], places[near]
    for row in np.flatnonzero(alone):
        beside = members[np.isin(hashes, other[one == places[row]])]
        yield np.full(len(beside), owners[row]), beside


def _group(found: Sequence[Picture]) -> Group:
    ranked = tuple(sorted(found, key=_rank))
    best = ranked[0]
    return Group(ranked, all(_is_copy(one, best) for one in ranked[1:]))


def _rank(one: Picture) -> tuple[int, bool, float, int]:
    """The best first: the most pixels, a format that trainers read, the least squeezed (PNG is not at all), the oldest."""
    squeezed = -one.bytes if one.format in LOSSY else float("-inf")
    return (-one.width * one.height, one.format not in TRAINED, squeezed, one.item)


def _is_copy(one: Picture, other: Picture) -> bool:
    shape = (one.width * other.height) / (one.height * other.width)
    return (one.phash ^ other.phash).bit_count() <= SAME and abs(shape - 1) <= SHAPE


def duplicates(pictures: Sequence[Picture]) -> list[Case]:
    """Copies of one picture, re-saved or resized; the best of each group stays, the rest may go to the trash."""
    return [
        Case(group.items, _words(group), repair=Repair("trash", tuple(sorted(one.item for one in group.pictures[1:]))))
        for group in alike(pictures, distance=SAME)
        if group.same
    ]


def near_duplicates(pictures: Sequence[Picture]) -> list[Case]:
    """Pictures that are nearly the same: cropped, brightened, mirrored, with borders, or the next frame of a film."""
    return [Case(group.items, _words(group)) for group in alike(pictures) if not group.same]


def _words(group: Group) -> str:
    names = [f"“{one.name}”" for one in group.pictures]
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(names[:4]) + more
