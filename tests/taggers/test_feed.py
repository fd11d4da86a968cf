from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dscore.errors import ModelError
from dscore.taggers.base import Label, ModelIdentity, Pixels, Scores, Thresholds
from dscore.taggers.feed import Picture, Scored, best_threads, score_pictures
from dscore.taggers.preparation import prepare_square
from dscore.taggers.running import best_batch
from tests.made_models import LABELS, expected_scores, picture_for
from tests.taggers.loading import loaded

NAMES = [name for name, _ in LABELS]


class PacedTagger:
    """A tagger of one tag, the picture's mean, that takes its time; it stops at `stops_at` pictures."""

    name, preparation, size, batch, device, note = "paced", "paced-1", 16, None, "cuda", ""
    labels: tuple[Label, ...] = ()
    identity = ModelIdentity("paced", "", "", "")
    defaults = Thresholds()

    def __init__(self, *, seconds: float = 0.0, stops_at: int = 1_000_000) -> None:
        self.seconds = seconds
        self.stops_at = stops_at
        self.scored = 0
        self.batches: list[int] = []

    def prepare(self, image: Image.Image, out: Pixels) -> None:
        prepare_square(image, out)

    def score(self, batch: Pixels) -> Scores:
        time.sleep(self.seconds)
        self.scored += len(batch)
        self.batches.append(len(batch))
        if self.scored > self.stops_at:
            raise ModelError("The model stopped.")
        means: Scores = batch.mean(axis=(1, 2, 3), dtype=np.float32)[:, None]
        return means / np.float32(255)


def drawn(folder: Path, count: int) -> list[Picture]:
    """Pictures whose first tags say their number: 1girl the tens, solo the ones."""
    pictures = []
    for number in range(count):
        path = folder / f"{number}.png"
        picture_for({"1girl": number % 16 / 16, "long_hair": number / count}).save(path)
        pictures.append(Picture(1000 + number, path))
    return pictures


def everything(batches: Iterator[list[Scored]]) -> list[Scored]:
    return [scored for batch in batches for scored in batch]


@pytest.mark.parametrize(
    ("batch", "threads", "fixed"), [(1, 1, None), (4, 2, None), (5, 8, None), (4, 3, 2), (0, 0, 1)]
)
def test_every_picture_gets_its_own_scores_in_order(
    tmp_path: Path, batch: int, threads: int, fixed: int | None
) -> None:
    pictures = drawn(tmp_path, 23)
    tagger = loaded(tmp_path / "tagger", batch=fixed)
    done = everything(score_pictures(tagger, iter(pictures), batch=batch, threads=threads))
    assert [scored.key for scored in done] == [picture.key for picture in pictures]
    for picture, scored in zip(pictures, done, strict=True):
        expected = expected_scores(Image.open(picture.path), tags=len(NAMES))
        assert scored.scores is not None
        np.testing.assert_allclose(scored.scores, expected, atol=1e-6)


def test_batches_are_as_large_as_asked_and_the_last_one_is_what_is_left(tmp_path: Path) -> None:
    batches = score_pictures(loaded(tmp_path / "t"), drawn(tmp_path, 10), batch=4, threads=2)
    assert [len(batch) for batch in batches] == [4, 4, 2]
    assert list(score_pictures(loaded(tmp_path / "t"), [])) == []


def test_a_picture_that_cannot_be_read_gives_its_reason_and_the_others_their_scores(tmp_path: Path) -> None:
    pictures = drawn(tmp_path, 9)
    pictures[1].path.write_bytes(b"<html>")
    pictures[4].path.unlink()
    whole = pictures[7].path.read_bytes()
    pictures[7].path.write_bytes(whole[: len(whole) // 2])
    tagger = loaded(tmp_path / "tagger")
    done = everything(score_pictures(tagger, pictures, batch=3, threads=2))
    assert [scored.key for scored in done if scored.scores is None] == [1001, 1004, 1007]
    assert all(scored.reason and pictures[scored.key - 1000].path.name in scored.reason for scored in done[1:8:3])
    for number in (0, 2, 3, 5, 6, 8):
        scores = done[number].scores
        assert scores is not None
        assert scores[NAMES.index("long_hair")] == pytest.approx(number / 9, abs=0.003)


def test_a_batch_of_unreadable_pictures_only_never_reaches_the_model(tmp_path: Path) -> None:
    missing = [Picture(number, tmp_path / f"{number}.png") for number in range(3)]
    tagger = PacedTagger()
    assert [scored.scores for scored in everything(score_pictures(tagger, missing, batch=2))] == [None] * 3
    assert tagger.scored == 0


@pytest.mark.parametrize("fits", [1, 2, 3, 8])
def test_out_of_memory_halves_the_batch_and_changes_no_score(tmp_path: Path, fits: int) -> None:
    pictures = drawn(tmp_path, 11)
    plenty = everything(score_pictures(loaded(tmp_path / "a"), pictures[1:], batch=8, threads=2))
    little = everything(score_pictures(loaded(tmp_path / "b", fits=fits), pictures[1:], batch=8, threads=2))
    assert [scored.key for scored in little] == [scored.key for scored in plenty]
    for one, other in zip(little, plenty, strict=True):
        assert one.scores is not None
        assert other.scores is not None
        assert one.scores.tobytes() == other.scores.tobytes()


def test_a_picture_that_alone_needs_too_much_memory_is_marked_and_the_others_go_on(tmp_path: Path) -> None:
    pictures = drawn(tmp_path, 8)  # number 0 is black: the made model has no memory for it
    done = everything(score_pictures(loaded(tmp_path / "t", fits=8), pictures, batch=8, threads=2))
    assert [scored.scores is None for scored in done] == [True] + [False] * 7
    assert "more memory than the CPU has for one picture" in done[0].reason


def test_a_model_that_stops_ends_the_run_with_its_reason_and_leaves_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    with pytest.raises(ModelError, match="The model stopped"):
        everything(score_pictures(PacedTagger(stops_at=8), drawn(tmp_path, 20), batch=4, threads=2))
    assert threading.active_count() == before


def test_closing_early_ends_all_threads_after_the_run_that_they_are_at(tmp_path: Path) -> None:
    before = threading.active_count()
    tagger = PacedTagger(seconds=0.6)
    batches = score_pictures(tagger, drawn(tmp_path, 60), batch=2, threads=2)
    next(batches)
    scored = tagger.scored
    batches.close()
    assert threading.active_count() == before
    assert tagger.scored <= scored + 4  # the run that it was at, and not the three that waited


def test_pictures_are_taken_only_as_they_are_needed(tmp_path: Path) -> None:
    taken: list[int] = []

    def source() -> Iterator[Picture]:
        for picture in drawn(tmp_path, 40):
            taken.append(picture.key)
            yield picture

    batches = score_pictures(PacedTagger(), source(), batch=2, threads=2)
    next(batches)
    assert len(taken) <= 8
    batches.close()


def test_numbers_that_are_none_are_marked(tmp_path: Path) -> None:
    class Broken(PacedTagger):
        def score(self, batch: Pixels) -> Scores:
            return np.full((len(batch), 1), np.nan, np.float32)

    done = everything(score_pictures(Broken(), drawn(tmp_path, 2), batch=2))
    assert [(scored.scores, scored.reason) for scored in done] == [
        (None, "The model gave no usable numbers for this picture.")
    ] * 2


def test_the_batch_is_the_files_else_one_on_a_cpu_and_more_on_a_gpu(tmp_path: Path) -> None:
    assert best_batch(loaded(tmp_path / "a")) == 1
    assert best_threads(loaded(tmp_path / "a")) == 1
    assert best_batch(loaded(tmp_path / "b", batch=3)) == 3
    assert best_batch(PacedTagger()) > 1
    assert best_threads(PacedTagger()) > 1


def test_several_devices_share_the_pictures_and_none_is_scored_twice(tmp_path: Path) -> None:
    pictures = drawn(tmp_path, 40)
    taggers = [PacedTagger(seconds=0.01) for _ in range(3)]
    done = everything(score_pictures(taggers, iter(pictures), batch=2, threads=2))
    assert [scored.key for scored in done] == [picture.key for picture in pictures]
    assert sum(tagger.scored for tagger in taggers) == 40
    assert all(tagger.scored for tagger in taggers)
    alone = everything(score_pictures(PacedTagger(), pictures, batch=2))
    for one, other in zip(done, alone, strict=True):
        assert one.scores is not None
        assert other.scores is not None
        assert one.scores.tobytes() == other.scores.tobytes()


def test_a_device_that_stops_is_left_out_and_its_batch_goes_to_another(tmp_path: Path) -> None:
    pictures, said = drawn(tmp_path, 30), list[str]()
    taggers = [PacedTagger(stops_at=4), PacedTagger(seconds=0.01)]
    done = everything(score_pictures(taggers, pictures, batch=2, threads=2, on_lost=said.append))
    assert [scored.key for scored in done if scored.scores is not None] == [picture.key for picture in pictures]
    assert said == ["The model stopped. The other devices went on without it."]


def test_the_run_ends_where_the_last_device_stops(tmp_path: Path) -> None:
    before = threading.active_count()
    taggers = [PacedTagger(stops_at=4), PacedTagger(stops_at=8)]
    with pytest.raises(ModelError, match="stopped"):
        everything(score_pictures(taggers, drawn(tmp_path, 40), batch=2, threads=2))
    assert threading.active_count() == before
