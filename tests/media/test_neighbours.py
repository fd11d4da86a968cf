"""Near pairs: exactly those that comparing each with each finds, quickly, and groups that do not chain."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageOps

from dscore.media import neighbours
from dscore.media.hashing import hamming, perceptual_hash
from dscore.media.neighbours import MIRROR, distinct, groups, near_pairs
from tests.media.pictures import photo

HASHES = st.lists(st.integers(0, 2**64 - 1), max_size=40, unique=True)


def by_force(hashes: list[int], distance: int, turned: int = 0) -> list[tuple[int, int, int]]:
    return [
        (one, other, bits)
        for one in range(len(hashes))
        for other in range(one + 1, len(hashes))
        if (bits := hamming(hashes[one] ^ turned, hashes[other])) <= distance
    ]


def found(hashes: list[int], distance: int, turned: int = 0) -> list[tuple[int, int, int]]:
    first, second, bits = near_pairs(hashes, distance, turned=turned)
    return list(zip(first.tolist(), second.tolist(), bits.tolist(), strict=True))


def crowd(seed: int, number: int, distance: int) -> list[int]:
    """Hashes with very many at just about this distance from one another, also over turned bits."""
    rng = np.random.default_rng(seed)
    hashes = set()
    for centre in rng.integers(0, 2**64, number // 4, dtype=np.uint64).tolist():
        for turned in (0, 0, MIRROR, 0):
            bits = rng.choice(64, int(rng.integers(0, distance + 2)), replace=False)
            hashes.add(centre ^ turned ^ sum(1 << int(bit) for bit in bits))
    return sorted(hashes)


@settings(max_examples=60, deadline=None)
@given(HASHES, st.integers(0, 16), st.sampled_from([0, MIRROR]))
def test_all_pairs_are_found_and_no_others(hashes: list[int], distance: int, turned: int) -> None:
    assert found(hashes, distance, turned) == by_force(hashes, distance, turned)


@pytest.mark.parametrize("distance", [0, 1, 3, 4, 7, 8, 10, 16])
@pytest.mark.parametrize("turned", [0, MIRROR], ids=["plain", "mirrored"])
def test_the_tables_find_what_comparing_all_finds(distance: int, turned: int, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = crowd(distance, 320, distance)
    monkeypatch.setattr(neighbours, "FEW", 1)
    monkeypatch.setattr(neighbours, "BLOCK", 50)
    assert found(hashes, distance, turned) == by_force(hashes, distance, turned)
    assert len(found(hashes, distance, turned)) > 10 or not distance


def test_a_hundred_thousand_take_less_than_two_seconds() -> None:
    hashes = np.random.default_rng(1).integers(0, 2**64, 100_000, dtype=np.uint64)
    hashes[1] = hashes[0] ^ np.uint64(0b1011)
    before = time.process_time()
    first, second, bits = near_pairs(hashes, 8)
    assert time.process_time() - before < 2
    assert (0, 1, 3) in zip(first.tolist(), second.tolist(), bits.tolist(), strict=True)


def test_hashes_that_share_half_their_bits_do_not_explode() -> None:
    rng = np.random.default_rng(2)
    hashes = np.unique(rng.integers(0, 2**32, 30_000, dtype=np.uint64) << np.uint64(16))
    before = time.process_time()
    near_pairs(hashes, 4)
    assert time.process_time() - before < 2


def test_equal_hashes_are_one() -> None:
    hashes, places = distinct([7, 5, 7, 7, 5])
    assert (hashes.tolist(), places.tolist()) == ([5, 7], [1, 0, 1, 1, 0])
    assert near_pairs(distinct([9] * 100_000)[0], 10)[0].tolist() == []


def test_a_group_is_alike_to_its_first_and_does_not_chain() -> None:
    chain = [(one, one + 1) for one in range(6)]
    first, second = zip(*chain, strict=True)
    assert groups(first, second) == [[1, 0, 2], [3, 4], [5, 6]]
    assert groups([], []) == []


def test_what_is_apart_is_in_no_group_together() -> None:
    star = [(0, 1), (0, 2), (0, 3), (2, 3)]
    first, second = zip(*star, strict=True)
    assert groups(first, second, {1: {2}, 2: {1}}) == [[0, 1, 3]]
    assert groups(first, second, {0: {1}, 1: {0}}) == [[0, 2, 3]]
    assert groups(first, second, {0: {1, 2}, 1: {0}, 2: {0}}) == [[0, 3]]
    assert groups(first, second, {one: {0, 1, 2, 3} - {one} for one in range(4)}) == []


def test_frames_of_a_camera_that_stands_still_end_in_time() -> None:
    rng = np.random.default_rng(3)
    bits = np.uint64(1) << rng.integers(0, 64, (2400, 3), dtype=np.uint64)
    hashes = np.unique(bits[:, 0] ^ bits[:, 1] ^ bits[:, 2])
    before = time.process_time()
    first, second, _ = near_pairs(hashes, 8)
    found = groups(first, second)
    assert len(found) < 200
    assert sum(map(len, found)) > 0.9 * len(hashes)
    assert time.process_time() - before < 10


def test_there_is_an_end_to_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "MOST_PAIRS", 100)
    assert 100 < len(near_pairs(list(range(1000)), 16)[0]) < 499_500


def test_a_distance_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="0 to 16"):
        near_pairs([1, 2], 17)


@pytest.mark.parametrize("seed", range(8))
def test_a_mirrored_picture_has_the_turned_hash_but_for_a_few_bits(seed: int) -> None:
    grey = photo(240, 180, seed=seed).convert("L")
    assert hamming(perceptual_hash(grey) ^ MIRROR, perceptual_hash(ImageOps.mirror(grey))) <= 10
