"""Pictures that look alike: all pairs of 64-bit perceptual hashes within a Hamming distance, and bounded groups of them.

Multi-index hashing (Norouzi, Punjani, Fleet, 2012): of two hashes within `distance` bits, one of four parts of 16 bits is
within a share of it, so each part's table is asked for near keys only. Nothing within the distance is ever missed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Hashes = npt.NDArray[np.uint64]
    Places = npt.NDArray[np.int64]
    Pairs = tuple[Places, Places, npt.NDArray[np.uint8]]

PARTS, PART_BITS = 4, 16
FEW = 2000
"""Up to here each hash is compared with every other one, which is quicker."""

MOST_DISTANCE = 16
NEVER: Mapping[int, Collection[int]] = {}

BLOCK = 1 << 21
"""Candidates that are compared at once: 50 MB of memory, however many there are in all."""

MOST_PAIRS = 5_000_000
"""Beyond so many no more are looked for: thousands of frames of a camera that stands still would fill the memory with pairs."""

MIRROR = 0x5555555555555555
"""The bits of `hashing.perceptual_hash` that turn over where a picture is mirrored left to right: its odd columns of frequencies.

A mirrored picture has these coefficients with the other sign. The median that all are compared with moves a little, so a
few bits of the rest may differ, too.
"""


def near_pairs(hashes: Sequence[int] | Hashes, distance: int, *, turned: int = 0) -> Pairs:
    """(first, second, bits that differ) of every pair of places whose hashes differ in at most `distance` bits, 0 to 16.

    `first` < `second`; sorted. With `turned` it is the second hash with these bits turned over that is compared. The hashes are
    meant to be different ones: see `distinct`. 100,000 take less than 2 s at a distance of 10.
    """
    import numpy as np

    if not 0 <= distance <= MOST_DISTANCE:
        raise ValueError(f"a distance from 0 to {MOST_DISTANCE}, not {distance}")
    known = np.asarray(hashes, dtype=np.uint64)
    if len(known) < 2:
        none = np.empty(0, np.int64)
        return none, none, np.empty(0, np.uint8)
    found = list(_compared(known, _candidates(known, distance, turned), distance, turned))
    codes, bits = (np.concatenate(columns) for columns in zip(*found, strict=True))
    codes, places = np.unique(codes, return_index=True)
    first, second = np.divmod(codes, len(known))
    return first, second, bits[places]


def distinct(hashes: Sequence[int] | Hashes) -> tuple[Hashes, Places]:
    """The different hashes, sorted, and for each of the given ones its place among them."""
    import numpy as np

    found, places = np.unique(np.asarray(hashes, dtype=np.uint64), return_inverse=True)
    return found, places.reshape(-1)


def groups(
    first: Sequence[int] | Places, second: Sequence[int] | Places, apart: Mapping[int, Collection[int]] = NEVER
) -> list[list[int]]:
    """Places in groups by pairs of alike ones; each member is alike to the group's first, so nothing chains.

    The one with the most neighbours begins a group, and takes all that have none yet. Those alone are left out. `apart` says
    of a place with which others it shall be in no group, and of those the same.
    """
    import numpy as np

    one, other = np.asarray(first, np.int64), np.asarray(second, np.int64)
    two = one != other
    one, other = np.concatenate([one[two], other[two]]), np.concatenate([other[two], one[two]])
    if not len(one):
        return []
    number = int(one.max()) + 1
    codes = np.sort(
        one * number + other
    )  # sorted by ourselves: numpy's `unique` hashes, which takes a minute for ten million
    one, other = np.divmod(codes[np.diff(codes, prepend=-1) > 0], number)
    starts = np.searchsorted(one, np.arange(number + 1))
    degree = np.diff(starts)
    free = degree > 0
    found = []
    for centre in np.lexsort((np.arange(number), -degree)).tolist():
        if not degree[centre]:
            break
        if not free[centre]:
            continue
        free[centre] = False
        beside = other[starts[centre] : starts[centre + 1]]
        others = _together(centre, beside[free[beside]], apart)
        if len(others):
            free[others] = False
            found.append([centre, *others.tolist()])
    return sorted(found)


def _together(centre: int, others: Places, apart: Mapping[int, Collection[int]]) -> Places:
    """Those that may be in a group with it: none that is apart from it, or from one before."""
    if not apart:
        return others
    import numpy as np

    taken, refused = list[int](), set(apart.get(centre, ()))
    for other in others.tolist():
        if other not in refused:
            taken.append(other)
            refused.update(apart.get(other, ()))
    return np.array(taken, np.int64)


def _compared(
    known: Hashes, candidates: Iterator[tuple[Places, Places]], distance: int, turned: int
) -> Iterator[tuple[Places, npt.NDArray[np.uint8]]]:
    """Those candidates that are within the distance, as first * number + second, and their distance."""
    import numpy as np

    yield np.empty(0, np.int64), np.empty(0, np.uint8)
    flip, number, pairs = np.uint64(turned), len(known), 0
    for left, right in candidates:
        if pairs > MOST_PAIRS:
            return
        bits = np.bitwise_count(known[left] ^ known[right] ^ flip)
        near = np.flatnonzero(bits <= distance)
        pairs += len(near)
        one, other = left[near], right[near]
        yield np.minimum(one, other) * number + np.maximum(one, other), bits[near]


def _candidates(known: Hashes, distance: int, turned: int) -> Iterator[tuple[Places, Places]]:
    import numpy as np

    if len(known) <= FEW:
        yield from _all_pairs(len(known))
        return
    for bits, radius in zip(_parts(known), _radii(distance), strict=True):
        if radius >= 0:
            yield from _of_part(_keys(known, bits), radius, int(_keys(np.array([turned], np.uint64), bits)[0]))


def _all_pairs(number: int) -> Iterator[tuple[Places, Places]]:
    import numpy as np

    for first in range(0, number, 500):
        left = np.arange(first, min(first + 500, number))
        one, other = np.nonzero(left[:, None] < np.arange(number)[None, :])
        yield left[one], other


def _parts(known: Hashes) -> list[list[int]]:
    """The 64 bits dealt to four parts, so that those that tell hashes apart are spread evenly: else one part may tell nothing."""
    import numpy as np

    ones = [int(np.count_nonzero(known >> np.uint64(bit) & np.uint64(1))) for bit in range(PARTS * PART_BITS)]
    ranked = sorted(range(PARTS * PART_BITS), key=lambda bit: abs(2 * ones[bit] - len(known)))
    return [ranked[part::PARTS] for part in range(PARTS)]


def _keys(known: Hashes, bits: Sequence[int]) -> Places:
    """These bits of each hash as one number."""
    import numpy as np

    keys = np.zeros(len(known), np.int64)
    for place, bit in enumerate(bits):
        keys |= (known >> np.uint64(bit) & np.uint64(1)).astype(np.int64) << place
    return keys


def _radii(distance: int) -> list[int]:
    """How far off each part's key may be: were all further off, more than `distance` bits would differ. -1: leave it out."""
    whole, more = divmod(distance + 1, PARTS)
    return [whole if part < more else whole - 1 for part in range(PARTS)]


def _of_part(keys: Places, radius: int, turned: int) -> Iterator[tuple[Places, Places]]:
    """Places whose keys differ in at most `radius` bits, once `turned` is turned over in one of them."""
    import numpy as np

    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.searchsorted(ordered, np.arange((1 << PART_BITS) + 1))
    present = np.flatnonzero(np.diff(starts))
    for mask in _masks(radius):
        apart = mask ^ turned
        partner = present ^ apart
        # Each two keys once; where they are the same, `_joined` takes each two places once.
        chosen = partner > present if apart else partner == present
        mine, theirs = present[chosen], partner[chosen]
        there = starts[theirs + 1] > starts[theirs]
        yield from _joined(order, starts, mine[there], theirs[there])


def _masks(radius: int) -> list[int]:
    return [
        sum(1 << bit for bit in bits) for count in range(radius + 1) for bits in combinations(range(PART_BITS), count)
    ]


def _joined(order: Places, starts: Places, mine: Places, theirs: Places) -> Iterator[tuple[Places, Places]]:
    """Every place under one of `mine` with every place under its partner in `theirs`, block by block."""
    import numpy as np

    sizes = starts[mine + 1] - starts[mine]
    left = _spread(starts[mine], sizes)
    widths = np.repeat(starts[theirs + 1] - starts[theirs], sizes)
    begins = np.repeat(starts[theirs], sizes)
    if len(mine) and mine[0] == theirs[0]:  # within one key: only those behind
        widths -= left - begins + 1
        begins = left + 1
    done = 0
    ends = np.cumsum(widths)
    while done < len(left):
        before = int(ends[done - 1]) if done else 0
        until = max(done + 1, int(np.searchsorted(ends, before + BLOCK, side="right")))
        block = slice(done, until)
        yield order[np.repeat(left[block], widths[block])], order[_spread(begins[block], widths[block])]
        done = until


def _spread(begins: Places, sizes: Places) -> Places:
    """begins[0], begins[0] + 1, … for each of its `sizes`, one after the other."""
    import numpy as np

    ends = np.cumsum(sizes)
    return np.repeat(begins - ends + sizes, sizes) + np.arange(int(ends[-1]) if len(ends) else 0)
