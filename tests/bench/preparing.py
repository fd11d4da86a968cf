"""Making pictures ready: exactly and quickly, against the WD space's own code in plain Pillow; two threads, 1024² JPEG.

Each round runs all three one after the other, and processor time is what counts, so others on the machine disturb little.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from dscore.media.view import open_upright
from dscore.taggers import resample
from dscore.taggers.preparation import prepare, ready_quick
from tests.bench import Row
from tests.bench.drawings import drawn

SIZE, ROUNDS, THREADS = 448, 7, 2

Prepare = Callable[[Path, int], None]


def run() -> list[Row]:
    """How many times as quick, the best round of each; and how far apart the rounds were."""
    ready_quick()
    resample.ready()
    room = np.empty((THREADS * 12, SIZE, SIZE, 3), np.uint8)
    floats = np.empty(room.shape, np.float32)

    def plain(path: Path, place: int) -> None:
        floats[place] = space_prepares(Image.open(path))

    def exact(path: Path, place: int) -> None:
        prepare(open_upright(path), room[place])

    def quick(path: Path, place: int) -> None:
        prepare(open_upright(path), room[place], speed="fast")

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(THREADS, initializer=ready_quick) as pool:
        paths = drawn(Path(folder), 12) * THREADS
        rounds = [[_cost(pool, way, paths) for way in (plain, exact, quick)] for _ in range(ROUNDS + 1)][1:]
    costs = np.array(rounds)
    ratios = costs[:, :1] / costs  # of each round, whose three followed each other
    rows = [
        Row(f"preparing, {name}", float(costs[:, place].min()), "ms CPU", "")
        for place, name in enumerate(("plain Pillow", "exact", "fast"))
    ]
    for place, name, goal in ((1, "exact", ">= 2"), (2, "fast", ">= 3")):
        rows.append(
            Row(f"preparing, {name} over plain Pillow", float(costs[:, 0].min() / costs[:, place].min()), "x", goal)
        )
        spread = float(np.ptp(ratios[:, place]))
        rows.append(Row(f"preparing, {name}: from the lowest round to the highest", spread, "x", ""))
    return rows


def space_prepares(image: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """`prepare_image` of SmilingWolf/wd-tagger's app.py; its page hands every picture over as RGBA."""
    image = image.convert("RGBA")
    canvas = Image.new("RGBA", image.size, (255, 255, 255))
    canvas.alpha_composite(image)
    image = canvas.convert("RGB")
    side = max(image.size)
    padded = Image.new("RGB", (side, side), (255, 255, 255))
    padded.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    resized = padded.resize((SIZE, SIZE), Image.Resampling.BICUBIC)
    return np.asarray(resized, dtype=np.float32)[:, :, ::-1]


def _cost(pool: ThreadPoolExecutor, way: Prepare, paths: list[Path]) -> float:
    """Milliseconds of processor time a picture."""
    before = time.process_time()
    list(pool.map(way, paths, range(len(paths))))
    return (time.process_time() - before) * 1000 / len(paths)
