"""Prepared batches through a model on one or several devices: full size, halved where memory is short, nothing lost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

import numpy as np

from dscore.errors import ModelError, ModelMemoryError
from dscore.taggers.base import Pixels, Scores, Tagger

log = logging.getLogger(__name__)

GPU_BATCH = 8
LARGEST = 32
"""Pictures: beyond it a larger batch gains nothing that could be measured, and holds 20 MB for every step."""

WORTH = 1.05
"""How much quicker twice as many pictures at once must be to be worth their memory."""


def best_batch(tagger: Tagger, *, pictures: int | None = None) -> int:
    """How many pictures to score at once: a fixed batch as it is, one on a CPU, on a GPU as many as pay.

    What pays is measured in a few seconds; for fewer `pictures` than that would score, it is not.
    """
    if tagger.batch or tagger.device == "cpu":
        return tagger.batch or 1
    if pictures is not None and pictures < 8 * LARGEST:
        return GPU_BATCH
    return measured_batch(tagger)


def measured_batch(tagger: Tagger, *, clock: Callable[[], float] = time.perf_counter) -> int:
    """Twice as many, again and again, while that is quicker by the clock, in seconds, and fits in memory."""
    best, rate = 1, 0.0
    size = 1
    while size <= LARGEST:
        pixels = np.full((size, tagger.size, tagger.size, 3), 128, np.uint8)
        try:
            found = size / _seconds(tagger, pixels, clock)
        except ModelMemoryError:
            break
        log.debug("%s: %d at once, %.1f pictures/s", tagger.name, size, found)
        if found < rate * WORTH:
            break
        best, rate, size = size, found, size * 2
    return best


def _seconds(tagger: Tagger, pixels: Pixels, clock: Callable[[], float]) -> float:
    """Of the quicker of two runs; the first of a new shape is slow, and not counted."""
    tagger.score(pixels)
    took = []
    for _ in range(2):
        start = clock()
        tagger.score(pixels)
        took.append(clock() - start)
    return max(min(took), 1e-6)


class Runner:
    """A model on one device, and how many pictures it takes at once now. One thread at a time.

    A run that does not fit in memory is halved, and the smaller size stays; where not even one picture fits alone, that
    picture gets a sentence, and the others go on at the last size that did. On a GPU every run has the same shape: a new
    one would be searched for again, so a smaller batch is filled up, with pictures whose scores are thrown away.
    """

    def __init__(self, tagger: Tagger, batch: int) -> None:
        self.tagger = tagger
        self._size = self._good = batch
        self._spare: Pixels = np.empty((0, 0, 0, 3), np.uint8)

    def score(self, pixels: Pixels) -> list[Scores | str]:
        """The scores of each picture, or why it has none. Raises ModelError where the model itself stops."""
        found: list[Scores | str] = []
        while len(found) < len(pixels):
            some = pixels[len(found) : len(found) + self._size]
            together = self._size if self._fills else len(some)
            try:
                found += list(self._run(some))
                self._good = self._size
            except ModelMemoryError as error:
                if together > 1:
                    self._size = together // 2
                else:
                    found.append(str(error))
                    self._size = self._good
        return found

    @property
    def _fills(self) -> bool:
        return self.tagger.device != "cpu" and self.tagger.batch is None

    def _run(self, some: Pixels) -> Scores:
        if len(some) == self._size or not self._fills:
            return self.tagger.score(some)
        if len(self._spare) < self._size:
            self._spare = np.empty((self._size, *some.shape[1:]), np.uint8)
        whole = self._spare[: self._size]
        whole[: len(some)] = some
        whole[len(some) :] = some[0]
        return self.tagger.score(whole)[: len(some)]


class Devices:
    """The same model on one or several devices: whichever is free takes the next batch, so no picture is done twice.

    A device whose model stops is left out, and its batch goes to another; `on_lost` is told. ModelError where none is left.
    """

    def __init__(self, taggers: Sequence[Tagger], batch: int, on_lost: Callable[[str], object]) -> None:
        self._free = [Runner(tagger, batch) for tagger in taggers]
        self._alive = len(taggers)
        self._on_lost = on_lost
        self._changed = threading.Condition()

    def score(self, pixels: Pixels) -> list[Scores | str]:
        """See `Runner.score`; as many threads may call as there are devices."""
        stopped: ModelError | None = None
        while True:
            runner = self._take(stopped)
            try:
                found = runner.score(pixels)
            except ModelError as error:
                stopped = error
                self._lose_one(error)
                continue
            with self._changed:
                self._free.append(runner)
                self._changed.notify()
            return found

    def _take(self, stopped: ModelError | None) -> Runner:
        with self._changed:
            self._changed.wait_for(lambda: self._free or not self._alive)
            if not self._alive:
                raise stopped or ModelError("The model has stopped on every device.")
            return self._free.pop(0)

    def _lose_one(self, error: ModelError) -> None:
        with self._changed:
            self._alive -= 1
            if self._alive:
                self._on_lost(f"{error} The other devices went on without it.")
            self._changed.notify_all()
