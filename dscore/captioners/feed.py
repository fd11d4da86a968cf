"""Pictures into a captioner without a pause: threads prepare the next batches while it works on one.

    pictures → threads: open, prepare → one thread: caption → caller

What does not fit in memory is halved, as for taggers; the caller is given the word every quarter of a second, so that a
model or a site that takes a minute for a sentence can be paused and cancelled.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from dscore.captioners.base import Ask, Caption, Captioner
from dscore.errors import ModelError, ModelMemoryError, UnreadableImageError
from dscore.media.view import open_upright

log = logging.getLogger(__name__)

AHEAD = 2  # batches that are made ready, or wait for the caller
THREADS = 4
BEAT = 0.25  # seconds


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to caption: the caller's key for it, where its bytes are, and what is asked."""

    key: int
    path: Path
    ask: Ask


@dataclass(frozen=True, slots=True)
class Captioned:
    """A picture's caption; see `Caption`."""

    key: int
    caption: Caption


def caption_pictures(
    captioner: Captioner, pictures: Iterable[Picture], *, batch: int = 0
) -> Generator[list[Captioned], None, None]:
    """Caption any number of pictures; yields a list for each batch, in their order, and an empty one while it works.

    A picture that cannot be read gives its reason, and the rest of its batch goes on. Closing the generator ends what is
    under way. Raises ModelError where the captioner stops for good.
    """
    runner = Runner(captioner, batch or captioner.batch)
    running: deque[Future[list[Captioned]]] = deque()
    preparers, model = ThreadPoolExecutor(THREADS, "prepare"), ThreadPoolExecutor(1, "captioner")
    try:
        for chosen in _batches(pictures, batch or captioner.batch):
            prepared = [preparers.submit(_prepare, captioner, picture) for picture in chosen]
            running.append(model.submit(_caption_batch, runner, chosen, prepared))
            if len(running) > AHEAD:
                yield from _result(running.popleft())
        while running:
            yield from _result(running.popleft())
    finally:
        model.shutdown(wait=False, cancel_futures=True)
        preparers.shutdown(wait=False, cancel_futures=True)
        captioner.stop()
        model.shutdown()
        preparers.shutdown()


def _batches(pictures: Iterable[Picture], size: int) -> Iterator[list[Picture]]:
    source = iter(pictures)
    while chosen := list(islice(source, size)):
        yield chosen


def _result(future: Future[list[Captioned]]) -> Iterator[list[Captioned]]:
    while True:
        try:
            yield future.result(timeout=BEAT)
        except NotYet:
            if future.done():
                raise
            yield []
        else:
            return


def _prepare(captioner: Captioner, picture: Picture) -> Any:
    """What the captioner wants; or why the picture has none, as a Caption."""
    try:
        return captioner.prepare(open_upright(picture.path))
    except UnreadableImageError as error:
        return Caption("", str(error))
    except OSError as error:
        return Caption("", f"{picture.path} cannot be read: {error.strerror or error}.")
    except MemoryError:
        return Caption("", f"{picture.path} does not fit in memory.")


def _caption_batch(runner: Runner, pictures: list[Picture], prepared: list[Future[Any]]) -> list[Captioned]:
    results = [future.result() for future in prepared]
    good = [place for place, result in enumerate(results) if not isinstance(result, Caption)]
    captions = runner.caption([results[place] for place in good], [pictures[place].ask for place in good])
    for place, caption in zip(good, captions, strict=True):
        results[place] = caption
    return [Captioned(picture.key, result) for picture, result in zip(pictures, results, strict=True)]


class Runner:
    """A captioner, and how many pictures it takes at once now.

    A run that does not fit in memory is halved, and the smaller size stays; where not even one picture fits, that picture
    gets a sentence, and the others go on at the last size that did. One that has stopped for good is not asked again.
    """

    def __init__(self, captioner: Captioner, batch: int) -> None:
        self._captioner = captioner
        self._size = self._good = batch
        self._stopped: ModelError | None = None

    def caption(self, pictures: list[Any], asks: list[Ask]) -> list[Caption]:
        """A caption for each, or why it has none. Raises ModelError where the captioner stops."""
        if self._stopped is not None:
            raise self._stopped
        found: list[Caption] = []
        while len(found) < len(pictures):
            some = slice(len(found), len(found) + self._size)
            try:
                found += self._captioner.caption(pictures[some], asks[some])
                self._good = self._size
            except ModelMemoryError as error:
                together = len(pictures[some])
                log.debug("%d pictures at once do not fit", together)
                if together > 1:
                    self._size = together // 2
                else:
                    found.append(Caption("", str(error)))
                    self._size = self._good
            except ModelError as error:
                self._stopped = error
                raise
        return found
