"""Even borders are found and left away; a picture without them, or of hardly anything else, stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from dscore.media.borders import bare_hash, inner_box
from dscore.media.decode import decode
from dscore.media.hashing import hamming, perceptual_hash
from tests.media.pictures import photo


def framed(inner: Image.Image, borders: tuple[int, int, int, int], colour: str) -> Image.Image:
    left, top, right, bottom = borders
    whole = Image.new("RGB", (inner.width + left + right, inner.height + top + bottom), colour)
    whole.paste(inner, (left, top))
    return whole


@pytest.mark.parametrize("borders", [(0, 40, 0, 40), (30, 0, 30, 0), (20, 20, 20, 20), (0, 0, 0, 60)])
@pytest.mark.parametrize("colour", ["black", "white", "navy"])
def test_borders_are_left_away(borders: tuple[int, int, int, int], colour: str) -> None:
    inner = photo(300, 200, seed=2)
    left, top, right, bottom = inner_box(framed(inner, borders, colour)) or (0, 0, 0, 0)
    assert (left, top) == pytest.approx(borders[:2], abs=1)
    assert (right - left, bottom - top) == pytest.approx(inner.size, abs=2)


@pytest.mark.parametrize("quality", [30, 90])
def test_a_letterboxed_jpeg_is_near_the_picture_inside(quality: int, tmp_path: Path) -> None:
    inner = photo(640, 360, seed=3)
    path = tmp_path / "boxed.jpg"
    framed(inner, (0, 90, 0, 90), "black").save(path, quality=quality)
    found = decode(path)
    plain = perceptual_hash(inner.convert("L"))
    assert found.bare is not None
    assert hamming(found.bare, plain) <= 4 < hamming(found.phash, plain)


def test_what_has_no_borders_says_so() -> None:
    assert bare_hash(photo(300, 200, seed=4), 192) is None
    assert bare_hash(framed(photo(300, 200, seed=4), (2, 1, 2, 1), "black"), 192) is None


def test_a_small_thing_on_a_large_ground_keeps_its_ground() -> None:
    assert inner_box(framed(photo(30, 30, seed=1), (200, 200, 200, 200), "white")) is None
    assert inner_box(Image.new("RGB", (100, 100), "white")) is None


def test_one_pixel_is_no_trouble() -> None:
    assert inner_box(Image.new("RGB", (1, 1))) is None
