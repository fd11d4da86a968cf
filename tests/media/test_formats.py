"""The one door through which pictures are opened."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from PIL import Image, ImageFile, UnidentifiedImageError

from dscore.errors import UnreadableImageError
from dscore.media.formats import open_picture, readable, reading, webp_canvas
from tests.media.pictures import bytes_of, photo, saved, webp_claiming


def test_half_pictures_are_never_taken_for_whole() -> None:
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_a_warning_of_pillow_stays_inside(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.tif", bytes_of(photo(), "TIFF")[:-40])
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with pytest.raises(UnreadableImageError), reading("a.tif"), open_picture(path) as image:
            image.load()
    assert seen == []


@pytest.mark.parametrize(
    "fault",
    [
        UnidentifiedImageError("x"),
        OSError("broken data stream when reading image file"),
        ValueError("x"),
        Image.DecompressionBombError("x"),
        SyntaxError("x"),
        NotImplementedError("x"),
        MemoryError(),
        TypeError("x"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_whatever_pillow_raises_becomes_a_sentence(fault: BaseException) -> None:
    with (
        pytest.raises(UnreadableImageError, match=r"^cat\.png (is damaged|needs more memory)") as caught,
        reading("cat.png"),
    ):
        raise fault
    assert caught.value.__cause__ is fault


def test_unknown_bytes_are_no_picture(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", bytes(range(200, 256)) * 10)
    with pytest.raises(UnreadableImageError, match="is not a JPEG, PNG"), readable(path, name="a.png"):
        pass


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 80}, {"quality": 80, "exif": b"Exif\0\0II*\0"}])
def test_the_canvas_of_a_webp_is_read_from_its_head(options: dict[str, object]) -> None:
    assert webp_canvas(bytes_of(photo(123, 45), "WEBP", **options)) == (123, 45)


def test_a_claimed_canvas_is_read_as_claimed() -> None:
    assert webp_canvas(webp_claiming(16_000, 15_000)) == (16_000, 15_000)
    assert webp_canvas(bytes_of(photo(), "PNG")) is None
    assert webp_canvas(b"RIFF") is None
