"""What runs of jobs tell: the step that a running one is at, the latest of a kind, and what finished ones have found out."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from dscore.catalog import job_lists
from dscore.catalog.connection import Database, writing
from dscore.catalog.job_lists import Job
from dscore.catalog.jobs import Held


@dataclass(frozen=True, slots=True)
class Finished:
    """A job that came to its end: what it was asked, what it found out, and when (ISO, UTC)."""

    params: dict[str, Any]
    result: dict[str, Any]
    at: str


def say(db: Database, held: Held, message: str) -> None:
    """Note the step that a running job is at, for those who watch; one that this process has lost stays as it is."""
    with writing(db):
        db.execute(
            "update job set message = ? where id = ? and owner = ? and fence = ? and state = 'running'",
            (message, held.id, held.owner, held.fence),
        )


def latest(db: Database, *, dataset_id: int, kinds: Collection[str]) -> Job | None:
    """The dataset's latest job of one of these kinds."""
    row = db.execute(
        "select max(id) from job where dataset_id = ? and kind in (select value from json_each(?))",
        (dataset_id, json.dumps(list(kinds))),
    ).fetchone()
    return None if row[0] is None else job_lists.get(db, row[0])


def finished(
    db: Database, *, kinds: Collection[str], dataset_id: int | None = None, limit: int = 200
) -> list[Finished]:
    """The latest jobs of these kinds that came to an end, of one dataset or of all; the latest first."""
    rows = db.execute(
        """select params, result, finished_at from job
        where kind in (select value from json_each(?)) and state in ('done', 'partial') and dataset_id = coalesce(?, dataset_id)
        order by id desc limit ?""",
        (json.dumps(list(kinds)), dataset_id, limit),
    )
    return [Finished(json.loads(params), json.loads(result), at) for params, result, at in rows.fetchall()]
