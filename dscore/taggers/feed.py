"""Pictures into a model without a pause: some threads prepare, one for each device runs it, results come in order.

    pictures → threads: open, prepare into a kept batch → ring of batches → a thread a device: score → caller

A model works on one batch while the caller stores the last one and the threads fill the next ones. Several GPUs share
one feed and one writer, so a job has one owner whatever it runs on, and no picture can be scored twice.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from dscore.errors import UnreadableImageError
from dscore.media.view import open_upright
from dscore.taggers.base import Pixels, Scores, Tagger
from dscore.taggers.running import Devices, best_batch

log = logging.getLogger(__name__)

RING = 3  # batches: one with the caller, two being filled; and one in each model


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


def best_threads(tagger: Tagger) -> int:
    """How many threads prepare: one beside a model that has the cores itself, else one a core."""
    return 1 if tagger.device == "cpu" else min(16, max(2, os.cpu_count() or 2))


def score_pictures(
    tagger: Tagger | Sequence[Tagger],
    pictures: Iterable[Picture],
    *,
    batch: int = 0,
    threads: int = 0,
    on_lost: Callable[[str], object] = log.warning,
) -> Generator[list[Scored], None, None]:
    """Score any number of pictures; yields a list for each batch, in the order of the pictures.

    Several taggers are one model on several devices. `batch` and `threads` are the best for the tagger where they are 0.
    A picture that cannot be read gives its reason, and the rest of its batch goes on; a batch that does not fit in memory
    is halved, down to one picture. Closing the generator ends all threads after the pictures and the run that they are
    at. `on_lost` is told of a device that is left out; raises ModelError where the model stops on the last one.
    """
    taggers = [tagger] if not isinstance(tagger, Sequence) else tagger
    first = taggers[0]
    batch, threads = batch or best_batch(first), threads or best_threads(first)
    ring = RING + len(taggers)
    buffers = [np.empty((batch, first.size, first.size, 3), np.uint8) for _ in range(ring)]
    devices = Devices(taggers, batch, on_lost)
    running: deque[Future[list[Scored]]] = deque()
    preparers = ThreadPoolExecutor(threads, "prepare")
    models = ThreadPoolExecutor(len(taggers), "model")
    try:
        for number, chosen in enumerate(_batches(pictures, batch)):
            buffer = buffers[number % ring]  # free: the batch that had it was yielded
            prepared = [
                preparers.submit(_prepare, first, picture, out) for picture, out in zip(chosen, buffer, strict=False)
            ]
            running.append(models.submit(_score_batch, devices, chosen, prepared, buffer))
            if len(running) == ring:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:
        preparers.shutdown(wait=False, cancel_futures=True)
        models.shutdown(cancel_futures=True)
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


def _score_batch(
    devices: Devices, pictures: list[Picture], prepared: list[Future[str]], buffer: Pixels
) -> list[Scored]:
    """Wait until the batch is full, leave out what could not be read, run the model over the rest."""
    reasons = [future.result() for future in prepared]
    good = [place for place, reason in enumerate(reasons) if not reason]
    if len(good) < len(reasons):
        buffer[: len(good)] = buffer[good]
    outcomes: list[Scores | str] = list(reasons)
    if good:
        for place, outcome in zip(good, devices.score(buffer[: len(good)]), strict=True):
            outcomes[place] = outcome
    return [_scored(picture.key, outcome) for picture, outcome in zip(pictures, outcomes, strict=True)]


def _scored(key: int, outcome: Scores | str) -> Scored:
    if isinstance(outcome, str):
        return Scored(key, None, outcome)
    if not np.isfinite(outcome).all():
        return Scored(key, None, "The model gave no usable numbers for this picture.")
    return Scored(key, outcome)
