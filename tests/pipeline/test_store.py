from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dscore.catalog import backup, images, job_lists
from dscore.catalog.connection import open_catalog
from dscore.catalog.owners import this_process
from dscore.config import Library
from dscore.errors import CatalogError, DiskFullError, UnreadableImageError
from dscore.models import Progress
from dscore.pipeline import ingest
from dscore.pipeline.jobs import OnProgress, run_here
from dscore.pipeline.store import ORPHAN_SECONDS, Incoming, require_room, sweep_incoming, sweep_orphans
from tests.kills.scenes import make_heap
from tests.kills.state import assert_whole, tree

DEAD = "{host}:999999999:1"
BYTES = b"the bytes of a picture"
OLD = time.time() - 2 * ORPHAN_SECONDS


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def kept(library: Library, content: bytes = BYTES) -> Path:
    """A file that came in and was put in its place."""
    with Incoming(library) as incoming:
        return library.image_path(incoming.keep(incoming.receive([content]), ".png"))


def test_a_file_is_kept_by_its_content_and_leaves_nothing_on_its_way(library: Library) -> None:
    path = kept(library)
    assert path.read_bytes() == BYTES
    assert path.parent.name == path.name[:2]
    assert list(tree(library.images)) == [path.relative_to(library.images).as_posix()]
    assert not any(library.incoming.iterdir())


def test_the_same_bytes_twice_are_one_file(library: Library) -> None:
    assert kept(library) == kept(library)
    assert len(tree(library.images)) == 1


def test_a_damaged_original_of_the_same_length_is_replaced(library: Library) -> None:
    path = kept(library)
    path.write_bytes(BYTES[::-1])
    assert kept(library).read_bytes() == BYTES


def test_a_source_that_breaks_off_leaves_nothing(library: Library) -> None:
    def broken() -> Iterator[bytes]:
        yield BYTES
        raise UnreadableImageError("It is cut short.")

    with Incoming(library) as incoming:
        with pytest.raises(UnreadableImageError):
            incoming.receive(broken())
        assert len(tree(library.incoming)) == 1  # the owner's name


def test_a_library_that_cannot_be_written_to_is_a_sentence(library: Library) -> None:
    library.home.mkdir()
    library.images.write_text("a file, where a folder should be", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"cannot be written: .*Check the disk and your rights"), Incoming(library):
        pass


def test_the_sweep_takes_what_dead_runs_left_and_nothing_of_living_ones(library: Library) -> None:
    host = this_process().rsplit(":", 2)[0]
    for name, owner in {"living": this_process(), "dead": DEAD.format(host=host)}.items():
        folder = library.incoming / name
        folder.mkdir(parents=True)
        (folder / "owner").write_text(owner, encoding="utf-8")
    (library.incoming / "new").mkdir()  # its owner's name is about to be written
    (library.incoming / "old").mkdir()
    os.utime(library.incoming / "old", (OLD, OLD))
    assert sweep_incoming(library) == 2
    assert sorted(path.name for path in library.incoming.iterdir()) == ["living", "new"]


def test_the_sweep_takes_originals_that_nothing_names_after_an_hour(library: Library) -> None:
    known, young, old = (kept(library, name) for name in (b"known", b"young", b"old"))
    for path in (known, old):
        os.utime(path, (OLD, OLD))
    assert sweep_orphans(library, {known.relative_to(library.images).as_posix()}) == 1
    assert [path.exists() for path in (known, young, old)] == [True, True, False]
    assert not any(library.incoming.iterdir())


def test_an_original_that_an_import_needs_again_is_no_longer_an_orphan(library: Library) -> None:
    os.utime(kept(library), (OLD, OLD))
    path = kept(library)
    assert sweep_orphans(library, set()) == 0
    assert path.read_bytes() == BYTES


def test_originals_that_a_kept_catalog_knows_survive_a_restore_and_the_next_import(
    library: Library, tmp_path: Path
) -> None:
    first, second = (make_heap(tmp_path / f"heap {number}", number) for number in (1, 2))
    import_heap(library, first)
    copy = backup.write(library)
    import_heap(library, second)
    nobody_knows = kept(library)
    make_old(library)
    aside = backup.restore(library, copy)
    import_heap(library, first)
    assert not nobody_knows.exists()
    assert aside is not None
    backup.restore(library, aside)
    with open_catalog(library) as db:
        files = [file for _, file in images.known(db).values()]
    assert len(files) == 2
    assert all(library.image_path(file).exists() for file in files)


@pytest.mark.parametrize("content", [b"", b"not a catalog"])
def test_nothing_is_swept_while_a_kept_catalog_cannot_be_read(library: Library, content: bytes) -> None:
    path = kept(library)
    make_old(library)
    library.backups.mkdir()
    unreadable = library.backups / "20260101-000000-000000-before-restore.db"
    unreadable.write_bytes(content)
    assert sweep_orphans(library, set()) == 0
    assert path.exists()
    unreadable.unlink()
    assert sweep_orphans(library, set()) == 1


def test_an_original_that_another_program_has_open_stops_no_sweep(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kept(library)
    make_old(library)

    def refused(self: Path, **_: object) -> None:
        raise PermissionError(13, "The process cannot access the file", str(self))

    monkeypatch.setattr(Path, "unlink", refused)  # as on Windows
    assert sweep_orphans(library, set()) == 1
    assert not path.exists()
    assert list(library.incoming.iterdir()) == []


def make_old(library: Library) -> None:
    for file in tree(library.images):
        os.utime(library.image_path(file), (OLD, OLD))


def test_too_little_room_is_known_before_the_start(library: Library) -> None:
    free = shutil.disk_usage(library.home.parent).free
    require_room(library, 1)
    with pytest.raises(DiskFullError, match=r"are needed, .* are free"):
        require_room(library, free + (1 << 40))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 100 MB, where the system lets us make one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", "size=100m", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_becomes_full_costs_nothing_that_was_imported_and_the_import_goes_on_later(
    tmp_path: Path, small_disk: Path
) -> None:
    library, heap = Library(small_disk / "library"), make_heap(tmp_path / "heap", 200)
    filler = small_disk / "filler"

    def fill(_: Progress) -> None:
        if not filler.exists():
            with filler.open("wb") as file:
                file.write(bytes(shutil.disk_usage(small_disk).free))

    with pytest.raises(DiskFullError, match=r"is full.*Make room"):
        import_heap(library, heap, on_progress=fill)
    filler.unlink()
    assert_whole(library)
    with open_catalog(library) as db:
        (job,) = job_lists.listed(db)
        (before,) = db.execute("select count(*) from item").fetchone()
    assert job.state in {"failed", "interrupted"}
    assert 0 < before < 200
    import_heap(library, heap)
    assert_whole(library)
    with open_catalog(library) as db:
        assert db.execute("select count(*) from item").fetchone() == (200,)
        assert db.execute("select count(*) from change where state = 'open'").fetchone() == (0,)


def import_heap(library: Library, heap: Path, on_progress: OnProgress = lambda _: None) -> None:
    """As the command does it."""
    plan = ingest.plan(library, [str(heap)], dataset="pics")
    run_here(
        library, "import", dataset_id=plan.dataset.id, params=plan.params, items=plan.items, on_progress=on_progress
    )
