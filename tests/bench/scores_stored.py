"""Scores into the database: what a tagging run costs beside reading, preparing and the model, a picture."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import numpy as np

from dscore.catalog import datasets, jobs
from dscore.catalog.connection import open_catalog, writing
from dscore.catalog.job_lists import get
from dscore.catalog.jobs import JobItem
from dscore.config import Library
from dscore.pipeline.sampling import Sampling
from dscore.pipeline.tagging import Request, Tagging
from dscore.taggers.base import Scores, Tagger
from dscore.taggers.files import fetch_files
from dscore.taggers.registry import find_tagger
from dscore.taggers.scores import pack
from tests.bench import Row
from tests.bench.big_catalog import build
from tests.bench.tagging_feed import SimulatedDevice
from tests.made_models import make_tagger
from tests.taggers.loading import finished

PICTURES, TAGS, ROUNDS, BATCH = 3000, 10_861, 3, 8
ABOVE, STORED = 30, 150
"""Tags of a picture that reach the threshold, and those whose scores are kept."""


def run() -> list[Row]:
    """In the chunks of a real job: the scores alone, as a sample keeps them; and all that a run does with them.

    That is: thresholds, modes, 30 tags with their claims on a bare picture, the change that can be undone, the marks.
    """
    with tempfile.TemporaryDirectory() as name:
        library = build(Path(name) / "library", items=PICTURES, datasets=("first",))
        labels = [(f"label {number}", 0) for number in range(TAGS)]
        folder = make_tagger(Path(name) / "tagger", labels=labels, size=64)
        kept, applied = zip(
            *((_cost(library, folder, ReadySample), _cost(library, folder, ReadyRun)) for _ in range(ROUNDS)),
            strict=True,
        )
    return [
        *_rows("scores to database", kept, goal="< 0.3"),
        *_rows(f"scores to database, {ABOVE} tags and their change", applied, goal=""),
    ]


def _rows(name: str, costs: tuple[tuple[float, float], ...], *, goal: str) -> list[Row]:
    cpu, wall = zip(*costs, strict=True)
    return [
        Row(f"{name}: CPU, lowest of three", min(cpu), "ms each", goal),
        Row(f"{name}: wall, lowest", min(wall), "ms each", ""),
        Row(f"{name}: wall, highest", max(wall), "ms each", ""),
    ]


class Ready(Tagging):
    """A run whose model has its answers ready."""

    def _loaded(self) -> tuple[Tagger, ...]:
        return (SimulatedDevice(1_000_000, "exact"),)

    def _scored(self, items: dict[int, JobItem]) -> Generator[list[tuple[int, bytes | None, str]], None, None]:
        list(self._pictures(items))
        for start in range(0, PICTURES, BATCH):
            yield [(start + place + 1, pack(one), "") for place, one in enumerate(self.answers[start : start + BATCH])]

    answers: Scores = np.zeros((PICTURES, TAGS), np.float32)


class ReadyRun(Ready):
    """Applies them."""


class ReadySample(Ready, Sampling):
    """Keeps them, and changes no caption."""


def _fill(seed: int) -> None:
    """Other answers each time, so that every picture changes in every round."""
    rng = np.random.default_rng(seed)
    Ready.answers[:] = 0.01
    for one in Ready.answers:
        kept = rng.choice(TAGS, STORED, replace=False)
        one[kept] = 0.2
        one[kept[:ABOVE]] = rng.random(ABOVE) * 0.5 + 0.4


def _cost(library: Library, folder: Path, kind: type[Ready]) -> tuple[float, float]:
    """Milliseconds a picture, of this process and on the wall; the next round finds the dataset as this one did."""
    spec = find_tagger(folder)
    files = finished(fetch_files(spec, hashes=library.hashes))
    with open_catalog(library) as db:
        dataset = datasets.get(db, "first")
        request = Request(str(folder))
        with writing(db):
            for table in ("prediction", "item_tag"):
                db.execute(f"delete from {table}")
            job = jobs.prepare(db, kind="tag", lane="device", dataset_id=dataset.id, params=request.params())
            jobs.add_items(db, job, [jobs.NewItem(number + 1) for number in range(PICTURES)], first=1)
            jobs.release(db, job, held=True)
        held = jobs.held_by_me(db, job)
    _fill(job)
    tagging = kind(library, held, request, spec, files)
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in tagging.run():
        pass
    tagging.finish()
    spent = (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000
    with open_catalog(library) as db:
        assert get(db, job).tally.done == PICTURES
    return spent[0] / PICTURES, spent[1] / PICTURES
