"""Several processes at one catalog: nobody is turned away, nothing is lost, nothing is overwritten in silence."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library
from tests.kills.concurrency import assert_nothing_lost, crowded_edit

ANOTHER_WRITER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    db.execute("begin immediate")
except sqlite3.OperationalError:
    sys.exit(3)
"""


def library_in(home: Path, journal: str) -> Library:
    """A library in that mode."""
    home.mkdir(parents=True)
    (home / "settings.toml").write_text(f'journal = "{journal}"\n', encoding="utf-8")
    return Library(home)


@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_opening_the_catalog_twice_in_a_process_gives_no_lock_away(tmp_path: Path, journal: str) -> None:
    library = library_in(tmp_path / "library", journal)
    with open_catalog(library) as db, writing(db):
        db.execute("insert into tag (name, key) values ('hat', 'hat')")
        with open_catalog(library):
            pass
        writer = subprocess.run([sys.executable, "-c", ANOTHER_WRITER, str(library.catalog)], check=False)
        assert writer.returncode == 3, "another process could write in the middle of the transaction"
        assert journal == "truncate" or library.catalog.with_name("catalog.db-wal").exists()


@pytest.mark.slow
@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_everybody_gets_a_turn_beside_a_large_edit_and_nothing_is_lost(tmp_path: Path, journal: str) -> None:
    library, seen, seconds = crowded_edit(tmp_path / "library", journal=journal, items=20_000)
    assert_nothing_lost(library, seen)
    assert all(seen[name].saved for name in ("ann", "ben"))
    waits = "; ".join(f"{name} {one.waits}" for name, one in seen.items())
    logging.getLogger(__name__).info("%s: %.1f s. %s", journal, seconds, waits)
