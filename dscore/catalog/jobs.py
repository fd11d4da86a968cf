"""Long work that survives everything: what is to be done, item by item, and who is doing it.

A worker holds a job by a lease and a fence number. Each chunk's results, item states and counters commit in one transaction
that checks both, so a worker that was thought dead writes nothing any more, and done means committed.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from dscore.catalog import changes, job_lists
from dscore.catalog.clock import now
from dscore.catalog.connection import Database, writing
from dscore.catalog.job_lists import Job
from dscore.catalog.owners import holds, this_process
from dscore.errors import LeaseLostError, NotFoundError, WrongUseError

log = logging.getLogger(__name__)

LEASE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class NewItem:
    """One piece of a new job: an item, or a file of a source by its key; `payload` is what the job was given for it.

    A piece may stand for many `items`, which its payload then lists. What is known beforehand not to go in comes with
    `reason`, as "skipped", or with another `state` ("there").
    """

    item_id: int | None = None
    key: str = ""
    name: str = ""
    payload: Any = None
    reason: str = ""
    state: str = ""
    items: int = 1


@dataclass(frozen=True, slots=True)
class JobItem:
    """One piece of a job, still to be done."""

    number: int
    item_id: int | None
    key: str
    name: str
    payload: Any
    items: int = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a piece: "done", "there" (already so), "skipped" or "failed", with the reason as a sentence."""

    number: int
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A job in the hands of this process; `fence` is what every write checks."""

    id: int
    kind: str
    dataset_id: int | None
    params: dict[str, Any]
    owner: str
    fence: int


def enqueue(
    db: Database,
    *,
    kind: str,
    lane: str,
    dataset_id: int | None,
    params: dict[str, Any],
    items: Iterable[NewItem],
    held: bool = False,
) -> int:
    """Write a new job with the snapshot of its pieces, inside the caller's transaction; `held`: by this process, at once."""
    job_id = prepare(db, kind=kind, lane=lane, dataset_id=dataset_id, params=params)
    add_items(db, job_id, list(items), first=1)
    release(db, job_id, held=held)
    return job_id


def prepare(db: Database, *, kind: str, lane: str, dataset_id: int | None, params: dict[str, Any]) -> int:
    """A job whose pieces are still to come, in transactions of their own; until `release` it counts as cancelled."""
    cursor = db.execute(
        """insert into job (kind, lane, dataset_id, params, created_at, state, message)
        values (?, ?, ?, ?, ?, 'cancelled', 'It was stopped while it was being prepared.')""",
        (kind, lane, dataset_id, json.dumps(params), now()),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def add_items(db: Database, job_id: int, items: Sequence[NewItem], *, first: int) -> None:
    """Pieces of a job that is being prepared, numbered from `first`. Inside the caller's transaction."""
    numbers = accumulate((one.items for one in items), initial=first)
    db.executemany(
        """insert into job_item (job_id, number, item_id, key, name, payload, state, reason, items)
        values (?1, ?2, ?3, ?4, ?5, ?6, coalesce(nullif(?8, ''), iif(?7 = '', 'waiting', 'skipped')), ?7, ?9)""",
        [
            (job_id, number, one.item_id, one.key, one.name, _json(one.payload), one.reason, one.state, one.items)
            for number, one in zip(numbers, items, strict=False)
        ],
    )


def extend(db: Database, held: Held, items: Sequence[NewItem]) -> None:
    """More pieces for a job that is gone on with, behind those that it has; raises LeaseLostError."""
    with writing(db):
        _keep(db, held)
        (first,) = db.execute(
            "select coalesce(max(number + items), 1) from job_item where job_id = ?", (held.id,)
        ).fetchone()
        add_items(db, held.id, items, first=first)


def note(db: Database, held: Held, payloads: Mapping[int, Any]) -> None:
    """Keep something with pieces that are through, by number, for a later step. Inside the caller's transaction."""
    db.executemany(
        "update job_item set payload = ? where job_id = ? and number = ?",
        [(_json(payload), held.id, number) for number, payload in payloads.items()],
    )


def release(db: Database, job_id: int, *, held: bool = False) -> None:
    """All pieces are there: the job waits for a worker, or is this process's own. Inside the caller's transaction."""
    state, owner, lease = ("running", this_process(), time.time() + LEASE_SECONDS) if held else ("queued", None, None)
    db.execute(
        "update job set state = ?, message = '', owner = ?, lease_until = ?, started_at = ?, fence = ? where id = ?",
        (state, owner, lease, now() if held else None, int(held), job_id),
    )


def _json(payload: Any) -> str | None:
    return None if payload is None else json.dumps(payload)


def held_by_me(db: Database, job_id: int) -> Held:
    """The job that this process has just written as its own."""
    kind, dataset_id, params, owner, fence = db.execute(
        "select kind, dataset_id, params, owner, fence from job where id = ?", (job_id,)
    ).fetchone()
    return Held(job_id, kind, dataset_id, json.loads(params), owner, fence)


def claim(db: Database, job_id: int) -> Held:
    """Take the job; raises WrongUseError where it is over or somebody living has it. What was asked of it stands."""
    row = db.execute("select state, owner, fence, lease_until from job where id = ?", (job_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"There is no job {job_id}. “jobs” lists them.")
    state, owner, fence, lease_until = row
    if state in job_lists.CLOSED or state == "paused":
        raise WrongUseError(f"Job {job_id} is {state}." + (" Resume it first." if state == "paused" else ""))
    if state == "running" and holds(owner, lease_until):
        raise WrongUseError(f"Job {job_id} is already running in another process.")
    me = this_process()
    with writing(db):
        taken = db.execute(
            """update job set state = 'running', owner = ?, fence = fence + 1, lease_until = ?,
                started_at = coalesce(started_at, ?) where id = ? and fence = ? and state = ?""",
            (me, time.time() + LEASE_SECONDS, now(), job_id, fence, state),
        ).rowcount
    if not taken:
        raise WrongUseError(f"Job {job_id} has just been taken by another process.")
    kind, dataset_id, params = db.execute("select kind, dataset_id, params from job where id = ?", (job_id,)).fetchone()
    return Held(job_id, kind, dataset_id, json.loads(params), me, fence + 1)


def next_for(db: Database, lane: str) -> int | None:
    """The oldest job of the lane that waits for a worker: queued, or left by a dead one."""
    rows = db.execute(
        "select id, state, owner, lease_until from job where lane = ? and state in ('queued', 'running') order by id",
        (lane,),
    ).fetchall()
    free = (id_ for id_, state, owner, lease in rows if state == "queued" or not holds(owner, lease))
    return next(free, None)


def renew(db: Database, held: Held) -> None:
    """Prolong the lease; raises LeaseLostError where another worker has the job."""
    with writing(db):
        _keep(db, held)


def _keep(db: Database, held: Held) -> None:
    kept = db.execute(
        "update job set lease_until = ? where id = ? and owner = ? and fence = ? and state = 'running'",
        (time.time() + LEASE_SECONDS, held.id, held.owner, held.fence),
    ).rowcount
    if not kept:
        raise LeaseLostError(f"Job {held.id} was taken over by another worker; this one stops.")


def mark(db: Database, held: Held, marks: Sequence[Mark], *, change_id: int | None = None) -> None:
    """Note what became of these pieces, in the transaction that holds their results; raises LeaseLostError."""
    _keep(db, held)
    log.debug("job %d: %d pieces are through", held.id, len(marks))
    fates: dict[tuple[str, str], list[int]] = {}
    for one in marks:
        fates.setdefault((one.state, one.reason), []).append(one.number)
    db.executemany(
        """update job_item set state = ?, reason = ?, payload = null
        where job_id = ? and number in (select value from json_each(?))""",
        [(state, reason, held.id, json.dumps(numbers)) for (state, reason), numbers in fates.items()],
    )
    _made(db, held, change_id)


def settle(
    db: Database, held: Held, piece: JobItem, fates: Mapping[tuple[str, str], Sequence[int]], *, change_id: int | None
) -> None:
    """Note what became of the items of a piece that stands for many, by (state, reason), as `mark` does for others.

    Those without a reason stay together; each of the others gets a row of its own.
    """
    _keep(db, held)
    log.debug("job %d: %d pieces are through", held.id, piece.items)
    rows: list[tuple[int | None, str | None, str, str, int]] = []
    for (state, reason), items in fates.items():
        if reason:
            rows += [(item, None, state, reason, 1) for item in items]
        elif items:
            rows.append((None, json.dumps(items), state, "", len(items)))
    numbers = accumulate((row[-1] for row in rows), initial=piece.number)
    db.execute("delete from job_item where job_id = ? and number = ?", (held.id, piece.number))
    db.executemany(
        "insert into job_item (job_id, number, item_id, payload, state, reason, items) values (?, ?, ?, ?, ?, ?, ?)",
        [(held.id, number, *row) for number, row in zip(numbers, rows, strict=False)],
    )
    _made(db, held, change_id)


def _made(db: Database, held: Held, change_id: int | None) -> None:
    if change_id is not None:
        db.execute("update job set change_id = ? where id = ?", (change_id, held.id))


def waiting(db: Database, job_id: int, *, limit: int, after: int = 0) -> list[JobItem]:
    """The next pieces to do, by number."""
    rows = db.execute(
        """select number, item_id, key, name, payload, items from job_item
        where job_id = ? and state = 'waiting' and number > ? order by number limit ?""",
        (job_id, after, limit),
    )
    return [
        JobItem(number, item_id, key, name, None if payload is None else json.loads(payload), items)
        for number, item_id, key, name, payload, items in rows.fetchall()
    ]


def change_of(db: Database, job_id: int) -> int | None:
    """The change that the job has begun, if it has."""
    return db.execute("select change_id from job where id = ?", (job_id,)).fetchone()[0]  # type: ignore[no-any-return]


def keep_result(db: Database, held: Held, result: dict[str, Any]) -> None:
    """Part of what the job will have made, inside the caller's transaction; raises LeaseLostError."""
    _keep(db, held)
    db.execute("update job set result = ? where id = ?", (json.dumps(result), held.id))


def finish(db: Database, held: Held, *, state: str, message: str = "", result: dict[str, Any] | None = None) -> None:
    """Close the job (or set it "paused"), inside the caller's transaction; raises LeaseLostError.

    What it has made stays where no `result` is given.
    """
    _keep(db, held)
    closed = now() if state in job_lists.CLOSED else None
    db.execute(
        """update job set state = ?, message = ?, result = coalesce(?, result), finished_at = ?,
            owner = null, lease_until = null, want = null where id = ?""",
        (state, message, _json(result), closed, held.id),
    )


def ask(db: Database, job_id: int, want: str) -> Job:
    """Pause, cancel or resume a job; a running one obeys within a second. Raises WrongUseError where that makes no sense."""
    with writing(db):
        job = job_lists.get(db, job_id)
        match want, job.state:
            case (("pause" | "cancel"), "running"):
                db.execute("update job set want = ? where id = ?", (want, job_id))
            case "pause", ("queued" | "interrupted" | "paused"):
                _release(db, job_id, "paused")
            case "cancel", ("queued" | "paused" | "interrupted"):
                _release(db, job_id, "cancelled")
                changes.close_change(db, job.change_id, state="partial")
            case "resume", ("queued" | "paused" | "interrupted"):
                _release(db, job_id, "queued")
            case "resume", "running":
                db.execute("update job set want = null where id = ?", (job_id,))
            case _:
                raise WrongUseError(f"Job {job_id} is {job.state}; it cannot be asked to {want}.")
    return job_lists.get(db, job_id)


def _release(db: Database, job_id: int, state: str) -> None:
    """Take the job from whoever had it, dead or stopped: its fence is not enough to write any more."""
    db.execute(
        """update job set state = ?, want = null, owner = null, lease_until = null, finished_at = ? where id = ?""",
        (state, now() if state in job_lists.CLOSED else None, job_id),
    )


def wanted(db: Database, job_id: int) -> str | None:
    """What was asked of a running job: "pause", "cancel" or None."""
    return db.execute("select want from job where id = ?", (job_id,)).fetchone()[0]  # type: ignore[no-any-return]


def interrupted(db: Database, *, kind: str, dataset_id: int | None, params: dict[str, Any]) -> int | None:
    """A job of just this kind that was left half way, so that the same command goes on with it.

    One that was asked to pause or to cancel, and died before it did, is none.
    """
    asked = json.loads(json.dumps(params))
    rows = db.execute(
        """select id, owner, lease_until, params from job
        where kind = ? and dataset_id is ? and state = 'running' and want is null order by id""",
        (kind, dataset_id),
    ).fetchall()
    same = (id_ for id_, owner, lease, text in rows if json.loads(text) == asked and not holds(owner, lease))
    return next(same, None)


def asked(db: Database, kind: str) -> list[tuple[str, str]]:
    """(parameters as JSON, state) of every job of that kind, the latest last."""
    return db.execute("select params, state from job where kind = ? order by id", (kind,)).fetchall()
