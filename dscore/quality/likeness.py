"""Pictures that are the same, or nearly: re-saved, resized, mirrored, with borders."""

from __future__ import annotations

from collections.abc import Sequence
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
    """
    shown = [one for one in pictures if not is_flat(one)]
    owners = [place for place, one in enumerate(shown) for hash_ in (one.phash, one.bare) if hash_ is not None]
    hashes = [hash_ for one in shown for hash_ in (one.phash, one.bare) if hash_ is not None]
    if len(hashes) < 2:
        return []
    first, second = _pairs(np.array(owners), np.array(hashes, np.uint64), distance)
    return [_group([shown[place] for place in group]) for group in groups(first, second)]


def _pairs(owners: Numbers, hashes: NDArray[np.uint64], distance: int) -> tuple[Numbers, Numbers]:
    """Numbers of pictures that are alike, each pair perhaps several times.

    Of pictures with one hash the first stands for all: so a thousand copies are a thousand pairs, and no million.
    """
    known, places = distinct(hashes)
    order = np.argsort(places, kind="stable")
    starts = np.searchsorted(places[order], np.arange(len(known)))
    leaders = owners[order][starts]
    pairs = [near_pairs(known, distance)[:2], near_pairs(known, min(16, distance + MIRRORED), turned=MIRROR)[:2]]
    one = np.concatenate([leaders[places], *(leaders[first] for first, _ in pairs)])
    other = np.concatenate([owners, *(leaders[second] for _, second in pairs)])
    return one, other


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
