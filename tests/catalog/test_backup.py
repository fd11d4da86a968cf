from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dscore.catalog import backup, job_lists, jobs
from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library
from dscore.errors import BusyCatalogError, CatalogError, DamagedCatalogError, NotFoundError

ADD = "insert into tag (name, key) values (?, '')"
WRITER = """
import sys
from pathlib import Path
from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library
number = 0
while True:
    with open_catalog(Library(Path(sys.argv[1]))) as db:
        for _ in range(20):
            with writing(db):
                number += 1
                db.execute("insert into tag (name, key) values (?, '')", (f"left {number}",))
                db.execute("insert into tag (name, key) values (?, '')", (f"right {number}",))
    if number == 100:
        print("going", flush=True)
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = Library(tmp_path / "library")
    with open_catalog(made) as db, writing(db):
        db.executemany(ADD, ((f"tag {n}",) for n in range(3000)))
    return made


def names(library: Library) -> list[str]:
    with open_catalog(library) as db:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert db.execute("pragma foreign_key_check").fetchall() == []
        return [row[0] for row in db.execute("select name from tag order by id")]


def test_a_restored_backup_has_the_same_rows_and_the_journal_of_the_library(library: Library) -> None:
    before = names(library)
    copy = backup.write(library)
    with open_catalog(library) as db, writing(db):
        db.execute("delete from tag")
    aside = backup.restore(library, copy)
    assert names(library) == before
    with open_catalog(library) as db:
        assert db.execute("pragma journal_mode").fetchone() == ("wal",)
    assert aside is not None
    backup.restore(library, aside)
    assert names(library) == []


def test_a_backup_while_another_process_writes_is_one_moment(library: Library) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(library.home)], stdout=subprocess.PIPE, text=True)
    try:
        assert writer.stdout is not None
        writer.stdout.readline()
        copies = [backup.write(library) for _ in range(5)]
    finally:
        writer.kill()
        writer.communicate()
    sizes = []
    for copy in copies:
        backup.restore(library, copy)
        written = names(library)[3000:]
        assert written == [f"{side} {n + 1}" for n in range(len(written) // 2) for side in ("left", "right")]
        sizes.append(len(written))
    assert sizes == sorted(sizes)
    assert sizes[0] >= 200


def test_a_restore_on_a_clean_machine_makes_the_library(library: Library, tmp_path: Path) -> None:
    copy = backup.write(library)
    other = Library(tmp_path / "clean")
    assert backup.restore(other, copy) is None
    assert names(other) == names(library)


def test_nothing_of_the_old_catalog_stays_beside_the_restored_one(library: Library) -> None:
    copy = backup.write(library)
    before = names(library)
    library.catalog.write_bytes(b"SQLite format 3\x00" + b"\xa5" * 9000)
    for suffix in ("-wal", "-shm", "-journal"):
        library.catalog.with_name(f"catalog.db{suffix}").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" * 2000)
    aside = backup.restore(library, copy)
    assert names(library) == before
    assert aside is not None
    assert aside.with_name(aside.name + "-journal").exists()


@pytest.mark.parametrize("content", [b"", b"no catalog at all" * 100])
def test_a_catalog_that_is_none_any_more_can_be_restored_over(library: Library, content: bytes) -> None:
    before = names(library)
    copy = backup.write(library)
    library.catalog.write_bytes(content)
    with pytest.raises(DamagedCatalogError, match="Restore a backup"), open_catalog(library):
        pass
    assert backup.newest_good(library) == copy
    backup.restore(library, copy)
    assert names(library) == before


def test_a_damaged_backup_is_refused_and_an_older_one_is_offered(library: Library) -> None:
    good = backup.write(library)
    bad = backup.write(library)
    with bad.open("rb+") as file:
        file.seek(4096)
        file.write(b"\xa5" * 8192)
    before = library.catalog.read_bytes()
    with pytest.raises(DamagedCatalogError, match="older backup"):
        backup.restore(library, bad)
    assert library.catalog.read_bytes() == before
    assert backup.newest_good(library) == good


def test_what_is_no_backup_is_refused(library: Library, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        backup.restore(library, tmp_path / "nothing.db")
    (tmp_path / "text.db").write_text("text")
    with pytest.raises(DamagedCatalogError, match="Choose another backup"):
        backup.restore(library, tmp_path / "text.db")
    import sqlite3

    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("create table a (b)")
    other.close()
    with pytest.raises(DamagedCatalogError, match="another program"):
        backup.restore(library, tmp_path / "other.db")


@pytest.mark.parametrize("where", ["here", "another thread"])
def test_a_restore_is_refused_while_somebody_has_the_catalog_open(library: Library, where: str) -> None:
    copy = backup.write(library)
    errors: list[CatalogError] = []

    def restore() -> None:
        try:
            backup.restore(library, copy)
        except CatalogError as error:
            errors.append(error)

    with open_catalog(library):
        if where == "here":
            restore()
        else:
            thread = threading.Thread(target=restore)
            thread.start()
            thread.join()
    assert isinstance(errors[0], BusyCatalogError)
    assert "in use by another program" in str(errors[0])
    assert len(names(library)) == 3000


def test_a_restore_is_refused_while_a_job_runs(library: Library) -> None:
    copy = backup.write(library)
    with open_catalog(library) as db, writing(db):
        jobs.enqueue(db, kind="tag", lane="device", dataset_id=None, params={}, items=[], held=True)
    with pytest.raises(BusyCatalogError, match="job is running"):
        backup.restore(library, copy)
    with open_catalog(library) as db:
        assert job_lists.get(db, 1).state == "running"


def test_the_newest_good_backup_is_never_what_a_restore_moved_away(library: Library) -> None:
    copy = backup.write(library)
    backup.restore(library, copy)
    assert backup.newest_good(library) == copy


def test_a_restore_that_was_killed_half_way_names_the_catalog_that_stood_there(library: Library) -> None:
    copy = backup.write(library)
    (library.images / "ab").mkdir(parents=True)
    before = names(library)
    moved = backup.set_aside(library, label="before-restore")  # and then it was killed
    with pytest.raises(DamagedCatalogError, match=f"A restore was broken off: .*{moved}"), open_catalog(library):
        pass
    assert moved is not None
    backup.restore(library, moved)
    assert names(library) == before
    backup.restore(library, copy)
    with open_catalog(library):
        assert backup.broken_off(library) is None


def test_a_folder_that_cannot_be_written_is_a_sentence(library: Library) -> None:
    copy = backup.write(library).rename(library.home / "copy.db")
    library.backups.rmdir()
    library.backups.write_text("a file")
    before = names(library)
    sentence = r"backups cannot be written: .*The catalog is as it was\."
    with pytest.raises(CatalogError, match=sentence):
        backup.write(library)
    with pytest.raises(CatalogError, match=sentence):
        backup.restore(library, copy)
    assert names(library) == before
    assert not (library.home / "restoring.db").exists()


@pytest.mark.parametrize("held", ["catalog.db-wal", "restoring.db"])
def test_where_a_file_cannot_be_moved_all_stays_where_it_was(
    library: Library, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    copy = backup.write(library)
    wal = library.catalog.with_name("catalog.db-wal")
    before, rename = names(library), Path.rename

    def as_windows_does(path: Path, target: Path) -> Path:
        if path.name == held:
            raise PermissionError(13, "The process cannot access the file", str(path))
        if path == library.catalog:
            wal.touch()
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", as_windows_does)
    with pytest.raises(CatalogError, match=f"{held} cannot be written"):
        backup.restore(library, copy)
    assert list(library.backups.glob("*.db")) == [copy]
    assert names(library) == before


def test_a_backup_that_was_killed_leaves_nothing_that_counts(library: Library) -> None:
    library.backups.mkdir()
    (library.backups / "20260101-000000-000000-backup.partial").write_bytes(b"half")
    assert backup.newest_good(library) is None
    copy = backup.write(library)
    assert list(library.backups.iterdir()) == [copy]


IMAGE = """insert into image (sha256, file, format, width, height, bytes, mode, phash, sharpness, brightness, dark, light,
    entropy, colour) values (?1, ?1, 'png', 1, 1, 1, 'RGB', 0, 0, 0, 0, 0, 0, 0)"""


def test_the_kept_catalogs_say_which_originals_they_lack_and_stay_as_they_are(library: Library) -> None:
    for file in ("aa/first.png", "bb/second.png"):
        with open_catalog(library) as db, writing(db):
            db.execute(IMAGE, (file,))
        backup.restore(library, backup.write(library))
    kept = {path.name: path.read_bytes() for path in library.backups.iterdir()}
    assert backup.lacking(library, {"aa/first.png", "bb/second.png", "cc/third.png"}) == {"cc/third.png"}
    assert {path.name: path.read_bytes() for path in library.backups.iterdir()} == kept


def test_what_a_kept_catalog_has_only_in_its_write_ahead_log_counts(library: Library) -> None:
    with open_catalog(library) as db, writing(db):
        db.execute(IMAGE, ("aa/first.png",))
        aside = backup.set_aside(library, label="left-over")
    assert aside is not None
    assert aside.with_name(f"{aside.name}-wal").stat().st_size
    assert backup.lacking(library, {"aa/first.png"}) == set()


def test_a_library_without_backups_lacks_them_all(library: Library) -> None:
    assert backup.lacking(library, {"aa/first.png"}) == {"aa/first.png"}


def test_there_is_nothing_to_back_up_before_the_first_catalog(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="nothing to back up"):
        backup.write(Library(tmp_path / "none"))
