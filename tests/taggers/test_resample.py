"""The compiled resize against Pillow's own: not one byte may differ, whatever the sizes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dscore.taggers import resample
from dscore.taggers.families import Filter, Order
from tests.commands import ROOT

Array = np.ndarray[Any, Any]
Size = tuple[int, int]

FILTERS: dict[Filter, Image.Resampling] = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
}
SHAPES: list[tuple[Size, Size]] = [
    ((1024, 1024), (448, 448)),
    ((1536, 1536), (448, 448)),
    ((2048, 1536), (384, 384)),
    ((448, 448), (448, 448)),
    ((100, 100), (448, 448)),  # larger
    ((449, 447), (448, 448)),
    ((300, 900), (448, 448)),  # wider and lower: columns first
    ((900, 300), (448, 448)),
    ((1, 1), (64, 64)),
    ((1, 700), (64, 64)),
    ((700, 1), (64, 64)),
    ((20_000, 3), (448, 448)),
    ((3, 20_000), (448, 448)),
    ((65, 1000), (64, 64)),
    ((250, 241), (1, 1)),
    ((23, 25), (7, 90)),
]
TRY = "from dscore.taggers import resample; print(resample.ready() or 'compiled')"
FEW_AND_ONE_MORE = """
import sys, numpy as np
from PIL import Image
from dscore.taggers import resample
picture, pixels = Image.new("RGB", (9, 9)), np.empty((4, 4, 3), np.uint8)
for _ in range(resample.FEW):
    resample.resize(picture, pixels, method="bicubic", order="RGB")
    assert "numba" not in sys.modules
resample.resize(picture, pixels, method="bicubic", order="RGB")
assert "numba" in sys.modules
"""


@pytest.fixture(autouse=True)
def compiled() -> None:
    """What is compared with Pillow is not Pillow."""
    resample.ready()


@pytest.fixture
def no_numba(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As where numba is not installed."""
    monkeypatch.setitem(sys.modules, "numba", None)
    resample._compile.cache_clear()
    yield
    resample._compile.cache_clear()


def noise(size: Size, seed: int = 0) -> Image.Image:
    """Noise between black and white: sharp enough that weights below nought leave the range of a byte."""
    random = np.random.default_rng(seed)
    steps = random.integers(0, 2, (size[1], size[0], 3), np.uint8) * 255
    grain = random.integers(0, 256, (size[1], size[0], 3), np.uint8)
    return Image.fromarray(np.where(random.random((size[1], size[0], 1)) < 0.5, steps, grain))


def resized(image: Image.Image, size: Size, method: Filter, order: Order = "RGB") -> Array:
    out = np.empty((size[1], size[0], 3), np.uint8)
    resample.resize(image, out, method=method, order=order)
    return out


def pillows(image: Image.Image, size: Size, method: Filter) -> Array:
    return np.asarray(image.resize(size, FILTERS[method]))


def test_it_compiles_here() -> None:
    assert resample.ready() == ""


@pytest.mark.parametrize("method", FILTERS)
@pytest.mark.parametrize(("inside", "outside"), SHAPES, ids=str)
def test_every_byte_is_pillows(inside: Size, outside: Size, method: Filter) -> None:
    image = noise(inside)
    assert np.array_equal(resized(image, outside, method), pillows(image, outside, method))


@given(
    inside=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    outside=st.tuples(st.integers(1, 120), st.integers(1, 120)),
    method=st.sampled_from(sorted(FILTERS)),
    seed=st.integers(0, 1000),
)
def test_every_byte_is_pillows_at_any_size(inside: Size, outside: Size, method: Filter, seed: int) -> None:
    image = noise(inside, seed)
    assert np.array_equal(resized(image, outside, method), pillows(image, outside, method))


def test_channels_come_in_the_order_asked_for() -> None:
    image = noise((90, 90))
    assert np.array_equal(resized(image, (64, 64), "bicubic", "BGR"), resized(image, (64, 64), "bicubic")[:, :, ::-1])


def test_threads_do_not_disturb_one_another() -> None:
    images = [noise((200 + 40 * number, 500 - 40 * number), number) for number in range(8)] * 4
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda image: resized(image, (96, 96), "bicubic"), images))
    for image, pixels in zip(images, found, strict=True):
        assert np.array_equal(pixels, pillows(image, (96, 96), "bicubic"))


@pytest.mark.usefixtures("no_numba")
@pytest.mark.parametrize("order", ["RGB", "BGR"])
def test_without_numba_the_pixels_are_the_same(order: Order) -> None:
    assert "numba" in resample.ready()
    image = noise((130, 77))
    expected = pillows(image, (64, 64), "bilinear")
    assert np.array_equal(
        resized(image, (64, 64), "bilinear", order), expected if order == "RGB" else expected[:, :, ::-1]
    )


def test_a_few_pictures_do_not_wait_for_a_compiler() -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", FEW_AND_ONE_MORE], cwd=ROOT, check=True)


def test_it_compiles_with_a_damaged_cache_and_without_a_place_for_one(tmp_path: Path) -> None:
    def tried(folder: Path) -> str:
        only = {
            "NUMBA_CACHE_DIR": str(folder),
            "NUMBA_CACHE_LOCATOR_CLASSES": "UserProvidedCacheLocator",
            "NUMBA_OPT": "0",  # compiles sooner, and runs slower
        }
        command = [sys.executable, "-W", "error", "-c", TRY]
        ran = subprocess.run(command, cwd=ROOT, env=os.environ | only, capture_output=True, text=True, check=True)
        return ran.stdout.strip()

    cache = tmp_path / "cache"
    assert tried(cache) == "compiled"
    kept = [path for path in cache.rglob("*.nb?") if path.is_file()]
    assert kept
    for path in kept:
        path.write_bytes(path.read_bytes()[:20])
    assert tried(cache) == "compiled"
    (tmp_path / "file").touch()
    assert tried(tmp_path / "file" / "cache") == "compiled"
