"""Pictures that look alike and are different ones, as a person said: pairs of images, kept by the answer that they are from."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from dscore.catalog.clock import now
from dscore.catalog.connection import Database

_SHOWN = """with shown as materialized (
    select image_id from item where id in (select value from json_each(?)))
"""


def mark(db: Database, pairs: Iterable[tuple[int, int]]) -> int:
    """Keep one answer about these pairs of images, inside the caller's transaction; returns its id.

    A pair that was marked before stays with that answer, and an image that is gone by now is left out.
    """
    answer = db.execute("insert into different (said_at) values (?)", (now(),)).lastrowid
    assert answer is not None
    db.executemany(
        """insert or ignore into different_pair (image_id, other_id, different_id) select ?, ?, ?
        where exists (select 1 from image where id = ?1) and exists (select 1 from image where id = ?2)""",
        ((min(pair), max(pair), answer) for pair in pairs),
    )
    return answer


def take_back(db: Database, answers: Collection[int]) -> None:
    """These answers were wrong; inside the caller's transaction."""
    db.execute("delete from different where id in (select value from json_each(?))", (json.dumps(list(answers)),))


def count(db: Database, items: Collection[int]) -> int:
    """How many answers there are about two at least of these items' pictures."""
    sql = f"{_SHOWN} select count(distinct different_id) from different_pair where image_id in shown and other_id in shown"
    return int(db.execute(sql, (json.dumps(list(items)),)).fetchone()[0])


def forget(db: Database, items: Collection[int]) -> None:
    """Take back what was said of these items' pictures among each other; inside the caller's transaction."""
    sql = f"{_SHOWN} delete from different_pair where image_id in shown and other_id in shown"
    db.execute(sql, (json.dumps(list(items)),))
    db.execute(
        "delete from different where not exists (select 1 from different_pair where different_id = different.id)"
    )


def of_dataset(db: Database, dataset_id: int) -> dict[int, frozenset[int]]:
    """Image → the images that it is different from, both in the dataset; those of which nothing was said are left out."""
    rows = db.execute(
        """select image_id, other_id from different_pair
        where image_id in (select image_id from item where dataset_id = ?1)
            and other_id in (select image_id from item where dataset_id = ?1)""",
        (dataset_id,),
    )
    found: dict[int, set[int]] = {}
    for one, other in rows.fetchall():
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {image: frozenset(others) for image, others in found.items()}
