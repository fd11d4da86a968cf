from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dscore.catalog import datasets
from dscore.catalog.connection import Database, open_catalog, writing
from dscore.config import Library
from dscore.errors import NotFoundError, WrongUseError

from .made import add_item


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_catalog(Library(tmp_path / "library")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("one", "other"), [("Saria", "SARIA"), ("Straße", "strasse"), ("\u00fcber", "U\u0308BER"), ("a", " a ")]
)
def test_names_that_a_disk_takes_for_one_are_one_dataset(db: Database, one: str, other: str) -> None:
    assert datasets.ensure(db, one) == datasets.ensure(db, other)
    assert [dataset.name for dataset in datasets.listed(db)] == [one]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00", "\u202eevil", "x" * 101])
def test_a_name_that_cannot_be_shown_is_refused(db: Database, name: str) -> None:
    with pytest.raises(WrongUseError, match="visible characters"):
        datasets.ensure(db, name)


def test_a_dataset_that_is_not_there_is_told_with_those_that_are(db: Database) -> None:
    with pytest.raises(NotFoundError, match="none yet"):
        datasets.get(db, "a")
    datasets.ensure(db, "Saria")
    with pytest.raises(NotFoundError, match="There are: Saria"):
        datasets.get(db, "a")
    with pytest.raises(NotFoundError):
        datasets.by_id(db, 9)


def test_counts_leave_the_trash_out(db: Database) -> None:
    dataset = datasets.ensure(db, "set")
    assert datasets.counts(db, dataset.id) == datasets.Counts(0, 0, 0, 0, 0)
    with writing(db):
        db.execute("insert into tag (id, name, key) values (1, 'a', 'a')")
        both, tagged, prose, trashed = (add_item(db, dataset.id, name, [1] * (name < "c")) for name in "abcd")
        add_item(db, dataset.id, "e")
        db.executemany("insert into prose values (?, 'text', 1)", [(both,), (prose,), (trashed,)])
        db.execute("update item set trashed_at = '2026' where id = ?", (trashed,))
    assert tagged != both
    assert datasets.counts(db, dataset.id) == datasets.Counts(items=4, tagged=2, prose=2, captioned=3, trashed=1)
