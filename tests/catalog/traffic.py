"""Processes that read and write a catalog until told to stop, and say what they saw.

`python -m tests.catalog.traffic writer|reader HOME NAME`: works on dataset 1 until HOME/stop is there; leaves HOME/NAME.json.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dscore.catalog import changes, search, states, tags
from dscore.catalog.connection import open_catalog, wal_bytes
from dscore.catalog.states import ItemState, Placed
from dscore.config import Library
from dscore.models import Category
from dscore.text.query import parse_query

PATIENCE = 0.01
"""Seconds between what a person sees and what they save."""

QUERIES = ("tag_2", "tag_3 -tag_4", "name:1*")


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one process saw: seconds of each read or write, the edits that were saved and those that were refused."""

    seconds: list[float]
    saved: list[tuple[int, int]]
    refused: list[int]
    wal: int

    @property
    def waits(self) -> str:
        """The waits in milliseconds, for people."""
        if not self.seconds:
            return "none"
        ordered = sorted(self.seconds)
        p50, p99 = (ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
        return f"{len(ordered):,}: p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f}, most {ordered[-1] * 1000:.1f}"


@contextmanager
def traffic(home: Path, **roles: str) -> Iterator[dict[str, Traffic]]:
    """Processes by name ("writer", "reader") that work while the block runs; what they saw is there when it ends."""
    command = [sys.executable, "-m", "tests.catalog.traffic"]
    running = {name: subprocess.Popen([*command, role, str(home), name]) for name, role in roles.items()}
    seen: dict[str, Traffic] = {}
    try:
        while not all((home / f"{name}.on").exists() for name in roles):
            assert all(process.poll() is None for process in running.values())
            time.sleep(0.05)
        yield seen
    finally:
        (home / "stop").touch()
        codes = {name: process.wait(120) for name, process in running.items()}
    assert codes == dict.fromkeys(roles, 0), "somebody was turned away"
    for name in roles:
        seen[name] = Traffic(**json.loads((home / f"{name}.json").read_text(encoding="utf-8")))


def write(library: Library, name: str) -> Traffic:
    """Add a tag of one's own to random items, each bound to the rev that was seen a moment before."""
    chance, seen = random.Random(name), Traffic([], [], [], 0)
    with open_catalog(library) as db:
        (tag,) = tags.intern(db, {f"by {name}": Category.GENERAL}).values()
        items = [row[0] for row in db.execute("select id from item where dataset_id = 1")]
    (library.home / f"{name}.on").touch()

    def add(state: ItemState) -> ItemState:
        return state._replace(tags={**state.tags, tag: Placed(9, ((1, None),))})

    while not (library.home / "stop").exists():
        item = chance.choice(items)
        with open_catalog(library) as db:
            rev = states.load(db, [item])[item].rev
        time.sleep(PATIENCE)
        began = time.monotonic()
        with open_catalog(library) as db:
            written = changes.record(db, changes.Draft(1, "add", f"add by {name}"), [item], add, revs={item: rev})
        seen.seconds.append(time.monotonic() - began)
        seen.saved.extend((one, tag) for one in written.changed)
        seen.refused.extend(written.stale)
    return seen


def read(library: Library, name: str) -> Traffic:
    """Look at first pages and counts, all the time."""
    chance, seconds, wal = random.Random(name), [], 0
    (library.home / f"{name}.on").touch()
    while not (library.home / "stop").exists():
        query = parse_query(chance.choice(QUERIES))
        began = time.monotonic()
        with open_catalog(library) as db:
            shown = search.ids(db, 1, query, limit=100)
            states.load(db, shown)
        seconds.append(time.monotonic() - began)
        wal = max(wal, wal_bytes(library.catalog))
    return Traffic(seconds, [], [], wal)


def main(role: str, home: str, name: str) -> None:
    """Work until told to stop."""
    library = Library(Path(home))
    seen = {"writer": write, "reader": read}[role](library, name)
    document: dict[str, Any] = {field: getattr(seen, field) for field in Traffic.__slots__}
    (library.home / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
