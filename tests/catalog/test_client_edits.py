"""An answer is kept as long as a browser may ask again."""

from __future__ import annotations

from pathlib import Path

from dscore.catalog import client_edits
from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library


def test_an_answer_is_recalled_by_client_and_number(tmp_path: Path) -> None:
    with open_catalog(Library(tmp_path)) as db:
        with writing(db):
            for client, seq in (("a", 1), ("a", 10), ("a", 9), ("b", 2)):
                client_edits.remember(db, client, seq, f'"{client}{seq}"')
        assert client_edits.recall(db, "a", 10) == '"a10"'
        assert client_edits.recall(db, "a", 2) is None
        assert client_edits.latest(db, "a", limit=2) == ['"a10"', '"a9"']


def test_what_is_two_days_old_is_forgotten(tmp_path: Path) -> None:
    with open_catalog(Library(tmp_path)) as db:
        with writing(db):
            client_edits.remember(db, "a", 1, "{}")
            db.execute("update client_edit set at = '2020-01-01T00:00:00+00:00'")
            client_edits.remember(db, "a", 2, "{}")
        assert client_edits.recall(db, "a", 1) is None
        assert client_edits.recall(db, "a", 2) == "{}"
