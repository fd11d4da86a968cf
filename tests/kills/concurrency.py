"""Two writers and a reader beside one large edit."""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path

from dscore.catalog import datasets
from dscore.catalog.connection import open_catalog
from dscore.config import Library
from dscore.pipeline import curate
from dscore.pipeline.operations import Operation
from tests.catalog.traffic import Traffic, traffic
from tests.kills.scenes import make_catalog

ITEMS = 300_000
MOST_WAL = 200 * 1024 * 1024
NEW = "tag of another name"

say = partial(print, flush=True)


def crowded_edit(home: Path, *, journal: str, items: int) -> tuple[Library, dict[str, Traffic], float]:
    """Rename tag 1 in all items while others write and read; returns what they saw and how long it took."""
    home.mkdir(parents=True)
    (home / "settings.toml").write_text(f'journal = "{journal}"\n', encoding="utf-8")
    library = Library(make_catalog(home, items))
    with open_catalog(library) as db:
        dataset = datasets.get(db, "first")
    with traffic(home, ann="writer", ben="writer", cid="reader") as seen:
        began = time.monotonic()
        curate.apply(library, dataset, Operation("replace", "tag 1", NEW))
        seconds = time.monotonic() - began
    return library, seen, seconds


def assert_nothing_lost(library: Library, seen: dict[str, Traffic]) -> None:
    """Every edit that somebody was told of as saved is there, each in the history; the large one is whole."""
    with open_catalog(library) as db:
        tagged = set(db.execute("select item_id, tag_id from item_tag").fetchall())
        old, new = (
            {
                row[0]
                for row in db.execute(
                    "select item_id from item_tag join tag on tag.id = tag_id where name = ?", (name,)
                )
            }
            for name in ("tag 1", NEW)
        )
        (had,) = db.execute("select count(*) from item").fetchone()
        (noted,) = db.execute(
            "select count(*) from change_item join change on id = change_id where action = 'add'"
        ).fetchone()
    for name in ("ann", "ben"):
        lost = {tuple(edit) for edit in seen[name].saved} - tagged
        assert not lost, f"edits of {name} are lost: {lost}"
    assert noted == sum(len(one.saved) for one in seen.values())
    assert not old
    assert len(new) == had
    assert seen["cid"].wal < MOST_WAL


def measure() -> None:
    """The full size, in both journal modes."""
    for journal in ("wal", "truncate"):
        with tempfile.TemporaryDirectory() as folder:
            library, seen, seconds = crowded_edit(Path(folder) / "library", journal=journal, items=ITEMS)
            assert_nothing_lost(library, seen)
        say(f"{journal}: an edit of {ITEMS:,} items took {seconds:.1f} s; WAL at most {seen['cid'].wal / 1e6:.0f} MB")
        for name, one in seen.items():
            say(f"  {name}: {one.waits}; saved {len(one.saved):,}, refused {len(one.refused):,}")
