"""What this machine can do, tried in a process of its own: `python -m dscore.taggers.probe`; prints one JSON document.

Apart, since it loads onnxruntime and torch, and since a library that does not fit may take its process down with it.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
from PIL import Image

from dscore.errors import DscoreError
from dscore.media.view import open_upright
from dscore.taggers import front, resample
from dscore.taggers.adapter import probe as made_picture
from dscore.taggers.base import Tagger
from dscore.taggers.files import fetch_files
from dscore.taggers.gpus import ask_driver
from dscore.taggers.preparation import prepare, ready_quick
from dscore.taggers.registry import find_tagger, load_tagger
from dscore.taggers.running import best_batch
from dscore.taggers.session import open_model

SIDE, SIZE = 1024, 448
ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Tried:
    """What came out. Times are milliseconds a picture on one core, of a JPEG of 1024 x 1024; 0 where it could not be tried.

    `device` is what a real session ran on ("" if none could be opened), `why` why it was no better one or none.
    `driver_cuda` is the newest CUDA that the driver can run, "" without a driver. `resize_error`: why Pillow resizes, and
    not what numba compiles, or "". `model` is the tagger that was tried, "" if none is on this machine; `infer` its
    milliseconds a picture at `batch` at once, `model_error` why it could not.
    """

    device: str = ""
    why: str = ""
    driver_cuda: str = ""
    gpus: tuple[str, ...] = ()
    torch_error: str = ""
    resize_error: str = ""
    decode: float = 0.0
    prepare: float = 0.0
    fast: float = 0.0
    model: str = ""
    model_device: str = ""
    model_error: str = ""
    infer: float = 0.0
    batch: int = 0


def try_all(tagger: str, hashes: Path) -> Tried:
    """Everything, some seconds; `tagger` is a name or folder that is on this machine, or "" for none."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        device, why = _session(folder)
        driver = ask_driver()
        torch_error = _torch()
        resize_error = resample.ready()  # otherwise the first pictures are not prepared as the many after them
        decode, exact, fast = _preparing(folder, quick=not torch_error)
        found = Tried(
            device=device,
            why=why,
            driver_cuda="" if driver.cuda is None else f"{driver.cuda[0]}.{driver.cuda[1]}",
            gpus=tuple(f"{gpu.name}, {gpu.memory / 1e9:.0f} GB" for gpu in driver.gpus),
            torch_error=torch_error,
            resize_error=resize_error,
            decode=decode,
            prepare=exact,
            fast=fast,
        )
    return _with_model(found, tagger, hashes) if tagger else found


def _session(folder: Path) -> tuple[str, str]:
    """The device that a session really runs on, by a small convolution, which needs cuDNN as a tagger does; and why."""
    path = folder / "small" / "model.onnx"
    path.parent.mkdir()
    path.write_bytes(_small_model())
    try:
        opened = open_model(path, device="auto")
        (name,) = (one.name for one in opened.session.get_inputs())
        opened.session.run(None, {name: np.zeros((1, 3, 8, 8), np.float32)})
    except (DscoreError, ImportError, OSError, RuntimeError) as error:
        return "", str(error)
    return opened.device, opened.note.removeprefix("Runs on the CPU, since ")


def _small_model() -> bytes:
    weights = front.tensor("w", [0.1] * (4 * 3 * 3 * 3), [4, 3, 3, 3])
    return front.model(
        [front.node("Conv", ["x", "w"], ["y"])],
        [weights],
        [front.value_info("x", front.FLOAT, ["n", 3, 8, 8])],
        [front.value_info("y", front.FLOAT, ["n", 4, 6, 6])],
    )


def _torch() -> str:
    """Why torch cannot be loaded, or ""."""
    try:
        ready_quick()
    except (ImportError, OSError, RuntimeError) as error:
        return str(error) or type(error).__name__
    return ""


def _preparing(folder: Path, *, quick: bool) -> tuple[float, float, float]:
    """To decode; to make ready, exactly and quickly, which both begin with a decoded picture."""
    path = folder / "picture.jpg"
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    waves = np.stack([np.sin(40 * (x + k * y)) for k in (1, 2, 3)], axis=-1)
    grain = np.random.default_rng(0).normal(0, 4, waves.shape)
    Image.fromarray((waves * 100 + 128 + grain).clip(0, 255).astype(np.uint8)).save(path, quality=90)
    picture, out = open_upright(path), np.empty((SIZE, SIZE, 3), np.uint8)
    return (
        _milliseconds(lambda: open_upright(path)),
        _milliseconds(lambda: prepare(picture, out)),
        _milliseconds(lambda: prepare(picture, out, speed="fast")) if quick else 0.0,
    )


def _milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The best of some: what else runs on the machine makes many slow, and none quick."""
    work()
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took) * 1000


def _with_model(found: Tried, name: str, hashes: Path) -> Tried:
    try:
        tagger = _loaded(name, hashes)
        batch = best_batch(tagger)
        pixels = np.repeat(made_picture(tagger.size), batch, axis=0)
        infer = _milliseconds(lambda: tagger.score(pixels), rounds=3) / batch
    except DscoreError as error:
        return Tried(**{**asdict(found), "model": name, "model_error": str(error)})
    more = {"model": tagger.name, "model_device": tagger.device, "infer": infer, "batch": batch}
    return Tried(**{**asdict(found), **more})


def _loaded(name: str, hashes: Path) -> Tagger:
    spec = find_tagger(name)
    steps = fetch_files(spec, hashes=hashes, offline=True)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return load_tagger(spec, end.value)


if __name__ == "__main__":
    import_module("warnings").simplefilter("ignore")
    print(json.dumps(asdict(try_all(sys.argv[1], Path(sys.argv[2])))))  # noqa: T201
