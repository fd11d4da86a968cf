"""The training view: modes, alpha, depth, orientation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dscore.errors import UnreadableImageError
from dscore.media.view import TURNS, open_upright, orientation_of, training_view
from tests.media.pictures import bytes_of, exif_of, photo, saved


def _solid(mode: str, colour: object) -> Image.Image:
    return Image.new(mode, (4, 3), colour)  # type: ignore[arg-type]  # each mode has its own kind of colour


def _palette_with_transparency() -> Image.Image:
    image = Image.new("P", (4, 3), 1)
    image.putpalette([0, 0, 0, 200, 100, 50])
    image.info["transparency"] = b"\xff\x00"
    return image


def _see_through_by_colour() -> Image.Image:
    image = _solid("RGB", (10, 20, 30))
    image.info["transparency"] = (10, 20, 30)
    return image


@pytest.mark.parametrize(
    ("image", "pixel"),
    [
        (_solid("1", 1), (255, 255, 255)),
        (_solid("L", 100), (100, 100, 100)),
        (_solid("LA", (0, 0)), (255, 255, 255)),
        (_solid("LA", (0, 255)), (0, 0, 0)),
        (_solid("La", (0, 0)), (255, 255, 255)),
        (_solid("P", 0), (0, 0, 0)),
        (_palette_with_transparency(), (255, 255, 255)),
        (_see_through_by_colour(), (255, 255, 255)),
        (_solid("RGB", (1, 2, 3)), (1, 2, 3)),
        (_solid("RGBA", (0, 0, 0, 0)), (255, 255, 255)),
        (_solid("RGBA", (0, 0, 0, 128)), (127, 127, 127)),
        (_solid("RGBA", (9, 8, 7, 255)), (9, 8, 7)),
        (_solid("CMYK", (0, 255, 255, 0)), (255, 0, 0)),
        (_solid("LAB", (255, 128, 128)), (254, 255, 254)),
        (_solid("YCbCr", (128, 128, 128)), (128, 128, 128)),
        (_solid("I", 40_000), (155, 155, 155)),
        (_solid("I", 40), (40, 40, 40)),
        (_solid("F", 0.5), (127, 127, 127)),
        (Image.fromarray(np.full((3, 4), 0x80FF, dtype=np.uint16)), (128, 128, 128)),
        (Image.frombytes("I;16B", (1, 1), b"\x80\xff"), (128, 128, 128)),
    ],
    ids=lambda value: value.mode if isinstance(value, Image.Image) else "",
)
def test_every_mode_becomes_eight_bit_rgb_on_white(image: Image.Image, pixel: tuple[int, int, int]) -> None:
    view = training_view(image)
    assert (view.mode, view.size) == ("RGB", image.size)
    assert view.getpixel((0, 0)) == pixel


def test_a_plain_rgb_picture_is_its_own_view() -> None:
    image = photo()
    assert training_view(image) is image


def test_the_view_equals_alpha_composite_on_white() -> None:
    image = photo().convert("RGBA")
    alpha = np.linspace(0, 255, 160 * 120).reshape(120, 160).astype(np.uint8)
    image.putalpha(Image.fromarray(alpha))
    white = Image.new("RGBA", image.size, "white")
    assert training_view(image).tobytes() == Image.alpha_composite(white, image).convert("RGB").tobytes()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_the_eight_orientations_are_equal(tmp_path: Path, orientation: int, kind: str) -> None:
    upright = photo(40, 30)
    back = {6: TURNS[8], 8: TURNS[6]}.get(orientation, TURNS.get(orientation))
    stored = upright.transpose(back) if back is not None else upright
    path = saved(tmp_path / "a", bytes_of(stored, kind, exif=exif_of(orientation)))
    view = open_upright(path)
    assert view.tobytes() == upright.tobytes()
    assert training_view(view) is view
    assert orientation_of(view) == 1


def test_open_upright_is_safe_in_threads(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", bytes_of(photo(), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x05\0junk"))
    with ThreadPoolExecutor(4) as threads:
        views = list(threads.map(open_upright, [path] * 40))
    assert len({view.tobytes() for view in views}) == 1


def test_open_upright_refuses_by_name(tmp_path: Path) -> None:
    path = saved(tmp_path / "x", bytes_of(photo(), "JPEG")[:900])
    with pytest.raises(UnreadableImageError, match=r"^cat\.jpg is damaged: it ends too early"):
        open_upright(path, name="cat.jpg")
