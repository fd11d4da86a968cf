"""Copies of the catalog, made with SQLite's own backup while everybody goes on working, and put back."""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import filelock

from dscore.catalog import header, journal
from dscore.catalog.owners import is_somebody_working
from dscore.catalog.trouble import code, in_plain_words
from dscore.config import Library
from dscore.errors import BusyCatalogError, CatalogError, DamagedCatalogError, DiskFullError, NotFoundError

LOCK_SECONDS = 60.0
ALONE_SECONDS = 1.0
FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
BEFORE_RESTORE = "before-restore"
MOVED = ("left-over", BEFORE_RESTORE)
"""Labels of what was moved into the backups; the newest good backup is none of these."""

log = logging.getLogger(__name__)


def write(library: Library, *, label: str = "backup") -> Path:
    """Copy the catalog into `backups/`; the pictures stay where they are. Returns the new file."""
    if header.read(library.catalog) is None:
        raise NotFoundError(f"There is no catalog at {library.catalog} yet, so there is nothing to back up.")
    target = _named(library, label)
    partial = target.with_suffix(".partial")
    with _said(library), filelock.FileLock(library.home / "backup.lock"):
        library.backups.mkdir(parents=True, exist_ok=True)
        for left in library.backups.glob("*.partial*"):
            left.unlink()
        try:
            _copy(library.catalog, partial)
            partial.rename(target)
        finally:
            partial.unlink(missing_ok=True)
    return target


def restore(library: Library, source: Path) -> Path | None:
    """Put a backup in the catalog's place; returns where the catalog that stood there was moved, if one did.

    Nobody else may use the catalog: raises BusyCatalogError where another program has it open or a job runs.
    """
    check(source)
    with _said(library):
        library.home.mkdir(parents=True, exist_ok=True)
        try:
            with filelock.FileLock(library.migration_lock, timeout=LOCK_SECONDS):
                return _restored(library, source, library.home / "restoring.db")
        except filelock.Timeout as error:
            raise BusyCatalogError(
                f"Another dscore is changing {library.catalog}. Try again when it is through."
            ) from error


def _restored(library: Library, source: Path, incoming: Path) -> Path | None:
    try:
        _remove(incoming)
        _copy(source, incoming)
        journal.set_mode(incoming, journal.wanted(library))
        with _alone(library.catalog):
            moved = _set_aside(library, label=BEFORE_RESTORE)
        try:
            incoming.rename(library.catalog)
        except OSError:
            _put_back(moved)
            raise
    finally:
        _remove(incoming)
    aside = _catalog_among(library, moved)
    _sweep_empty(aside)
    return aside


@contextmanager
def _said(library: Library) -> Iterator[None]:
    """Raise the disk's refusals as sentences: DiskFullError, or CatalogError."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFullError(f"The disk of {library.home} is full. Make room, and try again.") from error
        raise CatalogError(
            f"{error.filename or library.backups} cannot be written: {error.strerror}. Close programs that have it open, "
            "and check your rights to it. The catalog is as it was."
        ) from error


def newest_good(library: Library) -> Path | None:
    """The newest backup that is whole, or None."""
    for path in sorted(library.backups.glob("*.db"), reverse=True) if library.backups.is_dir() else ():
        if path.stem.endswith(MOVED):
            continue
        try:
            check(path)
        except CatalogError:
            continue
        return path
    return None


def broken_off(library: Library) -> Path | None:
    """The catalog that stood here last, where a restore moved it away and ended before another was in its place."""
    there = sorted(library.backups.glob("*.db"), reverse=True) if library.backups.is_dir() else []
    return there[0] if there and there[0].stem.endswith(BEFORE_RESTORE) and not library.catalog.exists() else None


def lacking(library: Library, files: Collection[str]) -> set[str]:
    """The originals (below `images/`) that no catalog in the backups has; none where one of these cannot be read."""
    left, path = set(files), library.backups
    try:
        for path in _kept(library) if left else ():
            left -= _originals(path)
    except (OSError, sqlite3.Error) as error:
        log.warning("%s cannot be read, so no original is removed: %s", path, error)
        return set()
    return left


def unreadable(library: Library) -> list[Path]:
    """The catalogs in the backups that cannot be read; while there is one, no original that nobody names goes."""
    found = []
    try:
        kept = _kept(library)
    except OSError:
        return [library.backups]
    for path in kept:
        try:
            _originals(path)
        except (OSError, sqlite3.Error):
            found.append(path)
    return sorted(found)


def _kept(library: Library) -> list[Path]:
    try:
        return [path for path in library.backups.iterdir() if path.suffix == ".db"]
    except FileNotFoundError:
        return []


def _originals(path: Path) -> set[str]:
    # Without a log beside it, it is whole and nobody writes it; told so, SQLite leaves nothing beside it either.
    logs = [path.with_name(path.name + suffix) for suffix in ("-wal", "-journal")]
    whole = "" if any(file.exists() and file.stat().st_size for file in logs) else "&immutable=1"
    with closing(sqlite3.connect(header.address(path, "ro") + whole, uri=True)) as db:
        return {file for (file,) in db.execute("select file from image")}


def check(path: Path) -> None:
    """Raise DamagedCatalogError where the file is not a whole catalog, NewerCatalogError where it is of a newer dscore."""
    try:
        found = header.read(path)
    except DamagedCatalogError as error:
        raise DamagedCatalogError(f"{path} is no whole catalog. Choose another backup.") from error
    if found is None:
        raise NotFoundError(f"There is no file {path}.")
    if found.application != header.APPLICATION_ID:
        raise DamagedCatalogError(f"{path} is an SQLite file of another program. Choose another backup.")
    header.refuse_unknown(path, found)
    with in_plain_words(path), closing(sqlite3.connect(header.address(path, "ro"), uri=True)) as db:
        problem = _problem(db)
    if problem:
        raise DamagedCatalogError(f"{path} is damaged ({problem}). Choose an older backup.")


def _problem(db: sqlite3.Connection) -> str:
    try:
        found = str(db.execute("pragma quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        if code(error) not in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            raise
        return str(error)
    return "" if found == "ok" else found


def set_aside(library: Library, *, label: str) -> Path | None:
    """Move the catalog, and what SQLite keeps beside it, into the backups; None where there was no catalog.

    Raises OSError, and then all is where it was.
    """
    return _catalog_among(library, _set_aside(library, label=label))


_Moved = list[tuple[Path, Path]]  # from where, to where


def _set_aside(library: Library, *, label: str) -> _Moved:
    aside = _named(library, label)
    moved: _Moved = []
    try:
        for file in (library.catalog, *header.companions(library.catalog)):
            if file.exists():
                library.backups.mkdir(parents=True, exist_ok=True)
                target = aside.with_name(aside.name + file.name.removeprefix(library.catalog.name))
                file.rename(target)
                moved.append((file, target))
    except OSError:  # on Windows, another program has it open
        _put_back(moved)
        raise
    return moved


def _put_back(moved: _Moved) -> None:
    for file, target in reversed(moved):
        target.rename(file)


def _catalog_among(library: Library, moved: _Moved) -> Path | None:
    return next((target for file, target in moved if file == library.catalog), None)


def _named(library: Library, label: str) -> Path:
    return library.backups / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{label}.db"


def _copy(source: Path, target: Path) -> None:
    with (
        in_plain_words(source),
        closing(sqlite3.connect(header.address(source, "ro"), uri=True, timeout=LOCK_SECONDS)) as from_db,
        closing(sqlite3.connect(target)) as to_db,
    ):
        # In one step: between two, another process that writes would make it begin again, for ever.
        from_db.backup(to_db, pages=-1)
        # A backup of a WAL catalog says WAL in its header; a copy that stands alone must not need one.
        to_db.execute("pragma journal_mode = delete").fetchall()
    with target.open("rb+") as file:
        os.fsync(file.fileno())


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep everybody else out of the catalog, whose write-ahead log is then empty; raises BusyCatalogError."""
    if not path.exists():
        yield
        return
    with closing(sqlite3.connect(path, isolation_level=None, timeout=ALONE_SECONDS)) as db:
        try:
            _take(db)
        except sqlite3.Error as error:
            if code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise BusyCatalogError(f"{path} is in use by another program. Close it, then restore again.") from error
            # Else it is damaged: nobody can use it, and that is what the restore is for.
        else:
            if is_somebody_working(db):
                raise BusyCatalogError(
                    f"A job is running on {path}. Let it end, or cancel it (python -m dscore jobs), then restore again."
                )
        if os.name == "nt":  # where an open file cannot be renamed
            db.close()
        yield


def _take(db: sqlite3.Connection) -> None:
    db.execute("pragma wal_autocheckpoint = 0")
    db.execute("pragma locking_mode = exclusive").fetchall()
    db.execute("begin exclusive")
    db.execute("rollback")
    db.execute("pragma wal_checkpoint(truncate)").fetchall()


def _sweep_empty(aside: Path | None) -> None:
    for file in header.companions(aside) if aside is not None else ():
        if file.exists() and not file.stat().st_size:
            file.unlink()


def _remove(path: Path) -> None:
    for file in (path, *header.companions(path)):
        file.unlink(missing_ok=True)
