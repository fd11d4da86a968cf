"""From what a user names to its source; and what every kind of source promises."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dscore.errors import SourceError, UnreadableImageError, WrongUseError
from dscore.models import Skipped
from dscore.sources.base import BLOCK_BYTES
from dscore.sources.registry import SOURCES, open_source
from tests.sources.crafting import PNG, Entry, content, names, write_zip

BIG = PNG * 10_000


def _zip(folder: Path) -> list[Path]:
    text = Entry(name=b"a.txt", data=b"tag")
    return [write_zip(folder, Entry(name=b"a.png", data=BIG), text, Entry(name=b"b.heic"))]


def _folder(folder: Path) -> list[Path]:
    (folder / "a.png").write_bytes(BIG)
    (folder / "a.txt").write_bytes(b"tag")
    (folder / "b.heic").write_bytes(b"x")
    return [folder]


def _files(folder: Path) -> list[Path]:
    return [_folder(folder)[0] / name for name in ("a.png", "b.heic")]


PLACES: dict[str, Callable[[Path], list[Path]]] = {"zip": _zip, "folder": _folder, "files": _files}


def test_every_source_is_under_contract() -> None:
    assert set(PLACES) == set(SOURCES)


@pytest.mark.parametrize("kind", PLACES)
def test_every_source_can_be_looked_at_read_and_read_again_later(tmp_path: Path, kind: str) -> None:
    places = PLACES[kind](tmp_path)
    source = open_source(places)
    survey = source.look()
    assert source.look() == survey
    (picture,) = survey.pictures
    assert picture.caption
    assert (picture.name, picture.size, picture.caption.text) == ("a.png", len(BIG), "tag")
    assert [line.name for line in survey.skipped] == ["b.heic"]
    assert isinstance(survey.skipped[0], Skipped)
    assert source.label
    assert source.suggested_name
    source.close()
    source.close()
    later = open_source(places)
    assert all(len(block) <= BLOCK_BYTES for block in later.read(picture))
    assert content(later, picture) == BIG
    later.close()


@pytest.mark.parametrize("kind", PLACES)
def test_every_source_refuses_a_picture_that_was_changed(tmp_path: Path, kind: str) -> None:
    places = PLACES[kind](tmp_path)
    source = open_source(places)
    (picture,) = source.look().pictures
    source.close()
    if kind == "zip":
        write_zip(tmp_path, Entry(name=b"a.png", data=BIG[:-1] + b"!"))
    else:
        (tmp_path / "a.png").write_bytes(BIG[:-1])
    later = open_source(places)
    with pytest.raises(UnreadableImageError, match=r"a\.png"):
        content(later, picture)
    later.close()


def test_zips_folders_and_files_join_in_the_order_given(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.png").write_bytes(PNG)
        (tmp_path / name / "y.png").write_bytes(PNG)
    archive = write_zip(tmp_path, Entry(name=b"a.png"))
    source = open_source([tmp_path / "one" / "x.png", archive, tmp_path / "one" / "y.png", tmp_path / "two", archive])
    assert names(source.look()) == [
        "x.png and 1 more/x.png",
        "x.png and 1 more/y.png",
        "set.zip/a.png",
        "two/x.png",
        "two/y.png",
    ]
    source.close()


@pytest.mark.parametrize("name", ["a.rar", "a.7z", "a.tar", "a.tar.gz", "a.tgz"])
def test_other_archives_get_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"whatever")
    with pytest.raises(SourceError, match=rf"{name} is an archive that dscore cannot open; unpack it"):
        open_source([tmp_path / name])


def test_a_zip_is_known_by_its_content_too(tmp_path: Path) -> None:
    write_zip(tmp_path, Entry(name=b"a.png"), name="download")
    source = open_source([tmp_path / "download"])
    assert names(source.look()) == ["a.png"]
    source.close()


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nothing.zip", "does not exist. Check the name"),
        ("https://example.org/a.zip", "is no place that dscore imports from; download it"),
    ],
)
def test_a_place_that_is_not_there_gets_a_sentence(place: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        open_source([place])


def test_a_bad_place_among_good_ones_names_itself(tmp_path: Path) -> None:
    good = write_zip(tmp_path, Entry(name=b"a.png"))
    (tmp_path / "bad.zip").write_bytes(b"")
    with pytest.raises(SourceError, match=r"bad\.zip is empty"):
        open_source([good, tmp_path / "bad.zip"])


def test_nothing_named_is_wrong_use() -> None:
    with pytest.raises(WrongUseError, match="Nothing to import"):
        open_source([])


def test_no_backend_is_loaded_before_it_is_needed() -> None:
    code = "import sys, dscore.sources.registry; print([m for m in sys.modules if m.endswith(('archive', 'folder'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
