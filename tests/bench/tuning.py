"""Tuning 10,000 pictures with some 60 stored scores each: what a slider costs, and what Apply does.

The goals speak of the wall; on a machine that others use too, processor time judges.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from dscore.catalog import datasets, predictions, search
from dscore.catalog.connection import Database, open_catalog, writing
from dscore.config import Library
from dscore.models import Category
from dscore.pipeline import reverts, tuning, tuning_preview
from dscore.pipeline.tuning_desk import Desk, Tuning, lay_out, voices
from dscore.pipeline.tuning_preview import Standing
from dscore.taggers.rules import ChoiceRules
from dscore.taggers.scores import pack
from dscore.text.query import Everything
from tests.bench import Row
from tests.bench.catalog import both, cost

PICTURES = 10_000
LABELS = 10_861
STORED = 60
ROUNDS = 3


def run() -> Iterator[Row]:
    """Rows for the first look, for a slider that moves, and for Apply and its undo."""
    with tempfile.TemporaryDirectory() as folder:
        library = build(Path(folder) / "library")
        yield from _one(library)
        yield from _two(library)


def _one(library: Library) -> Iterator[Row]:
    with open_catalog(library) as db:
        laid: list[tuple[Desk, Standing]] = []
        yield from both(
            "tuning: the first preview, all read",
            [cost(lambda: laid.append(_look(db, 1))) for _ in range(ROUNDS)],
            limit=1000,
        )
    desk, standing = laid[-1]
    first = Tuning(("made 0",))
    seen = tuning_preview.preview(desk, standing, first)
    yield from both(
        "tuning: Apply to untagged pictures",
        [cost(lambda: tuning.apply(library, desk, first, seen.revs))],
        limit=10_000,
    )
    with open_catalog(library) as db:
        desk, standing = _look(db, 1)
        moves = [cost(lambda: _look(db, 1)) for _ in range(ROUNDS)]
        yield from both("tuning: the first preview of tagged pictures, all read", moves, limit=1000)
    for name, rules in (
        ("a threshold moves", ChoiceRules()),
        ("by the gap", ChoiceRules(mcut_general=True, mcut_character=True)),
        ("by frequency, with a blacklist", ChoiceRules(order="frequency", blacklist=("tag 1*", "*2"))),
    ):
        moves = [cost(partial(tuning_preview.preview, desk, standing, asked)) for asked in _steps(rules)]
        yield from both(f"tuning: preview, {name}", moves, limit=300)
    second = Tuning(("made 0",), general=0.5)
    seen = tuning_preview.preview(desk, standing, second)
    yield Row("tuning: pictures that change", seen.changed, "", "")
    yield from both(
        "tuning: Apply to tagged pictures", [cost(lambda: tuning.apply(library, desk, second, seen.revs))], limit=10_000
    )
    yield from both("tuning: its undo", [cost(lambda: reverts.undo(library, desk.dataset))], limit=10_000)


def _two(library: Library) -> Iterator[Row]:
    with open_catalog(library) as db:
        desk, standing = _look(db, 2)
    asked = Tuning(("made 0", "made 1"), blend="mean", general=0.4)
    moves = [cost(lambda: tuning_preview.preview(desk, standing, asked)) for _ in range(ROUNDS)]
    yield from both("tuning: preview, the mean of two models", moves, limit=1000)


def _steps(rules: ChoiceRules) -> list[Tuning]:
    """A slider that moves."""
    return [Tuning(("made 0",), general=0.4 + step / 100, rules=rules) for step in range(ROUNDS)]


def _look(db: Database, number: int) -> tuple[Desk, Standing]:
    """Read all that a preview wants, and make one, as the first look at the page does."""
    dataset = datasets.get(db, "heap")
    heard = sorted(voices(db, dataset), key=lambda voice: voice.name)[:number]
    desk = lay_out(db, dataset, heard, search.ids(db, dataset.id, Everything()))
    standing = tuning_preview.stand(db, desk)
    tuning_preview.preview(desk, standing, Tuning(tuple(voice.name for voice in heard)))
    return desk, standing


def build(home: Path, *, pictures: int = PICTURES, labels: int = LABELS, models: int = 2) -> Library:
    """A library with one dataset, `heap`, of pictures without tags that made models have scored."""
    library, rng = Library(home), np.random.default_rng(1)
    with open_catalog(library) as db:
        dataset = datasets.ensure(db, "heap")
        with writing(db):
            db.executemany(
                """insert into image (id, sha256, file, format, width, height, bytes, mode, phash)
                values (?, ?, ?, 'jpeg', 1024, 1024, 300000, 'RGB', ?)""",
                ((n, f"{n:064x}", f"{n % 256:02x}/{n:064x}.jpg", n) for n in range(1, pictures + 1)),
            )
            db.executemany(
                """insert into item (id, dataset_id, image_id, name, key, added_at)
                values (?, ?, ?, ?, ?, '2026-01-01T00:00:00+00:00')""",
                ((n, dataset.id, n, f"{n:06}", f"{n:06}") for n in range(1, pictures + 1)),
            )
        for number in range(models):
            _score(db, rng, f"made {number}", pictures=pictures, number=labels)
    return library


def _score(db: Database, rng: np.random.Generator, name: str, *, pictures: int, number: int) -> None:
    """Some 60 scores a picture, common labels more often; half of them below 0.2, a third above 0.35, as WD models have them."""
    tags = ((f"tag_{n}", Category.GENERAL if n < number * 3 // 4 else Category.CHARACTER) for n in range(1, number))
    labels = [("general", Category.RATING), *tags]
    model = predictions.register(db, kind="tagger", repo=name, revision="", fingerprint=name, labels=labels)
    weights = 1 / np.arange(20, number + 20)
    drawn = rng.choice(number, (pictures, STORED), p=weights / weights.sum())
    scores = np.minimum(1, rng.beta(0.35, 0.9, (pictures, STORED)) + 0.05).astype(np.float32)
    packed = []
    for picture in range(pictures):
        row = np.zeros(number, np.float32)
        row[drawn[picture]] = scores[picture]
        packed.append((picture + 1, pack(row)))
    with writing(db):
        predictions.save(db, model, "wd-448-bicubic-1", packed)
