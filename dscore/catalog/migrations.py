"""How a catalog comes into being, and how an older one becomes today's.

A migration waits until no worker of an older version lives, makes a backup first, and happens in one transaction: killed at
any moment, the catalog is the old one or the new one.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import filelock

from dscore.catalog import backup, header, journal
from dscore.catalog.owners import is_somebody_working
from dscore.config import Library
from dscore.errors import BusyCatalogError, DamagedCatalogError

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

LOCK_SECONDS = 60.0


Step = Callable[["Database"], None]


def script(name: str) -> Step:
    """A step that runs one of the `.sql` files beside this one."""

    def run(db: Database) -> None:
        text = files("dscore.catalog").joinpath(name).read_text(encoding="utf-8")
        for statement in _statements(text):
            db.conn.execute(statement)

    return run


STEPS: tuple[Step, ...] = (
    script("schema.sql"),
    script("schema_lengths.sql"),
    script("schema_dataset_trash.sql"),
    script("schema_versions.sql"),
    script("schema_recipes.sql"),
    script("schema_booru.sql"),
    script("schema_marks.sql"),
    script("schema_sentences.sql"),
    script("schema_borders.sql"),
    script("schema_batches.sql"),
    script("schema_different.sql"),
)
LATEST = len(STEPS)


def migrate(library: Library, *, steps: tuple[Step, ...] = STEPS) -> None:
    """Make the catalog, or bring it to the version that `steps` lead to; processes that come together take turns.

    Raises BusyCatalogError where a worker of the older version lives, or somebody has the catalog locked.
    """
    library.home.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(library.migration_lock, timeout=LOCK_SECONDS):
            _migrate_alone(library, steps)
    except filelock.Timeout as error:
        raise BusyCatalogError(
            f"Another dscore is bringing {library.catalog} up to date. Try again when it is through."
        ) from error


def _migrate_alone(library: Library, steps: tuple[Step, ...]) -> None:
    if header.read(library.catalog) is None:
        _create(library, steps)
    elif _version(library.catalog) < len(steps):
        with closing(_connected(library.catalog)) as db:
            _refuse_beside_workers(db)
        backup.write(library, label=f"before-version-{len(steps)}")
        _apply(library.catalog, steps)


def _version(path: Path) -> int:
    """The version by SQLite: the file's own header may lag behind while the WAL has the new one."""
    with closing(_connected(path)) as db:
        return int(db.execute("pragma user_version").fetchone()[0])


def _create(library: Library, steps: tuple[Step, ...]) -> None:
    # Made under another name and renamed: whoever opens catalog.db sees a whole catalog or none.
    for left in library.home.glob("making-*.db*"):
        left.unlink()
    making = library.home / f"making-{uuid.uuid4().hex}.db"
    try:
        sqlite3.connect(making).close()
        _apply(making, steps)
        journal.set_mode(making, journal.wanted(library))
        backup.set_aside(library, label="left-over")
        making.rename(library.catalog)
    finally:
        making.unlink(missing_ok=True)


def _apply(path: Path, steps: tuple[Step, ...]) -> None:
    """Run what is missing in one transaction; the version stands in the header, where `header.read` finds it."""
    from sqlite_utils import Database as Tables  # slow to import, and only a migration needs it

    with closing(_connected(path)) as db:
        db.execute("pragma foreign_keys = off")
        db.execute("begin immediate")
        _refuse_beside_workers(db)  # again: one may have begun since
        _migrations(steps).apply(Tables(db, execute_plugins=False))
        broken = db.execute("pragma foreign_key_check").fetchone()
        if broken is not None:
            raise DamagedCatalogError(
                f"{path} cannot be brought up to date: a row of “{broken[0]}” names one of “{broken[2]}” that is gone. "
                "It was left as it was. Restore an older backup: python -m dscore restore."
            )
        db.execute(f"pragma application_id = {header.APPLICATION_ID}")
        db.execute(f"pragma user_version = {len(steps)}")
        db.execute("commit")


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(header.address(path, "rw"), uri=True, isolation_level=None, timeout=LOCK_SECONDS)
    db.execute("pragma synchronous = full")
    db.execute("pragma wal_autocheckpoint = 0")
    return db


def _migrations(steps: tuple[Step, ...]) -> Migrations:
    from sqlite_utils.migrations import Migrations as Set

    migrations = Set("dscore")
    for number, step in enumerate(steps, 1):
        migrations(name=f"version_{number}")(step)
    return migrations


def _refuse_beside_workers(db: sqlite3.Connection) -> None:
    if is_somebody_working(db):
        raise BusyCatalogError(
            "The catalog is older than this dscore, and a job of the older one is still running. "
            "Wait until it is through (or stop it), then start again."
        )


def _statements(script: str) -> list[str]:
    """Split at the semicolons that end a statement; a trigger's body holds others."""
    statements, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements
