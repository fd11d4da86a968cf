"""Batches on a device: one shape for a run, measured where it is not given, halved where memory is short."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dscore.errors import ModelMemoryError
from dscore.taggers.base import Pixels, Scores
from dscore.taggers.running import GPU_BATCH, LARGEST, Runner, best_batch, measured_batch
from tests.taggers.loading import loaded
from tests.taggers.test_feed import PacedTagger


class Gpu(PacedTagger):
    """A device that holds `fits` pictures at once, never a black one; by its own clock a run takes `run` seconds, and each
    picture in it `each`.
    """

    def __init__(self, *, fits: int = 1000, run: float = 0.0, each: float = 0.0) -> None:
        super().__init__()
        self.fits = fits
        self.run = run
        self.each = each
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def score(self, batch: Pixels) -> Scores:
        self.now += self.run + self.each * len(batch)
        if len(batch) > self.fits or (batch.max(axis=(1, 2, 3)) == 0).any():
            self.batches.append(-len(batch))
            raise ModelMemoryError("It does not fit.")
        return super().score(batch)


def pictures(count: int, *, black: tuple[int, ...] = ()) -> Pixels:
    found = np.zeros((count, 16, 16, 3), np.uint8)
    found[:] = np.arange(1, count + 1, dtype=np.uint8)[:, None, None, None]
    found[list(black)] = 0
    return found


def plain(scores: list[Scores | str]) -> list[int | str]:
    return [one if isinstance(one, str) else round(float(one[0]) * 255) for one in scores]


def test_every_run_on_a_gpu_has_one_shape_and_the_last_is_filled_up() -> None:
    gpu = Gpu()
    runner = Runner(gpu, 4)
    found = runner.score(pictures(4)) + runner.score(pictures(3)) + runner.score(pictures(1))
    assert plain(found) == [1, 2, 3, 4, 1, 2, 3, 1]
    assert gpu.batches == [4, 4, 4]


def test_a_processor_gets_what_there_is(tmp_path: Path) -> None:
    tagger = loaded(tmp_path)
    batch = np.zeros((3, 32, 32, 3), np.uint8)
    assert len(Runner(tagger, 8).score(batch)) == 3
    assert len(tagger._buffer) == 3


def test_out_of_memory_halves_once_and_stays_there() -> None:
    gpu = Gpu(fits=3)
    runner = Runner(gpu, 8)
    assert plain(runner.score(pictures(8))) == list(range(1, 9))
    assert plain(runner.score(pictures(5))) == list(range(1, 6))
    assert gpu.batches == [-8, -4, 2, 2, 2, 2, 2, 2, 2]


def test_a_picture_that_never_fits_is_marked_and_costs_the_others_no_size() -> None:
    gpu = Gpu()
    runner = Runner(gpu, 8)
    found = runner.score(pictures(8, black=(2,)))
    assert plain(found) == [1, 2, "It does not fit.", 4, 5, 6, 7, 8]
    assert plain(runner.score(pictures(8))) == list(range(1, 9))
    assert gpu.batches[-1] == 2  # the last size that did fit, and not one by one


def test_nothing_fits_is_said_of_every_picture() -> None:
    assert plain(Runner(Gpu(fits=0), 4).score(pictures(5))) == ["It does not fit."] * 5


@pytest.mark.parametrize("fits", [1, 2, 5, 16])
def test_results_are_those_of_a_run_without_trouble(fits: int) -> None:
    assert plain(Runner(Gpu(fits=fits), 16).score(pictures(37))) == plain(Runner(Gpu(), 16).score(pictures(37)))


def test_the_batch_that_pays_is_measured() -> None:
    def measured(gpu: Gpu) -> int:
        return measured_batch(gpu, clock=gpu.clock)

    assert measured(Gpu(run=0.02)) == LARGEST  # a run costs the same whatever is in it
    assert measured(Gpu(run=0.02, fits=5)) == 4
    assert measured(Gpu(run=0.02, each=0.02)) == 16  # twice as many would gain 3 of 100
    assert measured(Gpu(each=0.01)) == 1  # a picture costs the same whatever comes with it


def test_few_pictures_are_not_worth_measuring(tmp_path: Path) -> None:
    gpu = Gpu()
    assert best_batch(gpu, pictures=6) == GPU_BATCH
    assert gpu.batches == []
    assert best_batch(loaded(tmp_path), pictures=10_000) == 1
