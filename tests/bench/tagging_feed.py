"""Is the model kept busy? Pictures from disk through the feed, against what the model does on prepared batches."""

from __future__ import annotations

import itertools
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
from PIL import Image

from dscore.models import Category
from dscore.taggers.base import Label, ModelIdentity, Pixels, Scores, Tagger, Thresholds
from dscore.taggers.feed import Picture, best_threads, score_pictures
from dscore.taggers.files import fetch_files
from dscore.taggers.preparation import prepare_square
from dscore.taggers.registry import find_tagger, load_tagger
from dscore.taggers.running import best_batch
from tests.bench import Row
from tests.bench.vit import SIZE, vit_model
from tests.made_models import write_labels

DEVICE = 100  # pictures a second of the simulated device
PICTURES = 12
SIMULATED = 800  # pictures: 8 seconds of it
ROUNDS, COUNT = 2, 3
TAGS = 9083


def run() -> list[Row]:
    """Three figures: the simulated device, the CPU model in the feed, and one picture's preparation."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures = _pictures(folder)
        return [_simulated(pictures), _on_cpu(folder, pictures), _prepared(pictures)]


def _pictures(folder: Path) -> list[Picture]:
    """JPEGs of 1024² with the detail of a drawing: waves, edges and a little noise."""
    seed = np.random.default_rng(1)
    y, x = np.mgrid[:1024, :1024] / 1024
    for number in range(PICTURES):
        waves = [np.sin(6.3 * ((number + k) * x + k * y)) > 0.2 for k in (1, 2, 3)]
        pixels = np.stack(waves, axis=-1) * 180 + 60 * x[:, :, None] + seed.normal(0, 2, (1024, 1024, 3))
        image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8), "RGB")
        image.save(folder / f"{number}.jpg", quality=90)
    return [Picture(number, folder / f"{number}.jpg") for number in range(PICTURES)]


def _fed(tagger: Tagger, pictures: list[Picture], *, batch: int, threads: int, count: int) -> float:
    """Seconds for so many pictures through the feed, from the second batch on."""
    endless = (Picture(number, pictures[number % len(pictures)].path) for number in itertools.count())
    batches = score_pictures(tagger, endless, batch=batch, threads=threads)
    next(batches)
    start = time.perf_counter()
    for _ in range(count // batch):
        next(batches)
    took = time.perf_counter() - start
    batches.close()
    return took


def _simulated(pictures: list[Picture]) -> Row:
    took = _fed(SimulatedDevice(), pictures, batch=8, threads=2, count=SIMULATED)
    share = SIMULATED / took / DEVICE
    return Row("tagging, simulated 100/s device, 1024² JPEG, 2 threads", share, "of it", ">= 0.90")


def _on_cpu(folder: Path, pictures: list[Picture]) -> Row:
    """Bare session and feed take turns, so that a busy machine slows both."""
    tagger = _vit(folder / "vit")
    batch, threads = best_batch(tagger), best_threads(tagger)
    prepared = np.empty((batch, SIZE, SIZE, 3), np.uint8)
    prepare_square(Image.open(pictures[0].path), prepared[0])
    bare = fed = 0.0
    for _ in range(ROUNDS):
        bare += _bare(tagger, prepared, count=COUNT)
        fed += _fed(tagger, pictures, batch=batch, threads=threads, count=COUNT)
    speed = ROUNDS * COUNT / bare
    return Row(f"tagging, CPU ViT-B of {speed:.2f}/s, through the feed", bare / fed, "of it", ">= 0.95")


def _bare(tagger: Tagger, prepared: Pixels, *, count: int) -> float:
    tagger.score(prepared)
    start = time.perf_counter()
    for _ in range(count):
        tagger.score(prepared)
    return time.perf_counter() - start


def _prepared(pictures: list[Picture]) -> Row:
    out = np.empty((SIZE, SIZE, 3), np.uint8)
    times = []
    for picture in pictures * 3:
        start = time.perf_counter()
        with Image.open(picture.path) as image:
            prepare_square(image, out)
        times.append(time.perf_counter() - start)
    return Row("tagging, one 1024² JPEG prepared, one core", float(np.median(times)) * 1000, "ms", "< 15")


class SimulatedDevice:
    """Takes 10 ms a picture and no core, as a GPU does: `time.sleep` gives the interpreter lock up."""

    name, preparation, size, batch, device, note = "simulated", "wd-448-bicubic-1", SIZE, None, "cuda", ""
    labels = (Label("nothing", Category.GENERAL),)
    identity = ModelIdentity("simulated", "", "", "")
    defaults = Thresholds()

    def prepare(self, image: Image.Image, out: Pixels) -> None:
        prepare_square(image, out)

    def score(self, batch: Pixels) -> Scores:
        time.sleep(len(batch) / DEVICE)
        return np.zeros((len(batch), 1), np.float32)


def _vit(folder: Path) -> Tagger:
    """A ViT-B/16 at 448 px with random weights, in the WD contract, on the CPU."""
    folder.mkdir()
    onnx.save(vit_model(TAGS), folder / "model.onnx")
    write_labels(folder / "selected_tags.csv", [(f"tag_{number}", 0) for number in range(TAGS)])
    spec = find_tagger(folder)
    steps = fetch_files(spec, hashes=folder / "hashes.json")
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return load_tagger(spec, end.value, device="cpu")
