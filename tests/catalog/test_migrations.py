from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database as Tables

from dscore.catalog import backup, header, job_lists, jobs, migrations
from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library
from dscore.errors import BusyCatalogError, DamagedCatalogError

OPENER = """
import sys
from pathlib import Path
from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library
with open_catalog(Library(Path(sys.argv[1]))) as db, writing(db):
    db.execute("insert into tag (name, key) values (?, '')", (sys.argv[2],))
"""
# A step that takes its time, and says so, so that it can be killed in the middle.
MIGRATOR = """
import sys, time
from pathlib import Path
from dscore.catalog import migrations
from dscore.config import Library

def second(db):
    db.execute("alter table tag add column hue text")
    db.execute("update tag set hue = 'red'")
    print("half way", flush=True)
    time.sleep(float(sys.argv[2]))
    db.execute("create table half (id integer primary key)")

migrations.migrate(Library(Path(sys.argv[1])), steps=(*migrations.STEPS, second))
"""


def second(db: Tables) -> None:
    db.execute("alter table tag add column hue text")
    db.execute("create table half (id integer primary key)")


def failing(db: Tables) -> None:
    db.execute("create table other_half (id integer primary key)")
    raise ZeroDivisionError


def orphaning(db: Tables) -> None:
    db.execute("insert into prose (item_id, text, source_id) values (99, '', 1)")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = Library(tmp_path / "library")
    with open_catalog(made) as db, writing(db):
        db.executemany("insert into tag (name, key) values (?, '')", ((f"tag {n}",) for n in range(100)))
    return made


def started(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", script, *map(str, arguments)], stdout=subprocess.PIPE, text=True)


def shape(path: Path) -> tuple[int, bool, bool, int]:
    """Version, whether the new column and the new table are there, and the number of tags."""
    db = sqlite3.connect(path)
    try:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
        columns = [row[1] for row in db.execute("pragma table_info(tag)")]
        tables = [row[0] for row in db.execute("select name from sqlite_master")]
        version = db.execute("pragma user_version").fetchone()[0]
        return version, "hue" in columns, "half" in tables, db.execute("select count(*) from tag").fetchone()[0]
    finally:
        db.close()


NOW, NEXT = migrations.LATEST, migrations.LATEST + 1
OLD, NEW = (NOW, False, False, 100), (NEXT, True, True, 100)


def test_eight_processes_make_one_catalog(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    processes = [started(OPENER, library.home, n) for n in range(8)]
    for process in processes:
        process.communicate()
    assert [process.returncode for process in processes] == [0] * 8
    with open_catalog(library) as db:
        assert sorted(row[0] for row in db.execute("select name from tag")) == list("01234567")
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert db.execute("pragma foreign_key_check").fetchall() == []
    assert not list(library.home.glob("making-*"))


def test_an_older_catalog_is_backed_up_and_brought_up_to_date(library: Library) -> None:
    migrations.migrate(library, steps=(*migrations.STEPS, second))
    assert shape(library.catalog) == NEW
    (copy,) = library.backups.glob(f"*-before-version-{NEXT}.db")
    assert shape(copy) == OLD


def test_an_edit_that_waits_in_an_older_catalog_keeps_its_items_and_their_revs(tmp_path: Path) -> None:
    library = Library(tmp_path / "older")
    migrations.migrate(library, steps=migrations.STEPS[:9])
    with closing(sqlite3.connect(library.catalog)) as db, db:
        for number, kind in enumerate(("edit", "revert", "tag"), 1):
            db.execute(
                "insert into job (id, kind, lane, params, created_at) values (?, ?, 'disk', '{}', '')", (number, kind)
            )
        rows = [
            (1, 1, 7, "3", "waiting"),
            (1, 2, 8, "4", "done"),
            (2, 1, 9, None, "waiting"),
            (3, 1, 9, None, "waiting"),
        ]
        db.executemany("insert into job_item (job_id, number, item_id, payload, state) values (?, ?, ?, ?, ?)", rows)
    with open_catalog(library) as catalog:
        waiting = [(one.item_id, one.payload) for job in (1, 2, 3) for one in jobs.waiting(catalog, job, limit=9)]
        assert waiting == [(None, [[7, 3]]), (None, [[9, None]]), (9, None)]
        assert job_lists.tally(catalog, 1) == job_lists.Tally(waiting=1, done=1)


def test_a_step_that_fails_leaves_the_old_catalog(library: Library) -> None:
    with pytest.raises(ZeroDivisionError):
        migrations.migrate(library, steps=(*migrations.STEPS, second, failing))
    assert shape(library.catalog) == OLD


def test_a_step_that_breaks_references_leaves_the_old_catalog(library: Library) -> None:
    with pytest.raises(DamagedCatalogError, match=r"prose.*item"):
        migrations.migrate(library, steps=(*migrations.STEPS, second, orphaning))
    assert shape(library.catalog) == OLD


def test_a_killed_migration_leaves_the_old_catalog_and_can_be_done_again(library: Library) -> None:
    process = started(MIGRATOR, library.home, 60)
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.communicate()
    assert shape(library.catalog) == OLD
    with open_catalog(library) as db:
        assert db.execute("select count(*) from tag").fetchone() == (100,)
    migrations.migrate(library, steps=(*migrations.STEPS, second))
    assert shape(library.catalog) == NEW


def test_two_processes_migrate_once(library: Library) -> None:
    processes = [started(MIGRATOR, library.home, 0.3) for _ in range(2)]
    output = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert "".join(output).count("half way") == 1
    assert shape(library.catalog) == NEW
    assert len(list(library.backups.glob("*.db"))) == 1


def test_a_migration_beside_a_reader_is_seen_though_the_header_lags_behind(library: Library) -> None:
    with open_catalog(library) as db:
        db.execute("begin")
        db.execute("select * from tag").fetchone()
        for _ in range(2):
            migrations.migrate(library, steps=(*migrations.STEPS, second))
        db.execute("rollback")
    assert len(list(library.backups.glob("*.db"))) == 1


@pytest.mark.parametrize("alive", [True, False])
def test_a_migration_waits_for_a_worker_that_lives(library: Library, alive: bool) -> None:
    script = OPENER.replace("db.execute(", "jobs.enqueue(db, kind='tag', lane='device', dataset_id=None, params={}, items=[],"
        " held=True); db.execute(").replace("from pathlib", "from dscore.catalog import jobs\nfrom pathlib")  # fmt: skip
    process = started(script + "print('going', flush=True); import time; time.sleep(60)", library.home, "x")
    assert process.stdout is not None
    process.stdout.readline()
    if not alive:
        process.kill()
        process.wait()
    try:
        if alive:
            with pytest.raises(BusyCatalogError, match="still running"):
                migrations.migrate(library, steps=(*migrations.STEPS, second))
            assert shape(library.catalog)[:3] == OLD[:3]
        else:
            migrations.migrate(library, steps=(*migrations.STEPS, second))
            assert shape(library.catalog)[:3] == NEW[:3]
    finally:
        process.kill()
        process.communicate()


def test_a_job_of_another_machine_holds_a_migration_only_as_long_as_its_lease(library: Library) -> None:
    with open_catalog(library) as db, writing(db):
        jobs.enqueue(db, kind="tag", lane="device", dataset_id=None, params={}, items=[], held=True)
        db.execute("update job set owner = 'elsewhere:1:1', lease_until = ?", (time.time() - 1,))
    migrations.migrate(library, steps=(*migrations.STEPS, second))
    assert shape(library.catalog) == NEW


def test_a_log_that_was_left_beside_no_catalog_never_gets_into_the_new_one(tmp_path: Path) -> None:
    old = Library(tmp_path / "old")
    with open_catalog(old) as db, writing(db):
        db.execute("insert into tag (name, key) values ('stale', '')")
        stale = old.catalog.with_name("catalog.db-wal").read_bytes()
    library = Library(tmp_path / "library")
    library.home.mkdir()
    library.catalog.with_name("catalog.db-wal").write_bytes(stale)
    with open_catalog(library) as db:
        assert db.execute("select count(*) from tag").fetchone() == (0,)
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
    assert [path.read_bytes() for path in library.backups.glob("*-left-over.db-wal")] == [stale]


def test_what_a_killed_creation_left_is_swept(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    library.home.mkdir()
    (library.home / "making-0.db").write_bytes(b"half")
    with open_catalog(library):
        pass
    assert not list(library.home.glob("making-*"))
    assert header.read(library.catalog) is not None
    assert backup.newest_good(library) is None
