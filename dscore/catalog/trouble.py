"""SQLite's errors in plain words."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dscore.errors import BusyCatalogError, CatalogError, DamagedCatalogError, DiskFullError, DscoreError

ROOM_BYTES = 1 << 20

_BUSY = (
    BusyCatalogError,
    "Another program has kept {path} locked for too long. Close it, and try again; nothing was changed.",
)
_DAMAGED = (DamagedCatalogError, "{path} is damaged ({error}). Restore a backup: python -m dscore restore.")
_FULL = (DiskFullError, "The disk of {path} is full. Make room, and try again; nothing was changed.")
_DISK = (CatalogError, "{path} could not be read or written ({error}). Check the disk; nothing was changed.")

_SENTENCES: dict[int, tuple[type[DscoreError], str]] = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_PROTOCOL: _BUSY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _DISK,
    sqlite3.SQLITE_READONLY: _DISK,
    sqlite3.SQLITE_CANTOPEN: _DISK,
    sqlite3.SQLITE_PERM: _DISK,
}


def code(error: sqlite3.Error) -> int:
    """SQLite's primary result code (sqlite.org/rescode.html), or -1 where the error is Python's own."""
    full = getattr(error, "sqlite_errorcode", -1)
    return full & 0xFF if full >= 0 else -1


def plain(error: sqlite3.Error, path: Path) -> DscoreError | None:
    """The same trouble as a sentence; None for what is a bug of ours, and should look like one."""
    found = _SENTENCES.get(code(error))
    if found is None:
        return None
    kind, sentence = _FULL if found is _DISK and _is_full(path) else found
    return kind(sentence.format(path=path, error=error))


def _is_full(path: Path) -> bool:
    # SQLite calls it an I/O error where there is no room for the memory that a WAL's users share.
    try:
        return shutil.disk_usage(path.parent).free < ROOM_BYTES
    except OSError:
        return False


@contextmanager
def in_plain_words(path: Path) -> Iterator[None]:
    """Raise what SQLite says of that catalog as a CatalogError or DiskFullError."""
    try:
        yield
    except sqlite3.Error as error:
        sentence = plain(error, path)
        if sentence is None:
            raise
        raise sentence from error
