"""The checks of 20,000 items x 30 tags: pictures, captions after one edit, readiness, near duplicates; and the Check page, warm.

Each figure is the best of three of this process's processor time; the goals are those of the server's time for a page. No
threshold of a check was chosen by looking at these captions, which are made.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from dscore.catalog import datasets, lengths, quality
from dscore.catalog.connection import Database, open_catalog, writing
from dscore.config import HOME_VARIABLE, Library
from dscore.media.neighbours import MIRROR, near_pairs
from dscore.pipeline import checking
from dscore.quality.findings import Finding
from dscore.quality.readiness import readiness
from tests.bench import Row, big_catalog

ITEMS = 20_000
ROUNDS = 3
PROSE_EVERY = 4
ROUTER = Path(__file__).parents[2] / "pages" / "navigation.py"


def run() -> Iterator[Row]:
    """Rows for the functions, then for the page."""
    yield from _neighbours()
    with tempfile.TemporaryDirectory() as folder:
        library = big_catalog.build(Path(folder) / "library", items=ITEMS, datasets=("first",))
        with open_catalog(library) as db:
            _like_real_ones(db)
            lengths.bring_up_to_date(db, 1)
            yield from _functions(library, db)
        yield from _page(library)


def _neighbours() -> Iterator[Row]:
    hashes = np.random.default_rng(1).integers(0, 2**64, 100_000, dtype=np.uint64)
    for distance in (8, 10):
        for turned, word in ((0, ""), (MIRROR, ", mirrored")):
            took = min(_cost(lambda: near_pairs(hashes, distance, turned=turned)) for _ in range(ROUNDS))  # noqa: B023
            yield Row(f"near pairs of 100,000 hashes, {distance} bits{word}", took, "ms", "< 2000")


def _like_real_ones(db: Database) -> None:
    """Hashes as of pictures that are not alike, and prose for every fourth item."""
    rng = np.random.default_rng(2)
    words = [f"word{number}" for number in range(800)]
    with writing(db):
        hashes = rng.integers(-(2**63), 2**63 - 1, ITEMS).tolist()
        db.executemany(
            "update image set phash = ? where id = ?", [(hash_, item + 1) for item, hash_ in enumerate(hashes)]
        )
        db.executemany("insert into image_bare (image_id) values (?)", [(item + 1,) for item in range(ITEMS)])
        texts = [(item + 1, " ".join(rng.choice(words, 60)) + ".") for item in range(0, ITEMS, PROSE_EVERY)]
        db.executemany("insert into prose (item_id, text, source_id) values (?, ?, 2)", texts)
        db.execute("update dataset set trigger = 'saria_zelda' where id = 1")


def _functions(library: Library, db: Database) -> Iterator[Row]:
    dataset = datasets.by_id(db, 1)

    def edited() -> list[Finding]:
        with writing(db):
            db.execute("update item set rev = rev + 1 where id = 7")
        return checking.check_captions(checking.captions_of(db, dataset))

    yield Row("captions checked for the first time", _cost(edited), "ms", "< 2000")
    yield _row("captions checked after one edit", edited)
    captions, findings = quality.captions(db, 1), edited()
    yield _row("readiness and coverage", lambda: readiness(captions, findings, "character"))
    yield _row(
        "pictures checked, their files among it", lambda: checking.check_pictures(library, db, dataset), "< 2000"
    )


def _page(library: Library) -> Iterator[Row]:
    os.environ[HOME_VARIABLE] = str(library.home)
    shown = AppTest.from_file(ROUTER, default_timeout=60).run().switch_page("check.py").run()
    for tab in ("Findings", "Duplicates", "Coverage"):
        shown.session_state["check-tab"] = tab
        assert not shown.run().exception
        yield _row(f"the page, {tab}, warm", shown.run)


def _row(name: str, work: Callable[[], object], goal: str = "< 500") -> Row:
    return Row(name, min(_cost(work) for _ in range(ROUNDS)), "ms", goal)


def _cost(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1000
