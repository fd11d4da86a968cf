"""Jobs as people see them: what is under way, what a dataset has seen, how far a job is, what became of each piece."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dscore.catalog.connection import Database, bindable
from dscore.catalog.owners import holds
from dscore.errors import JobError, NotFoundError

OPEN = ("queued", "running", "paused")
CLOSED = ("done", "partial", "failed", "cancelled")
_OPEN = ", ".join(f"'{state}'" for state in OPEN)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many pieces of a job are in each state."""

    waiting: int = 0
    done: int = 0
    there: int = 0
    skipped: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """All pieces."""
        return self.waiting + self.done + self.there + self.skipped + self.failed


@dataclass(frozen=True, slots=True)
class Job:
    """A job as people see it. `state` is "interrupted" where it should run but its worker is dead."""

    id: int
    kind: str
    lane: str
    dataset: str | None
    dataset_id: int | None
    params: dict[str, Any]
    state: str
    want: str | None
    message: str
    result: dict[str, Any]
    change_id: int | None
    created_at: str
    finished_at: str | None
    tally: Tally


COLUMNS = """select job.id, job.kind, lane, dataset.name, dataset_id, params, state, want, message, result, change_id,
    job.created_at, finished_at, owner, lease_until from job left join dataset on dataset.id = dataset_id"""


def get(db: Database, job_id: int) -> Job:
    """One job; raises NotFoundError."""
    row = db.execute(f"{COLUMNS} where job.id = ?", (bindable(job_id),)).fetchone()
    if row is None:
        raise NotFoundError(f"There is no job {job_id}. “jobs” lists them.")
    return from_row(db, row)


def of_change(db: Database, change_id: int) -> Job | None:
    """The job that makes the change, if one does."""
    row = db.execute(f"{COLUMNS} where change_id = ? order by job.id desc", (change_id,)).fetchone()
    return None if row is None else from_row(db, row)


def listed(db: Database, *, limit: int = 50) -> list[Job]:
    """Jobs, the latest first."""
    return [from_row(db, row) for row in db.execute(f"{COLUMNS} order by job.id desc limit ?", (limit,)).fetchall()]


def unfinished(db: Database) -> list[Job]:
    """Jobs that are not over, in the order in which they were queued."""
    rows = db.execute(f"{COLUMNS} where state in ({_OPEN}) order by job.id")
    return [from_row(db, row) for row in rows.fetchall()]


def finished(db: Database, *, limit: int = 50) -> list[Job]:
    """Jobs that are over, the latest first."""
    rows = db.execute(f"{COLUMNS} where state not in ({_OPEN}) order by job.id desc limit ?", (limit,))
    return [from_row(db, row) for row in rows.fetchall()]


def latest(db: Database, dataset_id: int, kind: str) -> Job | None:
    """The dataset's last job of that kind that went to its end, if one did."""
    row = db.execute(
        f"{COLUMNS} where dataset_id = ? and kind = ? and state in ('done', 'partial') order by job.id desc limit 1",
        (dataset_id, kind),
    ).fetchone()
    return None if row is None else from_row(db, row)


def pieces(db: Database, job_id: int, state: str, *, limit: int = -1) -> list[tuple[str, str]]:
    """(name, reason or remark) of the pieces in that state, in their order."""
    rows = db.execute(
        """select coalesce(nullif(job_item.name, ''), item.name, ''), job_item.reason
        from job_item left join item on item.id = job_item.item_id where job_id = ? and state = ? order by number limit ?""",
        (job_id, state, limit),
    )
    return rows.fetchall()


def tally(db: Database, job_id: int) -> Tally:
    """How far the job is."""
    rows = db.execute(
        """select state, sum(items) from (
            select state, count(*) as items from job_item where job_id = ?1 group by state
            union all select state, sum(items - 1) from job_item where job_id = ?1 and items > 1 group by state)
        group by state""",  # each from an index of its own: people see it once a second
        (job_id,),
    )
    return Tally(**dict(rows.fetchall()))


def items_in(db: Database, job_id: int, state: str) -> list[int]:
    """The items of the job that are in that state."""
    rows = db.execute("select item_id from job_item where job_id = ? and state = ? order by number", (job_id, state))
    return [row[0] for row in rows]


def all_items(db: Database, job_id: int) -> list[int]:
    """Every item of the job that is still there, whatever became of it."""
    rows = db.execute("select item_id from job_item join item on item.id = item_id where job_id = ?", (job_id,))
    return [row[0] for row in rows]


def notes(db: Database, job_id: int) -> dict[int, Any]:
    """Item id → what was noted with its piece, of those that are still there; None where nothing was."""
    rows = db.execute(
        "select item_id, payload from job_item join item on item.id = item_id where job_id = ? order by number",
        (job_id,),
    )
    return {item: None if payload is None else json.loads(payload) for item, payload in rows.fetchall()}


def contents(db: Database, job_id: int) -> Iterator[tuple[int | None, Any]]:
    """(item id, payload) of every piece of the job, whatever became of it."""
    for item, payload in db.execute("select item_id, payload from job_item where job_id = ?", (job_id,)):
        yield item, None if payload is None else json.loads(payload)


def reasons(
    db: Database, job_id: int, *, states: Sequence[str] = ("skipped", "failed"), limit: int = -1
) -> list[tuple[str, str]]:
    """(name, reason) of the pieces that did not go through, or went through with a remark."""
    rows = db.execute(
        """select coalesce(nullif(job_item.name, ''), item.name, ''), reason
        from job_item left join item on item.id = job_item.item_id
        where job_id = ? and state in (select value from json_each(?)) and reason <> '' order by number limit ?""",
        (job_id, json.dumps(list(states)), limit),
    )
    return rows.fetchall()


def from_row(db: Database, row: tuple[Any, ...]) -> Job:
    """The job of a row of `COLUMNS`."""
    (
        id_, kind, lane, dataset, dataset_id, params, state, want, message, result, change_id,
        created, finished, owner, lease,
    ) = row  # fmt: skip
    if state == "running" and not holds(owner, lease):
        state = "interrupted"
    if state not in {*OPEN, *CLOSED, "interrupted"}:
        raise JobError(f"Job {id_} is in an unknown state, {state}.")
    return Job(
        id_, kind, lane, dataset, dataset_id, json.loads(params), state, want, message, json.loads(result), change_id,
        created, finished, tally(db, id_),
    )  # fmt: skip


def reason_counts(db: Database, job_id: int) -> list[tuple[str, int]]:
    """Why pieces did not go through, and how many for each reason, the commonest first."""
    rows = db.execute(
        """select reason, count(*) from job_item where job_id = ? and state in ('skipped', 'failed')
        group by reason order by 2 desc, 1""",
        (job_id,),
    )
    return rows.fetchall()
