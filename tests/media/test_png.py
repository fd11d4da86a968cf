"""Huge text in a PNG goes; the rest of the file stays as it is."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from PIL import Image

from dscore.media.png import without_huge_text
from tests.media.pictures import bytes_of, photo, png_chunk, png_with, saved


def test_only_the_text_goes(tmp_path: Path) -> None:
    huge = png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(3 << 20)))
    trimmed = without_huge_text(saved(tmp_path / "a.png", png_with(huge, png_chunk(b"tEXt", b"b\0small"))))
    assert trimmed is not None
    assert trimmed[0].read() == bytes_of(photo(), "PNG")


@pytest.mark.parametrize(
    "chunk",
    [
        png_chunk(b"tEXt", b"parameters\0" + b"1girl, " * 1000),
        png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 20))),
        png_chunk(b"zTXt", b"a\0\0junk"),
        png_chunk(b"iTXt", b"no separators at all"),
    ],
)
def test_ordinary_and_odd_text_stays(tmp_path: Path, chunk: bytes) -> None:
    path = saved(tmp_path / "a.png", png_with(chunk))
    assert without_huge_text(path) is None
    with Image.open(path) as image:
        image.load()


@pytest.mark.parametrize("length", [8, 20, 50])
def test_a_cut_file_is_left_to_the_decoder(tmp_path: Path, length: int) -> None:
    assert without_huge_text(saved(tmp_path / "a.png", png_with()[:length])) is None
