"""Thumbnails: their size, their format and their place."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from dscore.media.thumbnails import encoded, shrunk, thumbnail_path
from tests.media.pictures import photo


@pytest.mark.parametrize(
    ("size", "small"),
    [((1024, 1024), (384, 384)), ((2000, 1000), (384, 192)), ((100, 80), (100, 80)), ((9000, 2), (384, 1))],
)
def test_the_long_side_is_384_at_most(size: tuple[int, int], small: tuple[int, int]) -> None:
    assert shrunk(Image.new("RGB", size)).size == small


def test_a_thumbnail_is_webp_without_metadata() -> None:
    picture = photo()
    picture.info = {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0", "icc_profile": b"profile"}
    with Image.open(io.BytesIO(encoded(picture))) as thumbnail:
        assert thumbnail.format == "WEBP"
        assert not {"exif", "icc_profile", "xmp"} & set(thumbnail.info)


def test_a_thumbnail_lies_by_the_hash_of_its_picture() -> None:
    assert thumbnail_path(Path("home"), "ab12") == Path("home/thumbs/ab/ab12.webp")
