"""Pictures into a model without a pause: some threads prepare, one runs the model, results come in order.

    pictures → threads: open, prepare into a kept batch → ring of batches → one thread: score → caller

The model works on one batch while the caller stores the last one and the threads fill the next ones.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from dscore.errors import ModelMemoryError, UnreadableImageError
from dscore.media.view import open_upright
from dscore.taggers.base import Pixels, Scores, Tagger

RING = 4  # batches: one with the caller, one in the model, two being filled
GPU_BATCH = 8


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to score: the caller's key for it, and where its bytes are."""

    key: int
    path: Path


@dataclass(frozen=True, slots=True)
class Scored:
    """A picture's raw scores, float32 [labels]; or None, and the reason as a sentence."""

    key: int
    scores: Scores | None
    reason: str = ""


def best_batch(tagger: Tagger) -> int:
    """How many pictures to score at once: a fixed batch as it is, one on a CPU, some on a GPU."""
    return tagger.batch or (1 if tagger.device == "cpu" else GPU_BATCH)


def best_threads(tagger: Tagger) -> int:
    """How many threads prepare: one beside a model that has the cores itself, else one a core."""
    return 1 if tagger.device == "cpu" else min(16, max(2, os.cpu_count() or 2))


def score_pictures(
    tagger: Tagger, pictures: Iterable[Picture], *, batch: int = 0, threads: int = 0
) -> Generator[list[Scored], None, None]:
    """Score any number of pictures; yields a list for each batch, in the order of the pictures.

    `batch` and `threads` are the best for the tagger where they are 0. A picture that cannot be read gives
    its reason, and the rest of its batch goes on; a batch that does not fit in memory is halved, down to one
    picture. Closing the generator ends all threads after the pictures and the run that they are at. Raises
    ModelError if the model itself stops.
    """
    batch, threads = batch or best_batch(tagger), threads or best_threads(tagger)
    buffers = [np.empty((batch, tagger.size, tagger.size, 3), np.uint8) for _ in range(RING)]
    running: deque[Future[list[Scored]]] = deque()
    preparers = ThreadPoolExecutor(threads, "prepare")
    model = ThreadPoolExecutor(1, "model")
    try:
        for number, chosen in enumerate(_batches(pictures, batch)):
            buffer = buffers[number % RING]  # free: the batch that had it was yielded
            prepared = [
                preparers.submit(_prepare, tagger, picture, out) for picture, out in zip(chosen, buffer, strict=False)
            ]
            running.append(model.submit(_score_batch, tagger, chosen, prepared, buffer))
            if len(running) == RING:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:
        preparers.shutdown(wait=False, cancel_futures=True)
        model.shutdown(cancel_futures=True)
        preparers.shutdown()


def _batches(pictures: Iterable[Picture], size: int) -> Iterator[list[Picture]]:
    source = iter(pictures)
    while chosen := list(islice(source, size)):
        yield chosen


def _prepare(tagger: Tagger, picture: Picture, out: Pixels) -> str:
    """Fill one place of a batch; returns why it could not be done, or ""."""
    try:
        tagger.prepare(open_upright(picture.path), out)
    except UnreadableImageError as error:
        return str(error)
    except OSError as error:
        return f"{picture.path} cannot be read: {error.strerror or error}."
    except MemoryError:
        return f"{picture.path} does not fit in memory."
    return ""


def _score_batch(tagger: Tagger, pictures: list[Picture], prepared: list[Future[str]], buffer: Pixels) -> list[Scored]:
    """Wait until the batch is full, leave out what could not be read, run the model over the rest."""
    reasons = [future.result() for future in prepared]
    good = [place for place, reason in enumerate(reasons) if not reason]
    if len(good) < len(reasons):
        buffer[: len(good)] = buffer[good]
    outcomes: list[Scores | str] = list(reasons)
    for place, outcome in zip(good, _score_halving(tagger, buffer[: len(good)]), strict=True):
        outcomes[place] = outcome
    return [_scored(picture.key, outcome) for picture, outcome in zip(pictures, outcomes, strict=True)]


def _scored(key: int, outcome: Scores | str) -> Scored:
    if isinstance(outcome, str):
        return Scored(key, None, outcome)
    if not np.isfinite(outcome).all():
        return Scored(key, None, "The model gave no usable numbers for this picture.")
    return Scored(key, outcome)


def _score_halving(tagger: Tagger, pixels: Pixels) -> list[Scores | str]:
    """The scores of each picture; where not even one alone fits in memory, a sentence instead."""
    if not len(pixels):
        return []
    try:
        return list(tagger.score(pixels))
    except ModelMemoryError as error:
        if len(pixels) == 1:
            return [str(error)]
    middle = len(pixels) // 2
    return _score_halving(tagger, pixels[:middle]) + _score_halving(tagger, pixels[middle:])
