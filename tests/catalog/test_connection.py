"""Several real processes at one catalog."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from dscore.catalog import backup, connection, migrations
from dscore.catalog.connection import bindable, checkpoint, connect, open_catalog, reading, wal_bytes, writing
from dscore.config import Library
from dscore.errors import BusyCatalogError, CatalogError, DamagedCatalogError, DiskFullError

ADD = "insert into tag (name, key) values (?, '')"

# Counts up by reading and then writing; each event is logged with the clock that all processes share, and with how far
# the counter is for everybody else.
COUNTER = """
import logging, sys, time
from pathlib import Path
from dscore.catalog import backup, connection, migrations
from dscore.catalog.connection import checkpoint, connect, open_catalog, writing
from dscore.config import Library

library, rounds = Library(Path(sys.argv[1])), int(sys.argv[2])
look = connect(library.catalog)
events = []

class Events(logging.Handler):
    def emit(self, record):
        at = time.monotonic_ns()
        count = int(look.execute("select key from tag where id = 1").fetchone()[0]) if "checkpoint" in record.msg else -1
        events.append(f"{record.msg}|{at}|{count}")

connection.log.setLevel(logging.DEBUG)
connection.log.addHandler(Events())
for number in range(rounds):
    with open_catalog(library) as db:
        for _ in range(4):
            with writing(db):
                (key,) = db.execute("select key from tag where id = 1").fetchone()
                db.execute("update tag set key = ? where id = 1", (str(int(key) + 1),))
    if sys.argv[3] == "checkpoint":
        checkpoint(library.catalog)
print("\\n".join(events))
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


@pytest.fixture
def two(library: Library) -> Iterator[tuple[sqlite3.Connection, sqlite3.Connection]]:
    """Two connections at once; the second waits for a tenth of a second only."""
    with open_catalog(library) as one, open_catalog(library, busy_seconds=0.1) as other:
        yield one, other


def names(db: sqlite3.Connection) -> list[str]:
    return [row[0] for row in db.execute("select name from tag order by id")]


def started(script: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def ended(processes: list[subprocess.Popen[str]]) -> list[str]:
    output = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return output


def test_a_transaction_is_written_whole_or_not_at_all(library: Library) -> None:
    with open_catalog(library) as db:
        with pytest.raises(ZeroDivisionError), writing(db):  # noqa: PT012  # the block is the transaction
            db.execute(ADD, ("lost",))
            raise ZeroDivisionError
        with writing(db):
            db.execute(ADD, ("kept",))
    with open_catalog(library) as db:
        assert names(db) == ["kept"]


def test_a_writer_that_waits_too_long_is_told_so(two: tuple[sqlite3.Connection, sqlite3.Connection]) -> None:
    one, other = two
    with writing(one), pytest.raises(BusyCatalogError, match=r"catalog\.db locked for too long"), writing(other):
        pass
    with writing(other):
        other.execute(ADD, ("later",))
    assert names(one) == ["later"]


def test_a_reader_sees_one_moment(two: tuple[sqlite3.Connection, sqlite3.Connection]) -> None:
    one, other = two
    with reading(one):
        assert names(one) == []
        with writing(other):
            other.execute(ADD, ("new",))
        assert names(one) == []
    assert names(one) == ["new"]


def test_a_connection_stays_in_its_thread(library: Library) -> None:
    errors: list[sqlite3.ProgrammingError] = []

    def use() -> None:
        try:
            db.execute("select 1")
        except sqlite3.ProgrammingError as error:
            errors.append(error)

    with open_catalog(library) as db:
        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
    assert len(errors) == 1


@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_eight_processes_that_read_and_then_write_lose_nothing(library: Library, journal: str) -> None:
    library.home.mkdir()
    (library.home / "settings.toml").write_text(f'journal = "{journal}"\n', encoding="utf-8")
    with open_catalog(library) as db, writing(db):
        db.execute("insert into tag (id, name, key) values (1, 'counter', '0')")
    ended([started(COUNTER, library.home, 5, "") for _ in range(8)])
    with open_catalog(library) as db:
        assert db.execute("pragma journal_mode").fetchone() == (journal,)
        assert db.execute("select key from tag").fetchone() == ("160",)


def test_no_checkpoint_overlaps_a_commit(library: Library) -> None:
    with open_catalog(library) as db, writing(db):
        db.execute("insert into tag (id, name, key) values (1, 'counter', '0')")
    output = ended([started(COUNTER, library.home, 15, kind) for kind in ("", "", "checkpoint", "checkpoint")])
    by_process = [[line.split("|") for line in text.splitlines()] for text in output]
    commits = sorted(int(at) for events in by_process for what, at, _ in events if what == "commit begins")
    checkpoints = [
        (int(begin[1]), int(begin[2]), int(end[1]), int(end[2]))
        for events in by_process
        for begin, end in pairwise(events)
        if begin[0] == "checkpoint begins"
    ]
    assert len(commits) == 240
    assert len(checkpoints) >= 24
    for begins, count_before, ends, count_after in checkpoints:
        begun = sum(at < begins for at in commits)
        assert begun == count_before, "a commit was under way when a checkpoint began"
        assert begun == count_after == sum(at < ends for at in commits), "a commit came while a checkpoint ran"


def test_nothing_but_our_checkpoint_writes_into_the_catalog_while_it_is_open(library: Library) -> None:
    with open_catalog(library):  # so that no connection is the last to close
        before = digest(library.catalog)
        with open_catalog(library) as db:
            for number in range(2):
                with writing(db):
                    db.executemany(ADD, ((f"{number} {n} " + "x" * 1000,) for n in range(1000)))
        assert wal_bytes(library.catalog) > 1200 * 4096, (
            "more than the 1,000 pages at which SQLite would begin by itself"
        )
        assert digest(library.catalog) == before
        assert checkpoint(library.catalog)
        assert digest(library.catalog) != before


def digest(path: Path) -> str:
    """Read by another process: a file that is opened and closed here would give SQLite's locks away."""
    script = "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())"
    (text,) = ended([started(script, path)])
    assert len(text.strip()) == hashlib.sha256().digest_size * 2
    return text


def test_every_connection_has_the_catalogs_rules(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    rules: list[list[int]] = []
    genuine = connection._connected

    def watched(path: Path, busy_seconds: float) -> sqlite3.Connection:
        db = genuine(path, busy_seconds)
        pragmas = ("wal_autocheckpoint", "foreign_keys", "synchronous", "journal_size_limit")
        rules.append([db.execute(f"pragma {name}").fetchone()[0] for name in pragmas])
        return db

    monkeypatch.setattr(connection, "_connected", watched)
    with open_catalog(library) as db, writing(db):
        db.execute(ADD, ("a",))
    checkpoint(library.catalog)
    assert rules == [[0, 1, 2, 0]] * len(rules)
    assert len(rules) >= 3
    with closing(migrations._connected(library.catalog)) as db:
        assert db.execute("pragma wal_autocheckpoint").fetchone() == (0,)


def test_the_write_ahead_log_stays_small(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LARGE_WAL_BYTES", 100_000)
    with open_catalog(library) as other, open_catalog(library) as db:
        for number in range(20):
            with writing(db):
                db.executemany(ADD, ((f"{number} {n} " + "x" * 1000,) for n in range(100)))
            assert wal_bytes(library.catalog) < 700_000
        with writing(db):
            db.execute(ADD, ("small",))
        assert wal_bytes(library.catalog) < 50_000
        assert len(names(other)) == 2001


def test_a_checkpoint_that_cannot_be_done_is_put_off_and_the_commit_stands(library: Library) -> None:
    with open_catalog(library) as one, writing(one):
        assert not checkpoint(library.catalog, busy_seconds=0.0)
        one.execute(ADD, ("a",))
    assert checkpoint(library.catalog)
    assert not checkpoint(library.home / "no such.db")


def test_a_library_may_lie_anywhere(tmp_path: Path) -> None:
    library = Library(tmp_path / "what? 100% #1 [ü] 'one' & 日本")
    with open_catalog(library) as db, writing(db):
        db.execute(ADD, ("a",))
    with open_catalog(library) as db:
        assert names(db) == ["a"]
    assert checkpoint(library.catalog)
    assert [path.name for path in tmp_path.iterdir()] == [library.home.name]


def test_a_full_disk_is_a_sentence_and_nothing_is_written(library: Library) -> None:
    with open_catalog(library) as db:
        pages = db.execute("pragma page_count").fetchone()[0]
        db.execute(f"pragma max_page_count = {pages}").fetchall()
        with pytest.raises(DiskFullError, match="is full"), writing(db):
            db.executemany(ADD, ((f"{n} " + "x" * 1000,) for n in range(1000)))
    with open_catalog(library) as db:
        assert names(db) == []


def test_a_bug_of_ours_looks_like_one(library: Library) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table") as raised, open_catalog(library) as db:
        db.execute("select * from unknown_table")
    assert raised.value.__cause__ is None


def test_a_home_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(CatalogError, match=r"file"), open_catalog(Library(tmp_path / "file" / "library")):
        pass


@pytest.mark.parametrize("page", [2, 30])
def test_a_damaged_page_is_told_on_use(library: Library, page: int) -> None:
    with open_catalog(library) as db, writing(db):
        db.executemany(ADD, ((f"{n}",) for n in range(5000)))
    with library.catalog.open("rb+") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xa5" * 4096)
    with pytest.raises(DamagedCatalogError, match="Restore a backup"), open_catalog(library) as db:  # noqa: PT012  # any may tell
        for (table,) in db.execute("select name from sqlite_master where type = 'table'").fetchall():
            db.execute(f'select * from "{table}"').fetchall()
        db.execute("select * from tag indexed by tag_key order by key").fetchall()
        db.execute("select name from tag order by name").fetchall()


def test_pictures_without_a_catalog_are_never_given_an_empty_one(library: Library) -> None:
    with open_catalog(library):
        pass
    copy = backup.write(library)
    (library.images / "ab").mkdir(parents=True)
    library.catalog.unlink()
    with pytest.raises(DamagedCatalogError, match="is missing") as raised, open_catalog(library):
        pass
    assert str(copy) in str(raised.value)
    assert not library.catalog.exists()


def test_settings_change_the_journal_of_a_catalog_that_is_there(library: Library) -> None:
    with open_catalog(library) as db:
        assert db.execute("pragma journal_mode").fetchone() == ("wal",)
    for journal in ("truncate", "wal"):
        (library.home / "settings.toml").write_text(f'journal = "{journal}"\n', encoding="utf-8")
        with open_catalog(library) as db, writing(db):
            assert db.execute("pragma journal_mode").fetchone() == (journal,)
            db.execute(ADD, (journal,))


def test_the_journal_stays_while_somebody_has_the_catalog_open(library: Library) -> None:
    with open_catalog(library) as one:
        names(one)
        (library.home / "settings.toml").write_text('journal = "truncate"\n', encoding="utf-8")
        with open_catalog(library) as db:
            assert db.execute("pragma journal_mode").fetchone() == ("wal",)


def test_what_is_logged_tells_commits_and_checkpoints(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="dscore.catalog.connection")
    with open_catalog(library) as db, writing(db):
        pass
    with connect(library.catalog):
        checkpoint(library.catalog)
    told = [record.message for record in caplog.records if record.name == "dscore.catalog.connection"]
    assert told[-4:] == ["commit begins", "commit ends", "checkpoint begins", "checkpoint ends"]


@pytest.mark.parametrize("number", [10**25, -(10**25), 1 << 63, (1 << 63) - 1, 7, 0])
def test_any_whole_number_can_be_asked_for(tmp_path: Path, number: int) -> None:
    with open_catalog(Library(tmp_path)) as db:
        assert db.execute("select sign(?)", (bindable(number),)).fetchone()[0] == (number > 0) - (number < 0)
    assert bindable(number) == number or abs(number) >= 1 << 63
