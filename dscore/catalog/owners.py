"""Who holds a job: a process on this machine, told from another that later got the same number by its start time."""

from __future__ import annotations

import platform
import sqlite3
import time

import psutil


def this_process() -> str:
    """`host:pid:start`; the start is in hundredths of a second."""
    process = psutil.Process()
    return f"{platform.node()}:{process.pid}:{_start(process)}"


def is_alive(owner: str) -> bool:
    """Whether that process still runs. One of another machine counts as alive: only its lease can end."""
    host, pid, start = owner.rsplit(":", 2)
    if host != platform.node():
        return True
    try:
        process = psutil.Process(int(pid))
        return _start(process) == start and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def holds(owner: str | None, lease_until: float | None) -> bool:
    """Whether somebody living has a job of which the catalog says so; a stopped process loses it when its lease ends."""
    return owner is not None and lease_until is not None and lease_until > time.time() and is_alive(owner)


def is_somebody_working(db: sqlite3.Connection) -> bool:
    """Whether any job runs just now; False where the catalog is too damaged to say."""
    try:
        rows = db.execute("select owner, lease_until from job where state = 'running'").fetchall()
    except sqlite3.DatabaseError:
        return False
    return any(holds(owner, lease_until) for owner, lease_until in rows)


def _start(process: psutil.Process) -> str:
    # Linux keeps the start as ticks since boot, and psutil adds the boot time, which moves when the clock is set.
    since = psutil.boot_time() if psutil.LINUX else 0.0
    return str(round((process.create_time() - since) * 100))
