"""Jobs as the pages show them: what is under way, what a dataset has seen, what became of each piece."""

from __future__ import annotations

from dscore.catalog.connection import Database
from dscore.catalog.jobs import COLUMNS, OPEN, Job, from_row

_OPEN = ", ".join(f"'{state}'" for state in OPEN)


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


def reason_counts(db: Database, job_id: int) -> list[tuple[str, int]]:
    """Why pieces did not go through, and how many for each reason, the commonest first."""
    rows = db.execute(
        """select reason, count(*) from job_item where job_id = ? and state in ('skipped', 'failed')
        group by reason order by 2 desc, 1""",
        (job_id,),
    )
    return rows.fetchall()
