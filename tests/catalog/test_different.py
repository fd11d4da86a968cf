from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog import different, quality
from dscore.catalog.connection import Database, open_catalog, writing
from dscore.config import Library
from tests.catalog.made import dataset_of, item_ids, make_library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return make_library(tmp_path / "library", {"a": "", "b": "", "c": ""})


def images(library: Library) -> tuple[int, ...]:
    with open_catalog(library) as db:
        return tuple(row[0] for row in db.execute("select image_id from item order by name"))


def apart(db: Database, library: Library) -> dict[int, frozenset[int]]:
    return different.of_dataset(db, dataset_of(library).id)


def test_a_pair_is_kept_both_ways_round_and_once(library: Library) -> None:
    a, b, c = images(library)
    with open_catalog(library) as db:
        with writing(db):
            different.mark(db, [(b, a), (a, b), (a, 999)])
        assert apart(db, library) == {a: frozenset({b}), b: frozenset({a})}
        assert c not in apart(db, library)


def test_an_answer_is_taken_back_and_leaves_the_others(library: Library) -> None:
    a, b, c = images(library)
    with open_catalog(library) as db:
        with writing(db):
            different.mark(db, [(a, b)])
            second = different.mark(db, [(a, b), (b, c)])
            different.take_back(db, [second])
        assert apart(db, library) == {a: frozenset({b}), b: frozenset({a})}


def test_answers_are_counted_and_forgotten_among_the_items_that_are_meant(library: Library) -> None:
    a, b, c = images(library)
    ids = item_ids(library)
    with open_catalog(library) as db:
        with writing(db):
            different.mark(db, [(a, b), (a, c), (b, c)])
            different.mark(db, [(a, b)])
        assert different.count(db, ids.values()) == 1
        assert different.count(db, [ids["a"]]) == 0
        with writing(db):
            different.forget(db, [ids["a"], ids["b"]])
        assert apart(db, library) == {a: frozenset({c}), b: frozenset({c}), c: frozenset({a, b})}
        with writing(db):
            different.forget(db, ids.values())
        assert (apart(db, library), different.count(db, ids.values())) == ({}, 0)
        assert db.execute("select count(*) from different").fetchone()[0] == 0


def test_each_answer_is_another_moment_for_what_is_kept_of_the_pictures(library: Library) -> None:
    a, b, c = images(library)
    with open_catalog(library) as db:
        seen = [quality.moment(db, 1)]
        for pair in ((a, b), (b, c)):
            with writing(db):
                answer = different.mark(db, [pair])
            seen.append(quality.moment(db, 1))
            with writing(db):
                different.take_back(db, [answer])
    assert len(set(seen)) == 3


def test_a_picture_that_is_gone_for_ever_takes_its_answers_along(library: Library) -> None:
    a, b, _ = images(library)
    with open_catalog(library) as db, writing(db):
        different.mark(db, [(a, b)])
        db.execute("delete from item where image_id = ?", (a,))
        db.execute("delete from image where id = ?", (a,))
    with open_catalog(library) as db:
        assert apart(db, library) == {}
