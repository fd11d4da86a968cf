"""Uploads on the disk: names from outside lead nowhere, captions stay beside their pictures, nothing lies about for ever."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from dscore.catalog import jobs
from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library
from dscore.errors import DiskFullError, NotFoundError, WrongUseError
from dscore.pipeline import ingest
from dscore.web import inbox
from tests.made_sets import scored

DAY = 24 * 3600


def arrived(library: Library, name: str, content: bytes = b"x", *, session: str = "") -> inbox.Upload:
    """A whole upload, in its place."""
    upload = inbox.begin(library, name=name, size=len(content), session=session)
    with upload.part(0) as part:
        part.write(content)
    return inbox.find(library, upload.id).finish()


def files(library: Library, session: str) -> list[str]:
    """What has come, below the session's folder."""
    folder = library.uploads / session
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.suffix != ".json"
    )


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("a.png", "pictures/a.png"),
        ("heap/sub/a.JPG", "pictures/heap/sub/a.jpg"),
        ("heap\\a.png", "pictures/heap/a.png"),
        ("set.ZIP", "zips/set.zip"),
        ("heap/set.cbz", "zips/set.cbz"),
        ("/etc/passwd", "pictures/etc/passwd"),
        ("../../a.png", "pictures/a.png"),
        ("..\\..\\a.png", "pictures/a.png"),
        ("a/../b/./c.png", "pictures/a/b/c.png"),
        ("C:\\x\\a.png", "pictures/C__??????/x/a.png"),
        ("猫/画像.png", "pictures/猫/画像.png"),
    ],
)
def test_a_name_from_outside_becomes_a_place_inside(tmp_path: Path, name: str, place: str) -> None:
    library = Library(tmp_path)
    upload = arrived(library, name)
    (found,) = files(library, upload.session)
    assert fnmatchcase(found, place)


@pytest.mark.parametrize(
    "name",
    [
        "CON.png",
        "nul",
        "a" * 400 + ".png",
        "a:b?.png",
        "x\0y.png",
        "\u202egnp.exe",
        ".hidden.png",
        "a.p<g",
        " a .png ",
        "d/" * 400 + "a.png",
    ],
)
def test_a_hostile_name_is_made_harmless(tmp_path: Path, name: str) -> None:
    library = Library(tmp_path)
    upload = arrived(library, name)
    (place,) = files(library, upload.session)
    assert place.startswith("pictures/")
    assert not set('<>:"|?*\0\\') & set(place)
    assert all(len(part.encode()) < 255 and part.strip(" .") == part for part in place.split("/"))


@pytest.mark.parametrize("name", ["", "/", "..", "../..", " ", "./."])
def test_a_name_of_nothing_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUseError, match="needs a name"):
        inbox.begin(Library(tmp_path), name=name, size=1)


@pytest.mark.parametrize("stem", ["a?", "aux", "sub/ b.", "x" * 300])
def test_a_caption_stays_beside_its_picture_though_both_names_change(tmp_path: Path, stem: str) -> None:
    library = Library(tmp_path)
    session = arrived(library, f"{stem}.png").session
    arrived(library, f"{stem}.txt", session=session)
    picture, caption = files(library, session)
    assert picture.removesuffix(".png") == caption.removesuffix(".txt")


def test_names_that_are_made_harmless_stay_apart(tmp_path: Path) -> None:
    library = Library(tmp_path)
    session = arrived(library, "a?.png").session
    arrived(library, "a*.png", session=session)
    arrived(library, "a_.png", session=session)
    assert len(files(library, session)) == 3


def test_an_import_takes_what_was_sent_with_its_captions(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    session = arrived(library, "heap/1.png", scored({})).session
    arrived(library, "heap/1.txt", b"solo", session=session)
    (place,) = inbox.places(library, session)
    plan = ingest.plan(library, [place])
    assert (plan.dataset.name, len(plan.survey.pictures)) == ("heap", 1)
    caption = plan.survey.pictures[0].caption
    assert caption is not None
    assert caption.text == "solo"


def test_zips_and_loose_pictures_of_one_session_are_taken_apart(tmp_path: Path) -> None:
    library = Library(tmp_path)
    session = arrived(library, "b.zip").session
    for name in ("a.zip", "1.png", "heap/2.png"):
        arrived(library, name, session=session)
    folder = library.uploads / session
    assert inbox.places(library, session) == [str(folder / place) for place in ("zips/a.zip", "zips/b.zip", "pictures")]


@pytest.mark.parametrize("session", ["0" * 32, "..", "", "../images", "0" * 31 + "/"])
def test_a_session_that_is_none_is_said(tmp_path: Path, session: str) -> None:
    library = Library(tmp_path)
    arrived(library, "a.png")
    with pytest.raises(NotFoundError):
        inbox.places(library, session)
    inbox.forget(library, session)
    assert len(list(library.uploads.iterdir())) == 1


def test_the_same_file_twice_is_told(tmp_path: Path) -> None:
    library = Library(tmp_path)
    first = arrived(library, "a.png", b"one")
    with pytest.raises(WrongUseError, match=r"a\.png has come in already"):
        arrived(library, "a.png", b"two", session=first.session)
    assert (library.uploads / first.session / "pictures" / "a.png").read_bytes() == b"one"


def test_what_cannot_fit_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    with pytest.raises(DiskFullError, match=r"set\.zip has 1,000 TB, and .* are free .*“Folder on this machine”"):
        inbox.begin(Library(tmp_path), name="set.zip", size=10**15)


def age(folder: Path) -> None:
    """As if nothing had been sent to it for two days."""
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 2 * DAY))


def queued(library: Library, session: str) -> int:
    params = {"places": inbox.places(library, session)}
    with open_catalog(library) as db, writing(db):
        return jobs.enqueue(db, kind="import", lane="disk", dataset_id=None, params=params, items=[])


def test_abandoned_uploads_are_swept_after_a_day(tmp_path: Path) -> None:
    library = Library(tmp_path)
    old, new = (inbox.begin(library, name="a.png", size=9) for _ in range(2))
    age(old.folder)
    (library.uploads / "notes").mkdir()
    assert inbox.sweep(library) == 1
    assert not old.folder.exists()
    assert new.folder.exists()
    assert (library.uploads / "notes").exists()


def test_a_part_that_is_still_being_sent_is_not_swept(tmp_path: Path) -> None:
    library = Library(tmp_path)
    upload = inbox.begin(library, name="a.zip", size=9)
    age(upload.folder)
    with upload.part(0) as part:
        part.write(b"1234")
    assert inbox.sweep(library) == 0


def test_what_an_open_import_needs_stays_and_what_is_imported_goes(tmp_path: Path) -> None:
    library = Library(tmp_path)
    waiting, done = arrived(library, "a.png"), arrived(library, "b.png")
    queued(library, waiting.session)
    job = queued(library, done.session)
    with open_catalog(library) as db, writing(db):
        db.execute("update job set state = 'done' where id = ?", (job,))
    age(waiting.folder)
    assert inbox.sweep(library) == 1
    assert waiting.folder.exists()
    assert not done.folder.exists()


def test_a_library_without_uploads_is_swept_without_a_trace(tmp_path: Path) -> None:
    assert inbox.sweep(Library(tmp_path / "library")) == 0
    assert not (tmp_path / "library").exists()
