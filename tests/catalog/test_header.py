from __future__ import annotations

import sqlite3
from pathlib import Path, PurePath

import pytest

from dscore.catalog import header, migrations
from dscore.catalog.connection import open_catalog
from dscore.config import Library
from dscore.errors import CatalogError, DamagedCatalogError, NewerCatalogError


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def refused(library: Library, error: type[CatalogError]) -> str:
    """Why opening is refused; the file keeps its bytes, and nothing comes beside it."""
    before, beside = library.catalog.read_bytes(), sorted(library.home.iterdir())
    with pytest.raises(error) as raised, open_catalog(library):
        pass
    assert library.catalog.read_bytes() == before
    assert sorted(library.home.iterdir()) == beside
    return str(raised.value)


def test_a_catalog_of_a_newer_dscore_is_refused_untouched(library: Library) -> None:
    with open_catalog(library) as db:
        db.execute(f"pragma user_version = {header.VERSION + 1}")
    assert "Update dscore" in refused(library, NewerCatalogError)


def test_an_sqlite_file_of_another_program_is_refused_untouched(library: Library) -> None:
    library.home.mkdir()
    db = sqlite3.connect(library.catalog)
    db.execute("create table notes (text)")
    db.close()
    assert "another program" in refused(library, DamagedCatalogError)


@pytest.mark.parametrize(
    ("content", "what"), [(b"", "is empty"), (b"<html>" * 50, "not a catalog"), (header.MAGIC, "not a")]
)
def test_what_is_no_catalog_is_refused_untouched(library: Library, content: bytes, what: str) -> None:
    library.home.mkdir()
    library.catalog.write_bytes(content)
    assert what in refused(library, DamagedCatalogError)


def test_a_folder_in_the_catalogs_place_is_a_sentence(library: Library) -> None:
    library.catalog.mkdir(parents=True)
    with pytest.raises(CatalogError, match="cannot be opened"):
        header.read(library.catalog)


def test_a_header_tells_the_version_and_the_journal(library: Library) -> None:
    assert header.read(library.catalog) is None
    with open_catalog(library):
        pass
    assert header.read(library.catalog) == header.Header(migrations.LATEST, header.APPLICATION_ID, wal=True)


def test_a_replaced_file_is_read_anew(library: Library, tmp_path: Path) -> None:
    other = Library(tmp_path / "other")
    for one in (library, other):
        with open_catalog(one):
            pass
    with open_catalog(other) as db:
        db.execute("pragma user_version = 7")
    assert header.read(library.catalog) is not None
    other.catalog.replace(library.catalog)
    found = header.read(library.catalog)
    assert found is not None
    assert found.version == 7


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/data/my library/catalog.db", "file:///data/my%20library/catalog.db?mode=ro"),
        ("/data/100%?#1/ü.db", "file:///data/100%25%3F%231/%C3%BC.db?mode=ro"),
    ],
)
def test_an_address_takes_any_name(path: str, address: str) -> None:
    if PurePath(path).is_absolute():
        assert header.address(Path(path), "ro") == address


def test_the_version_is_the_number_of_the_steps() -> None:
    assert migrations.LATEST == header.VERSION
