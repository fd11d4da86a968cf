from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dscore.catalog.trouble import in_plain_words
from dscore.errors import BusyCatalogError, CatalogError, DamagedCatalogError, DscoreError


def look(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("select * from sqlite_master")


@pytest.mark.parametrize(
    ("kind", "prepare"),
    [
        (DamagedCatalogError, lambda path: path.write_bytes(b"no catalog " * 500)),
        (CatalogError, lambda path: path.mkdir()),
    ],
)
def test_sqlites_errors_are_sentences_with_their_cause(
    tmp_path: Path, kind: type[DscoreError], prepare: object
) -> None:
    path = tmp_path / "catalog.db"
    prepare(path)  # type: ignore[operator]
    with pytest.raises(kind, match=r"catalog\.db") as raised, in_plain_words(path):
        look(path)
    assert isinstance(raised.value.__cause__, sqlite3.Error)


def test_a_locked_file_is_busy(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    one, other = (sqlite3.connect(path, isolation_level=None, timeout=0) for _ in range(2))
    one.execute("begin exclusive")
    with pytest.raises(BusyCatalogError, match="locked"), in_plain_words(path):
        other.execute("begin immediate")
    one.close()
    other.close()
