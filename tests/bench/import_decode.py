"""Reading pictures in: the pool of child processes against a careful plain Pillow loop that does the same steps.

The loop verifies, decodes in full, turns upright, makes the same WebP thumbnail, hashes that, and takes the SHA-256. The pool
does all this and the quality measures too. Both are counted in processor time, so other programs hardly disturb it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
from PIL import Image, ImageOps

from dscore.media.hashing import perceptual_hash, sha256_of
from dscore.media.pool import DecodePool
from dscore.media.thumbnails import SIDE, encoded
from tests.bench import Row

_PICTURES = 40
_ROUNDS = 5


def run() -> list[Row]:
    """Rows for 1024 x 1024 JPEG and PNG."""
    rows = []
    with tempfile.TemporaryDirectory() as folder, DecodePool(1) as pool:
        for suffix in (".jpg", ".png"):
            paths = _pictures(Path(folder), suffix)
            _import_in_pool(pool, paths)  # warm
            rows += _rows(pool, paths, suffix.lstrip(".").upper())
    return rows


def _rows(pool: DecodePool, paths: list[Path], kind: str) -> list[Row]:
    plain, pooled = [], []
    for _ in range(_ROUNDS):
        plain.append(_cost(lambda: _import_in_loop(paths)))
        pooled.append(_cost(lambda: _import_in_pool(pool, paths)))
    name = f"import {kind} 1024²"
    return [
        Row(f"{name}: plain loop", len(paths) / min(plain), "images/s per core", ""),
        Row(f"{name}: pool", len(paths) / min(pooled), "images/s per core", ""),
        Row(f"{name}: pool over plain loop", min(plain) / min(pooled), "x", ">= 1.0"),
    ]


def _pictures(folder: Path, suffix: str) -> list[Path]:
    """Photo-like pictures: soft colours with a grain, 0.4 MB as JPEG and 2 MB as PNG."""
    generator = np.random.default_rng(0)
    paths = []
    for number in range(_PICTURES):
        coarse = generator.integers(0, 256, (16, 16, 3), dtype=np.uint8)
        soft = np.asarray(Image.fromarray(coarse).resize((1024, 1024), Image.Resampling.BICUBIC), dtype=np.float32)
        grain = generator.normal(0, 6, (1024, 1024, 1)).astype(np.float32)
        path = folder / f"{number}{suffix}"
        Image.fromarray((soft + grain).clip(0, 255).astype(np.uint8)).save(path, quality=92)
        paths.append(path)
    return paths


def _import_in_pool(pool: DecodePool, paths: list[Path]) -> None:
    for path, decoded in zip(paths, pool.map((path, path.name) for path in paths), strict=True):
        sha256_of(path)
        decoded.result()


def _import_in_loop(paths: list[Path]) -> None:
    for path in paths:
        sha256_of(path)
        with Image.open(path) as image:
            image.verify()
        with Image.open(path) as image:
            image.load()
            view = ImageOps.exif_transpose(image)
            view.thumbnail((SIDE, SIDE))
            encoded(view)
            perceptual_hash(view.convert("L"))


def _cost(work: Callable[[], None]) -> float:
    """Processor seconds of this process and its children."""
    before = _cpu_seconds()
    work()
    return _cpu_seconds() - before


def _cpu_seconds() -> float:
    own = psutil.Process()
    times = [process.cpu_times() for process in (own, *own.children(recursive=True))]
    return sum(spent.user + spent.system for spent in times)
