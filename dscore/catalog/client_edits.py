"""What was answered to each edit from a browser, so that one that is sent twice is done once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dscore.catalog.clock import now
from dscore.catalog.connection import Database

KEPT = timedelta(days=2)
"""No browser asks again after so long."""


def recall(db: Database, client: str, seq: int) -> str | None:
    """The answer that this edit got, as JSON; None where it has not been done."""
    row = db.execute("select answer from client_edit where client = ? and seq = ?", (client, seq)).fetchone()
    return None if row is None else str(row[0])


def latest(db: Database, client: str, *, limit: int = 100) -> list[str]:
    """The client's last answers, the latest first."""
    rows = db.execute("select answer from client_edit where client = ? order by seq desc limit ?", (client, limit))
    return [row[0] for row in rows]


def remember(db: Database, client: str, seq: int, answer: str) -> None:
    """Keep an answer that `recall` does not know, and forget those of long ago. Inside the caller's transaction."""
    old = (datetime.now(UTC) - KEPT).isoformat(timespec="seconds")
    db.execute("delete from client_edit where at < ?", (old,))
    db.execute("insert into client_edit (client, seq, answer, at) values (?, ?, ?, ?)", (client, seq, answer, now()))
