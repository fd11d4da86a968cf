"""What the gallery shows is what the catalog holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog.connection import open_catalog
from dscore.errors import NotFoundError, QueryError
from dscore.pipeline import cards, curate
from dscore.pipeline.operations import Operation
from tests.catalog.made import dataset_of, make_library


def test_a_page_holds_what_is_found_and_counts_all_of_it(tmp_path: Path) -> None:
    library = make_library(tmp_path, {f"p{n}": "solo" if n % 2 else "duo" for n in range(9)})
    with open_catalog(library) as db:
        page = cards.page(db, 1, "solo", limit=3)
        rest = cards.page(db, 1, "solo", after=page.cards[-1].id, limit=3)
    assert ([card.name for card in page.cards], page.count) == (["p1", "p3", "p5"], 4)
    assert ([card.name for card in rest.cards], rest.count) == (["p7"], 4)


def test_cards_come_in_the_order_that_was_asked_for(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "", "b": "", "c": ""})
    with open_catalog(library) as db:
        assert [card.name for card in cards.cards(db, dataset_of(library), [3, 99, 1])] == ["c", "a"]


def test_the_trash_is_shown_only_where_the_search_speaks_of_it(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "solo", "b": "solo"})
    curate.apply(library, dataset_of(library), Operation("trash"), query="name:b")
    with open_catalog(library) as db:
        assert [card.name for card in cards.page(db, 1, "solo").cards] == ["a"]
        (card,) = cards.page(db, 1, "is:trashed").cards
    assert (card.name, card.trashed, card.rev) == ("b", True, 2)


def test_what_cannot_be_asked_is_said(tmp_path: Path) -> None:
    with open_catalog(make_library(tmp_path, {})) as db:
        with pytest.raises(NotFoundError):
            cards.page(db, 2, "")
        with pytest.raises(QueryError):
            cards.page(db, 1, "(solo")
