"""What the measures say of pictures whose faults are known."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from dscore.media.quality import measure
from tests.media.pictures import photo


def _sharp() -> Image.Image:
    """Edges at every scale, as in line art."""
    tiles = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    return Image.fromarray(tiles).resize((1024, 768), Image.Resampling.NEAREST)


def test_a_blurred_picture_is_told_from_a_sharp_one() -> None:
    assert measure(_sharp()).sharpness > 38
    assert measure(_sharp().filter(ImageFilter.GaussianBlur(20))).sharpness < 5


def test_sharpness_hardly_depends_on_the_size_of_the_file() -> None:
    soft = _sharp().filter(ImageFilter.GaussianBlur(4))
    twice = soft.resize((2048, 1536), Image.Resampling.BICUBIC)
    assert measure(twice).sharpness == pytest.approx(measure(soft).sharpness, rel=0.2)


def test_sharpness_is_the_variance_of_the_laplacian() -> None:
    pixels = np.asarray(photo(50, 40).convert("L"), dtype=np.float64)
    centre = pixels[1:-1, 1:-1]
    edges = 4 * centre - pixels[:-2, 1:-1] - pixels[2:, 1:-1] - pixels[1:-1, :-2] - pixels[1:-1, 2:]
    assert measure(photo(50, 40)).sharpness == pytest.approx(edges.var(), rel=1e-4)


@pytest.mark.parametrize(("level", "brightness"), [(0, 0.0), (51, 0.2), (255, 1.0)])
def test_a_flat_picture_has_no_entropy_and_one_brightness(level: int, brightness: float) -> None:
    found = measure(Image.new("RGB", (600, 300), (level, level, level)))
    assert found.entropy == 0
    assert found.sharpness == 0
    assert (found.dark, found.light) == pytest.approx((brightness, brightness))
    assert found.brightness == pytest.approx(brightness)


def test_dark_and_light_are_the_first_and_last_percentile() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :], 256, axis=0)
    found = measure(Image.fromarray(ramp).convert("RGB"))
    assert (found.dark, found.light) == pytest.approx((2 / 255, 253 / 255))
    assert found.entropy == pytest.approx(8.0)


def test_colour_is_nought_for_grey_and_one_for_pure_red() -> None:
    assert measure(photo().convert("L").convert("RGB")).colour == 0
    assert measure(Image.new("RGB", (300, 300), (255, 0, 0))).colour == 1


@pytest.mark.parametrize("size", [(1, 1), (2, 500), (65_000, 1)])
def test_the_narrowest_pictures_can_be_measured(size: tuple[int, int]) -> None:
    assert measure(Image.new("RGB", size, "white")).sharpness == 0
