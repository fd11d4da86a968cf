"""The hashes: equal to their definitions, near for near pictures."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dscore.media.hashing import hamming, perceptual_hash, sha256_of
from tests.media.pictures import bytes_of, photo, saved


def _by_definition(grey: Image.Image) -> int:
    """pHash as imagehash writes it down, one sum at a time."""
    pixels = np.asarray(grey.resize((32, 32), Image.Resampling.LANCZOS), dtype=np.float64)
    n = np.arange(32)
    low = np.array(
        [
            [
                4
                * (pixels * np.outer(np.cos(np.pi * u * (2 * n + 1) / 64), np.cos(np.pi * v * (2 * n + 1) / 64))).sum()
                for v in range(8)
            ]
            for u in range(8)
        ]
    )
    bits = "".join("1" if bit else "0" for bit in (low > np.median(low)).ravel())
    return int(bits, 2)


@pytest.mark.parametrize("seed", range(5))
def test_the_hash_is_the_formula(seed: int) -> None:
    grey = photo(300, 200, seed=seed).convert("L")
    assert perceptual_hash(grey) == _by_definition(grey)


def test_the_hash_is_near_for_copies_and_far_for_others(tmp_path: Path) -> None:
    original = photo(600, 400)
    known = perceptual_hash(original.convert("L"))
    with Image.open(saved(tmp_path / "a.jpg", bytes_of(original, "JPEG", quality=30))) as jpeg:
        assert hamming(known, perceptual_hash(jpeg.convert("L"))) <= 4
    assert hamming(known, perceptual_hash(original.resize((150, 100)).convert("L"))) <= 4
    assert hamming(known, perceptual_hash(photo(600, 400, seed=1).convert("L"))) > 16


def test_a_hash_is_64_bits_without_a_sign() -> None:
    assert 0 <= perceptual_hash(Image.new("L", (5, 5), 255)) < 1 << 64


def test_hamming_counts_bits() -> None:
    assert hamming(0b1011, 0b0010) == 2
    assert hamming(0, (1 << 64) - 1) == 64


def test_sha256_is_of_the_bytes(tmp_path: Path) -> None:
    content = b"picture" * 100_000
    assert sha256_of(saved(tmp_path / "a", content)) == hashlib.sha256(content).hexdigest()
