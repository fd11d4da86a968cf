"""The preparation against the models' own space, written out literally: not one pixel may differ."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dscore.taggers.families import FAMILIES, PIXAI, Family
from dscore.taggers.preparation import is_current, prepare, prepare_square, version

Array = np.ndarray[Any, Any]
SHAPES = [(64, 64), (97, 64), (64, 97), (301, 40), (40, 301), (1, 7), (33, 32), (448, 31)]
MODES = ["RGB", "L", "1", "P", "CMYK", "RGBA", "LA", "P+alpha", "RGB+key", "L+key"]


def space_prepares(image: Image.Image, target_size: int) -> Array:
    """`prepare_image` of SmilingWolf/wd-tagger's app.py; its page hands every picture over as RGBA."""
    image = image.convert("RGBA")
    canvas = Image.new("RGBA", image.size, (255, 255, 255))
    canvas.alpha_composite(image)
    image = canvas.convert("RGB")
    image_shape = image.size
    max_dim = max(image_shape)
    pad_left = (max_dim - image_shape[0]) // 2
    pad_top = (max_dim - image_shape[1]) // 2
    padded_image = Image.new("RGB", (max_dim, max_dim), (255, 255, 255))
    padded_image.paste(image, (pad_left, pad_top))
    if max_dim != target_size:
        padded_image = padded_image.resize((target_size, target_size), Image.Resampling.BICUBIC)
    image_array = np.asarray(padded_image, dtype=np.float32)
    return image_array[:, :, ::-1]


def made(mode: str, size: tuple[int, int]) -> Image.Image:
    """Noise on a gradient, with half-transparent and wholly transparent parts where the mode can have them."""
    width, height = size
    seed = np.random.default_rng(width * 1000 + height)
    pixels = seed.integers(0, 256, (height, width, 4), np.uint8)
    pixels[:, :, 0] = np.linspace(0, 255, width, dtype=np.uint8)
    pixels[: height // 3, :, 3] = 0
    image = Image.fromarray(pixels, "RGBA")
    if mode == "P+alpha":
        palette = image.convert("RGB").quantize(16)
        palette.info["transparency"] = bytes(range(0, 256, 16))
        return palette
    if mode == "RGB+key":
        image = image.convert("RGB")
        first = image.getpixel((0, 0))
        image.info["transparency"] = first
        return image
    if mode == "L+key":
        image = image.convert("L")
        image.info["transparency"] = 128
        return image
    return image.convert(mode)


@pytest.mark.parametrize("size", SHAPES, ids=str)
@pytest.mark.parametrize("mode", MODES)
def test_every_pixel_is_the_spaces(mode: str, size: tuple[int, int]) -> None:
    for target in (64, 97):
        out = np.empty((target, target, 3), np.uint8)
        prepare_square(made(mode, size), out)
        assert np.array_equal(out.astype(np.float32), space_prepares(made(mode, size), target))


@pytest.mark.parametrize(("kind", "options"), [("JPEG", {"quality": 90}), ("PNG", {}), ("WEBP", {})])
def test_files_give_the_spaces_pixels_too(kind: str, options: dict[str, int]) -> None:
    file = BytesIO()
    made("RGB", (211, 160)).save(file, kind, **options)
    out = np.empty((448, 448, 3), np.uint8)
    prepare_square(Image.open(file), out)
    assert np.array_equal(out.astype(np.float32), space_prepares(Image.open(file), 448))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_first(orientation: int) -> None:
    upright = made("RGB", (60, 41))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what undoes each orientation, as Pillow's Transpose
    stored = upright.transpose(Image.Transpose(back[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    stored.save(file, "PNG", exif=exif)
    out, expected = np.empty((64, 64, 3), np.uint8), np.empty((64, 64, 3), np.uint8)
    prepare_square(Image.open(file), out)
    prepare_square(upright, expected)
    assert np.array_equal(out, expected)


def test_padding_is_white_and_the_odd_pixel_goes_right_and_below() -> None:
    out = np.empty((4, 4, 3), np.uint8)
    prepare_square(Image.new("RGB", (1, 4), (10, 20, 30)), out)
    assert out[0].tolist() == [[255, 255, 255], [30, 20, 10], [255, 255, 255], [255, 255, 255]]
    prepare_square(Image.new("RGB", (4, 1), (10, 20, 30)), out)
    assert out[:, 0].tolist() == [[255, 255, 255], [30, 20, 10], [255, 255, 255], [255, 255, 255]]


def test_the_picture_itself_is_not_touched() -> None:
    image = made("RGBA", (50, 31))
    before = image.tobytes()
    prepare_square(image, np.empty((64, 64, 3), np.uint8))
    assert (image.size, image.tobytes()) == ((50, 31), before)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.name)
@pytest.mark.parametrize("size", [*SHAPES, (1024, 1024), (900, 1600)], ids=str)
def test_quick_pixels_are_within_four_of_the_exact_ones(family: Family, size: tuple[int, int]) -> None:
    for mode in ("RGB", "RGBA"):
        exact, quick = np.empty((64, 64, 3), np.uint8), np.empty((64, 64, 3), np.uint8)
        prepare(made(mode, size), exact, family=family)
        prepare(made(mode, size), quick, family=family, speed="fast")
        assert np.abs(exact.astype(int) - quick).max() <= 4


def test_quick_pictures_of_any_size_follow_each_other_in_one_thread() -> None:
    for size in ((300, 300), (40, 40), (500, 20)):
        exact, quick = np.empty((64, 64, 3), np.uint8), np.empty((64, 64, 3), np.uint8)
        prepare(made("RGB", size), exact)
        prepare(made("RGB", size), quick, speed="fast")
        assert np.abs(exact.astype(int) - quick).max() <= 4


def test_version_names_the_family_the_size_and_the_speed() -> None:
    assert version(448) == "wd-448-bicubic-1"
    assert version(448, speed="fast") == "wd-448-bicubic-1-fast"
    assert version(512, family=PIXAI) == "pixai-512-bilinear-1"


@pytest.mark.parametrize(
    ("stored", "exact", "fast"),
    [
        ("wd-448-bicubic-1", True, True),
        ("wd-448-bicubic-1-fast", False, True),
        ("pixai-448-bilinear-1", True, True),
        ("wd-448-bicubic-2", False, False),
        ("wd-448-bilinear-1", False, False),
        ("other-448-bicubic-1", False, False),
        ("wd--bicubic-1", False, False),
        ("", False, False),
    ],
)
def test_what_is_stored_may_be_good_enough(stored: str, exact: bool, fast: bool) -> None:
    assert (is_current(stored, speed="exact"), is_current(stored, speed="fast")) == (exact, fast)
