"""A catalog's file from outside: its address for SQLite, and its first 100 bytes, read so that what is refused stays untouched.

Offsets from sqlite.org/fileformat.html: 18 write version (2: WAL), 60 user version, 68 application id.

Never open a catalog's file in any other way. On POSIX systems, closing a handle drops every lock that this process holds on
the file, those of a transaction under way in another thread among them; another process then writes into it, or deletes its
WAL (sqlite.org/howtocorrupt.html, 2.2). So what was opened here stays open.
"""

from __future__ import annotations

import os
import struct
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from dscore.errors import CatalogError, DamagedCatalogError, NewerCatalogError

MAGIC = b"SQLite format 3\x00"
APPLICATION_ID = 0x64736372  # "dscr"
VERSION = 11
"""The version that this program writes; migrations.STEPS lead to it."""

HEADER_BYTES = 100
COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a catalog; beside another catalog of the same name it would destroy it."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says of itself."""

    version: int
    application: int
    wal: bool


def address(path: Path, mode: Literal["ro", "rw"]) -> str:
    """The file as SQLite's URI, which makes no new file: also for `?`, `#`, `%` in names, drives and network shares."""
    posix = quote(os.fsencode(path.absolute().as_posix()), safe="/:")
    return f"file://{'' if posix.startswith('/') else '/'}{posix}?mode={mode}"


def companions(path: Path) -> list[Path]:
    """The files that SQLite keeps beside the catalog, whether they are there or not."""
    return [path.with_name(path.name + suffix) for suffix in COMPANIONS]


def read(path: Path) -> Header | None:
    """The header, or None where no file is; raises DamagedCatalogError where the file is no SQLite file."""
    try:
        start = _first_bytes(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CatalogError(f"{path} cannot be opened: {error.strerror}.") from error
    if len(start) < HEADER_BYTES or not start.startswith(MAGIC):
        what = "is empty" if not start else "is not a catalog"
        raise DamagedCatalogError(
            f"{path} {what}. Restore a backup (python -m dscore restore), or choose another library with --home."
        )
    version, _, application = struct.unpack_from(">III", start, 60)
    return Header(version=version, application=application, wal=start[18] == 2)


_kept: dict[tuple[int, int], int] = {}
_one_at_a_time = threading.Lock()


def _first_bytes(path: Path) -> bytes:
    if os.name == "nt":  # there, locks belong to handles, and an open handle would keep the file from being replaced
        with path.open("rb") as file:
            return file.read(HEADER_BYTES)
    with _one_at_a_time:
        found = path.stat()
        handle = _kept.get((found.st_dev, found.st_ino))
        if handle is None:
            _forget_deleted()
            handle = os.open(path, os.O_RDONLY)
            opened = os.fstat(handle)
            _kept[opened.st_dev, opened.st_ino] = handle
        return os.pread(handle, HEADER_BYTES, 0)


def _forget_deleted() -> None:
    for file, handle in list(_kept.items()):
        if os.fstat(handle).st_nlink == 0:
            os.close(_kept.pop(file))


def refuse_unknown(path: Path, found: Header, *, latest: int = VERSION) -> None:
    """Raise where another program, or a newer dscore, wrote the file."""
    if found.application != APPLICATION_ID:
        raise DamagedCatalogError(f"{path} is an SQLite file of another program. Choose another library with --home.")
    if found.version > latest:
        raise NewerCatalogError(
            f"{path} was written by a newer dscore (version {found.version} of the catalog; this one knows {latest}). "
            "Update dscore; the catalog was not touched."
        )
