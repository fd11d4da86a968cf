"""Rows read as columns of JSON are the rows that SQLite gives."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from dscore.catalog.reads import columns

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.none() | TEXTS)))
def test_columns_are_the_rows_whatever_they_hold(rows: list[tuple[int, str | None]]) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("create table t (place integer primary key, number integer, word text)")
        db.executemany("insert into t (number, word) values (?, ?)", rows)
        query = "select number, word from t where place > ? order by place desc"
        numbers, words = columns(db, ("number", "word"), query, (0,))
        assert list(zip(numbers, words, strict=True)) == db.execute(query, (0,)).fetchall() == rows[::-1]
