"""The statistics of 20,000 items x 30 tags: everything, a filter, tags beside a tag, buckets, tokens, and the page, warm.

Each figure is the best of three of this process's processor time; the goals are those of the server's time for a chart or a page.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from streamlit.testing.v1 import AppTest

from dscore.catalog import lengths, search
from dscore.catalog.connection import open_catalog, writing
from dscore.config import HOME_VARIABLE, Library
from dscore.media import buckets
from dscore.pipeline import statistics
from dscore.text.query import parse_query
from tests.bench import Row, big_catalog

ITEMS = 20_000
ROUNDS = 3
FILTER = "tag_30 tag_5"
ROUTER = Path(__file__).parents[2] / "pages" / "navigation.py"


def run() -> Iterator[Row]:
    """Rows for the functions, then for the page."""
    with tempfile.TemporaryDirectory() as folder:
        library = big_catalog.build(Path(folder) / "library", items=ITEMS, datasets=("first",))
        yield from _functions(library)
        yield from _page(library)


def _functions(library: Library) -> Iterator[Row]:
    with open_catalog(library) as db:
        took = _cost(lambda: lengths.bring_up_to_date(db, 1))
        yield Row("tokens counted for the first time", ITEMS / took * 1000, "items/s", ">= 2000")
        found = statistics.statistics(db, 1)
        yield _row("statistics of everything", lambda: statistics.statistics(db, 1))
        yield _row("statistics of a filter", lambda: statistics.statistics(db, 1, FILTER))
        yield _row("tags beside a tag in half of all", lambda: statistics.beside(db, 1, "", "tag 5"))
        yield _row("20,000 sizes in kohya's buckets", lambda: buckets.assign(found.sizes, buckets.SDXL))
        yield _row("search by tokens", lambda: search.count(db, 1, parse_query("tokens>150")))

        def edited() -> None:
            with writing(db):
                db.execute("update item set rev = rev + 1 where id = 7")
            statistics.statistics(db, 1)

        yield _row("statistics after one edit", edited)


def _page(library: Library) -> Iterator[Row]:
    os.environ[HOME_VARIABLE] = str(library.home)
    shown = AppTest.from_file(ROUTER, default_timeout=60).run().switch_page("statistics.py").run()
    for tab in ("Captions", "Tags", "Pictures", "Buckets"):
        shown.session_state["statistics-tab"] = tab
        assert not shown.run().exception
        yield _row(f"the page, {tab}, warm", shown.run)


def _row(name: str, work: Callable[[], object]) -> Row:
    return Row(name, min(_cost(work) for _ in range(ROUNDS)), "ms", "< 500")


def _cost(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1000
