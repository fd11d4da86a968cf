"""A large made catalog: items with Zipf-distributed tags in two datasets, straight into the tables.

Places and claims are as in life: an import's in the first dataset, numbered from 1, and a tagger's with its scores in the second.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dscore.catalog.connection import Database, open_catalog, writing
from dscore.config import Library

NAMES = 10_861
DATASETS = ("first", "second")
IMPORT, TAGGER = 2, 3  # sources


def build(home: Path, *, items: int = 100_000, datasets: tuple[str, ...] = DATASETS, seed: int = 1) -> Library:
    """A library with `items` items in each dataset; tag n is called `tag n`, and tag 1 is the most common."""
    library = Library(home)
    with open_catalog(library) as db, writing(db):
        rng = np.random.default_rng(seed)
        db.executemany(
            "insert into tag (id, name, key) values (?, ?, ?)",
            ((n, f"tag {n}", f"tag {n}") for n in range(1, NAMES + 1)),
        )
        dropped = _without_index(db)
        for number, name in enumerate(datasets):
            _fill(db, rng, number=number, name=name, items=items)
        for statement in dropped:
            db.execute(statement)
        db.execute(
            """insert into tag_count select dataset_id, tag_id, count(*) from item_tag
            join item on item.id = item_id group by dataset_id, tag_id"""
        )
    with open_catalog(library) as db:
        db.execute("analyze")
    return library


def _fill(db: Database, rng: np.random.Generator, *, number: int, name: str, items: int) -> None:
    dataset = number + 1
    start = number * items
    db.execute(
        "insert into dataset (id, name, key, created_at) values (?, ?, ?, '2026-01-01T00:00:00+00:00')",
        (dataset, name, name),
    )
    if number == 0:
        db.executemany(
            """insert into image (id, sha256, file, format, width, height, bytes, mode, phash)
            values (?, ?, ?, 'jpeg', ?, ?, 300000, 'RGB', ?)""",
            (
                (n + 1, f"{n:064x}", f"{n % 256:02x}/{n:064x}.jpg", 512 + n % 1024, 512 + n % 777, n)
                for n in range(items)
            ),
        )
    db.executemany(
        "insert into item (id, dataset_id, image_id, name, key, added_at) values (?, ?, ?, ?, ?, '2026-01-01T00:00:00+00:00')",
        ((start + n + 1, dataset, n + 1, f"{n:06}", f"{n:06}") for n in range(items)),
    )
    item_ids, tag_ids = _drawn(rng, items)
    places = _places(rng, item_ids)
    rows = list(zip((item_ids + start).tolist(), tag_ids.tolist(), places.tolist(), strict=True))
    db.executemany("insert into item_tag (item_id, tag_id, position) values (?, ?, ?)", rows)
    source, scores = IMPORT, [None] * len(rows)
    if number:
        db.execute("insert or ignore into source (id, kind, name) values (?, 'tagger', 'a tagger')", (TAGGER,))
        source, scores = TAGGER, rng.integers(350, 1000, len(rows)).tolist()
    db.executemany(
        "insert into item_tag_source (item_id, tag_id, source_id, score) values (?, ?, ?, ?)",
        ((*row[:2], source, score) for row, score in zip(rows, scores, strict=True)),
    )


def _places(rng: np.random.Generator, item_ids: np.ndarray) -> np.ndarray:
    """Each tag's place in its item, from 1, by chance; the pairs come by item."""
    firsts = np.flatnonzero(np.diff(item_ids, prepend=-1))
    ranks = np.arange(len(item_ids)) - np.repeat(firsts, np.diff(firsts, append=len(item_ids))) + 1
    places = np.empty_like(ranks)
    places[np.lexsort((rng.random(len(item_ids)), item_ids))] = ranks
    return places


def _drawn(rng: np.random.Generator, items: int) -> tuple[np.ndarray, np.ndarray]:
    """(item offset from 1, tag id) pairs, by item: tag r is in a share of min(0.52, 3.55 / r) of the items, 30 on average."""
    of_tag = []
    for rank in range(1, NAMES + 1):
        count = int(rng.binomial(items, min(0.52, 3.55 / rank)))
        of_tag.append(rng.choice(items, count, replace=False) + 1)
    tag_ids = np.repeat(np.arange(1, NAMES + 1), [len(one) for one in of_tag])
    item_ids = np.concatenate(of_tag)
    order = np.lexsort((tag_ids, item_ids))
    return item_ids[order], tag_ids[order]


def _without_index(db: Database) -> list[str]:
    """Drop what slows a first fill; returns the statements that put it back."""
    kept = "select name, type, sql from sqlite_master where name in ('item_tag_tag', 'item_tag_added')"
    rows = db.execute(kept).fetchall()
    for name, kind, _ in rows:
        db.execute(f"drop {kind} {name}")
    return [sql for _, _, sql in rows]
