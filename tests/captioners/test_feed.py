"""Batches in order, failures by picture, less at once where memory is short, and an end whenever it is asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from dscore.captioners.base import Ask, Caption, Captioner
from dscore.captioners.feed import Captioned, Picture, caption_pictures
from dscore.errors import ModelError, ModelMemoryError
from tests.made_captioners import photo


class Reader:
    """A captioner that tells the size of each picture and what it was asked; its memory takes `fits` at once."""

    name, device, note, batch = "reader", "cpu", "", 4

    def __init__(self, *, fits: int = 99, fails_at: int = 0, seconds: float = 0.0) -> None:
        self.fits, self.fails_at, self.seconds = fits, fails_at, seconds
        self.sizes: list[int] = []
        self.stopped = threading.Event()

    def prepare(self, image: Image.Image) -> tuple[int, int]:
        return image.size

    def caption(self, pictures: list[tuple[int, int]], asks: list[Ask]) -> list[Caption]:
        self.stopped.wait(self.seconds)
        self.sizes.append(len(pictures))
        if len(pictures) > self.fits or (13, 13) in pictures:
            raise ModelMemoryError("Too much.")
        if self.fails_at and len(self.sizes) >= self.fails_at:
            raise ModelError("It stopped.")
        return [Caption(f"{width}x{height} {ask.prompt}") for (width, height), ask in zip(pictures, asks, strict=True)]

    def stop(self) -> None:
        self.stopped.set()


def pictures(folder: Path, sides: list[int]) -> Iterator[Picture]:
    for key, side in enumerate(sides):
        path = folder / f"{key}.png"
        if side:
            photo(key, side=side).resize((side, side)).save(path)
        else:
            path.write_bytes(b"no picture")
        yield Picture(key, path, Ask(prompt=f"p{key}"))


def all_of(captioner: Captioner, folder: Path, sides: list[int], *, batch: int = 0) -> list[Captioned]:
    return [one for some in caption_pictures(captioner, pictures(folder, sides), batch=batch) for one in some]


def test_every_picture_is_captioned_in_order_and_one_that_cannot_be_read_has_its_reason(tmp_path: Path) -> None:
    reader = Reader()
    found = all_of(reader, tmp_path, [20, 21, 0, 22, 23, 24])
    assert [one.key for one in found] == [0, 1, 2, 3, 4, 5]
    assert [one.caption.text for one in found] == ["20x20 p0", "21x21 p1", "", "22x22 p3", "23x23 p4", "24x24 p5"]
    assert found[2].caption.reason
    assert reader.sizes == [3, 2]


@pytest.mark.parametrize("fits", [1, 2, 3])
def test_short_memory_halves_the_batch_and_changes_no_caption(tmp_path: Path, fits: int) -> None:
    sides = list(range(20, 30))
    reader = Reader(fits=fits)
    assert all_of(reader, tmp_path, sides, batch=8) == all_of(Reader(), tmp_path, sides, batch=8)
    assert reader.sizes[:3] == [8, 4, 2]


def test_a_picture_that_does_not_fit_alone_is_marked_and_the_others_go_on(tmp_path: Path) -> None:
    found = all_of(Reader(), tmp_path, [20, 13, 21, 22], batch=4)
    assert [one.caption.text or one.caption.reason for one in found] == [
        "20x20 p0",
        "Too much.",
        "21x21 p2",
        "22x22 p3",
    ]


def test_where_the_captioner_stops_the_error_comes_through_after_what_was_done(tmp_path: Path) -> None:
    found: list[Captioned] = []

    reader = Reader(fails_at=2)

    def take_all() -> None:
        for some in caption_pictures(reader, pictures(tmp_path, [20] * 20), batch=4):
            found.extend(some)

    with pytest.raises(ModelError, match="It stopped"):
        take_all()
    assert len(found) == 4
    assert reader.sizes == [4, 4]


def test_a_slow_captioner_gives_the_word_back_and_closing_ends_it(tmp_path: Path) -> None:
    reader = Reader(seconds=60)
    feed = caption_pictures(reader, pictures(tmp_path, [20] * 8), batch=1)
    began = time.monotonic()
    assert next(feed) == []
    feed.close()
    assert time.monotonic() - began < 10
    assert reader.stopped.is_set()
    assert len(reader.sizes) <= 1
