"""Opening the catalog, writing to it, and keeping its journal small.

A connection lives for one `with`. Writers take the lock at once (`begin immediate`) and wait for one another, so nobody ever
sees "database is locked". Automatic checkpoints are off: SQLite before 3.51.3 can lose commits where a checkpoint and a commit
meet (sqlite.org/wal.html#walresetbug), so ours runs only while the write lock is held and nothing is being written.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from dscore.catalog import backup, header, journal, migrations, trouble
from dscore.catalog.trouble import in_plain_words
from dscore.config import Library
from dscore.errors import CatalogError, DamagedCatalogError, DscoreError

Database = sqlite3.Connection

BUSY_SECONDS = 60.0
ASK_SECONDS = 0.001
LARGE_WAL_BYTES = 16 * 1024 * 1024
CHECKPOINT_SECONDS = 1.0
"""How long a writer waits, after its commit, for the lock that a checkpoint needs."""

log = logging.getLogger(__name__)


@contextmanager
def open_catalog(library: Library, *, busy_seconds: float = BUSY_SECONDS) -> Iterator[Database]:
    """Open the library's catalog for one piece of work, making it the first time and migrating it where it is older.

    Raises NewerCatalogError, DamagedCatalogError or BusyCatalogError; the file is then untouched.
    """
    with in_plain_words(library.catalog):
        _prepare(library)
        with closing(connect(library.catalog, busy_seconds=busy_seconds)) as db:
            yield db


def connect(path: Path, *, busy_seconds: float = BUSY_SECONDS) -> Database:
    """A connection with the catalog's rules: foreign keys on, no automatic checkpoint, every commit on the disk."""
    for _ in range(3):
        before = _identity(path)
        db = _connected(path, busy_seconds)
        # A restore puts another file here; one that came between the look and the lock has left us the old one.
        if _identity(path) == before:
            break
        db.close()
    return db


def _connected(path: Path, busy_seconds: float) -> Database:
    with in_plain_words(path):
        db = sqlite3.connect(header.address(path, "rw"), uri=True, timeout=busy_seconds, isolation_level=None)
        try:
            db.execute("pragma foreign_keys = on")
            db.execute("pragma synchronous = full")
            db.execute("pragma wal_autocheckpoint = 0")
            # With 0, the first commit after a checkpoint cuts the WAL file to its true length, so its size can be trusted.
            db.execute("pragma journal_size_limit = 0").fetchall()
            db.execute("pragma cache_size = -65536")
            db.execute("pragma temp_store = memory")
            (mode,) = db.execute("pragma journal_mode").fetchone()
            if mode != "wal":
                db.execute("pragma journal_mode = truncate").fetchall()
        except BaseException:
            db.close()
            raise
    return db


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def writing(db: Database) -> Iterator[Database]:
    """One transaction: all of the block is on the disk when it ends, or none of it.

    Waits for other writers as long as the connection was opened for (`BUSY_SECONDS`), then raises BusyCatalogError.
    Everything slow belongs before it.
    """
    path = _file(db)
    with in_plain_words(path):
        _take_lock(db)
        try:
            log.debug("transaction begins")
            yield db
            log.debug("commit begins")
            db.execute("commit")
            log.debug("commit ends")
        except BaseException:
            _roll_back(db)
            raise
    if wal_bytes(path) > LARGE_WAL_BYTES:
        checkpoint(path, busy_seconds=CHECKPOINT_SECONDS)


@contextmanager
def reading(db: Database) -> Iterator[Database]:
    """One snapshot for several queries, so that they agree with each other."""
    db.execute("begin deferred")
    try:
        yield db
    finally:
        _roll_back(db)


def _take_lock(db: Database) -> None:
    """Begin a transaction that writes, asking for the lock every millisecond, as long as the connection's patience lasts.

    SQLite itself asks ever more rarely, down to ten times a second; whoever writes chunk after chunk, with a pause of some
    milliseconds, would then come first nearly every time.
    """
    (patience,) = db.execute("pragma busy_timeout").fetchone()
    until = time.monotonic() + patience / 1000
    db.execute("pragma busy_timeout = 0").fetchall()
    try:
        while True:
            try:
                db.execute("begin immediate")
            except sqlite3.OperationalError as error:
                if trouble.code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            else:
                return
            time.sleep(ASK_SECONDS)
    finally:
        db.execute(f"pragma busy_timeout = {patience}").fetchall()


def _roll_back(db: Database) -> None:
    # SQLite has rolled back by itself after some errors, and where it cannot, closing does; the first error is the one to see.
    with suppress(sqlite3.Error):
        if db.in_transaction:
            db.execute("rollback")


def checkpoint(path: Path, *, busy_seconds: float = BUSY_SECONDS) -> bool:
    """Move what the WAL holds into the catalog, while the write lock keeps every commit away.

    False where it could not be done now; the WAL then keeps everything as safe as before.
    """
    try:
        found = header.read(path)
        if found is None or not found.wal:
            return False
        with closing(connect(path, busy_seconds=busy_seconds)) as guard, closing(connect(path)) as mover:
            _take_lock(guard)
            log.debug("checkpoint begins")
            mover.execute("pragma wal_checkpoint(passive)").fetchall()
            log.debug("checkpoint ends")
            guard.execute("rollback")
    except (sqlite3.Error, DscoreError) as error:
        log.info("%s keeps its write-ahead log for now: %s", path, error)
        return False
    return True


def wal_bytes(path: Path) -> int:
    """How long the write-ahead log is just now; 0 where there is none."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size
    except OSError:
        return 0


def bindable(number: int) -> int:
    """The number, or the nearest one that SQLite takes: the id of nothing, and as a limit as good as none."""
    return max(-1 << 63, min(number, (1 << 63) - 1))


def wait_for_turn(seconds: float = 0.005) -> None:
    """Between two chunks: SQLite's lock has no queue, so whoever writes many chunks steps aside for the others."""
    time.sleep(seconds)


def _prepare(library: Library) -> None:
    path = library.catalog
    found = header.read(path)
    if found is None:
        _refuse_orphaned_library(library)
    else:
        header.refuse_unknown(path, found)
        if found.version == migrations.LATEST:
            journal.follow_settings(library, found)
            return
    try:
        migrations.migrate(library)
    except OSError as error:
        raise CatalogError(
            f"{library.home} cannot be written to: {error.strerror}. Choose another with --home."
        ) from error
    # Until then the header, which is read without SQLite, tells the old version.
    checkpoint(path)


def _refuse_orphaned_library(library: Library) -> None:
    # The images folder is made after the first catalog: pictures without a catalog mean that the catalog went away.
    if library.images.is_dir() and any(entry.name != "incoming" for entry in library.images.iterdir()):
        newest, moved = backup.newest_good(library), backup.broken_off(library)
        cure = f"Restore the newest backup, {newest}" if newest else "Put it back from a copy"
        if moved:
            cure = f"A restore was broken off: run it again, or restore what stood here, {moved}"
        raise DamagedCatalogError(
            f"{library.catalog} is missing, but {library.images} holds pictures. {cure}, or choose another library with --home."
        )


def _file(db: Database) -> Path:
    return Path(db.execute("pragma database_list").fetchone()[2])
