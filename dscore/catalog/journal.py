"""Which journal a library's disk can bear, and setting it.

WAL lets pages read while workers write, and needs memory that all processes share; a network disk has none
(sqlite.org/wal.html), so there it is TRUNCATE.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import psutil

from dscore.catalog import header
from dscore.config import Library

NETWORK_FILE_SYSTEMS = frozenset(
    [
        *("9p", "afpfs", "beegfs", "ceph", "cifs", "davfs", "lustre", "nfs", "nfs4", "smb2", "smb3", "smbfs", "vboxsf"),
        *("fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.sshfs", "webdav"),
    ]
)

log = logging.getLogger(__name__)


def wanted(library: Library) -> str:
    """ "wal" or "truncate": what settings.toml says, or what suits the disk."""
    journal = library.settings().journal
    if journal == "auto":
        return "truncate" if on_network(library.home) else "wal"
    return journal


def follow_settings(library: Library, found: header.Header) -> None:
    """Change the journal where settings.toml names another; while somebody has the catalog open it stays, until next time."""
    journal = library.settings().journal
    if journal == "auto" or (journal == "wal") == found.wal:
        return
    try:
        set_mode(library.catalog, journal)
    except sqlite3.OperationalError as error:
        log.info("%s keeps its journal for now: %s", library.catalog, error)


def set_mode(path: Path, mode: str) -> None:
    """Write the mode into the file; raises sqlite3.OperationalError where somebody else has it open."""
    with closing(sqlite3.connect(header.address(path, "rw"), uri=True, isolation_level=None, timeout=0.0)) as db:
        db.execute("pragma wal_autocheckpoint = 0")
        # An exclusive lock does without the shared memory, which the new disk may not have.
        db.execute("pragma locking_mode = exclusive").fetchall()
        db.execute("begin immediate")
        db.execute("rollback")
        db.execute(f"pragma journal_mode = {mode}").fetchall()


def on_network(folder: Path) -> bool:
    """Whether the folder lies on another machine's disk."""
    resolved = folder.resolve()
    if str(resolved).startswith("\\\\"):
        return True
    mounts = [part for part in psutil.disk_partitions(all=True) if resolved.is_relative_to(part.mountpoint)]
    nearest = max(mounts, key=lambda part: len(part.mountpoint), default=None)
    if nearest is None:
        return False
    return nearest.fstype.lower() in NETWORK_FILE_SYSTEMS or "remote" in nearest.opts.split(",")
