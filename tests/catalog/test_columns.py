"""Columns say just what the items' states say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dscore.catalog import columns, datasets, states
from dscore.catalog import tags as tag_table
from dscore.catalog.connection import Database, open_catalog
from dscore.config import Library
from dscore.pipeline import curate
from dscore.pipeline.operations import Operation
from tests.bench.tuning import build


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Five pictures with scores; four have tags, by a person, one of which was removed again."""
    library = build(tmp_path / "library", pictures=5, labels=40, models=1)
    with open_catalog(library) as db:
        dataset = datasets.get(db, "heap")
    for operation, query in (
        (Operation("add", "tag 3, tag 1, tag 2"), "-name:000005"),
        (Operation("add", "first", position="start"), "name:000002"),
        (Operation("remove", "tag 1"), "name:000003"),
    ):
        curate.apply(library, dataset, operation, query=query)
    return library.home


@pytest.fixture
def db(made: Path) -> Iterator[Database]:
    """Its catalog; a tagger says all of the first picture's tags too, and is the only one to say the fourth's."""
    with open_catalog(Library(made)) as db:
        tagger = tag_table.source(db, "tagger", "made 0")
        db.execute("insert into item_tag_source select 1, tag_id, ?, 5 from item_tag where item_id = 1", (tagger,))
        db.execute("update item_tag_source set source_id = ? where item_id = 4", (tagger,))
        yield db


def test_tags_stand_by_item_and_in_the_captions_order_and_tell_whose_they_are(db: Database) -> None:
    taggers = tag_table.machine_sources(db)
    found = columns.tags_of(db, [5, 4, 3, 2, 1], taggers=taggers)
    loaded = states.load(db, range(1, 6))
    assert list(zip(found.item.tolist(), found.tag.tolist(), strict=True)) == [
        (item, tag) for item in sorted(loaded) for tag in loaded[item].ordered
    ]
    assert set(found.item[found.free].tolist()) == {4}
    assert (found.item == 4).sum() == found.free.sum()


def test_vetoes_and_revs_are_those_of_the_items(db: Database) -> None:
    item, tag = columns.vetoes_of(db, [1, 2, 3])
    assert item.tolist() == [3]
    assert tag_table.names(db, tag.tolist()) == {int(tag[0]): "tag 1"}
    assert columns.revs_of(db, [1, 99]) == {1: states.load(db, [1])[1].rev}


def test_no_items_are_no_lines(db: Database) -> None:
    assert len(columns.tags_of(db, [], taggers=()).item) == 0
    assert len(columns.tags_of(db, [5], taggers=(2,)).item) == 0
    assert columns.scores_of(db, [], models=[(1, "wd-448-bicubic-1")]) == {}


def test_scores_are_of_the_items_that_all_models_have_scored_under_this_preparation(db: Database) -> None:
    assert sorted(columns.scores_of(db, [1, 5], models=[(1, "wd-448-bicubic-1")])) == [1, 5]
    assert columns.scores_of(db, [1, 5], models=[(1, "another")]) == {}
    assert columns.scores_of(db, [1], models=[(1, "wd-448-bicubic-1"), (2, "wd-448-bicubic-1")]) == {}
    assert columns.scored_by(db, 1) == {1: 5}
    db.execute("update item set trashed_at = '2026-01-01' where id = 1")
    assert columns.scored_by(db, 1) == {1: 4}


def test_among_finds_what_stands_in_a_sorted_list() -> None:
    known = np.array([2, 4, 9])
    assert columns.among(np.array([1, 2, 9, 10]), known).tolist() == [False, True, True, False]
    assert columns.among(np.array([1]), known[:0]).tolist() == [False]
