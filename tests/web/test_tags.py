"""Completion offers what the dataset uses before what it does not, and beginnings before middles."""

from __future__ import annotations

import pytest

from dscore.catalog import datasets, tags
from dscore.catalog.connection import open_catalog
from dscore.config import Library
from dscore.models import Category
from tests.catalog.made import make_library
from tests.web.serving import browser


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Its dataset 1 uses some tags, dataset 2 others, and nobody uses “lonely hill”."""
    home = tmp_path_factory.mktemp("library")
    captions = {"a": "long hair, melon, very long coat", "b": "long hair, lone star", "c": "melon, long hair"}
    library = make_library(home, captions)
    make_library(home, {"d": "long skirt, salon", "e": "salon"}, name="other")
    with open_catalog(library) as db:
        tags.intern(db, {"lonely hill": Category.GENERAL, "Ada Lonsdale": Category.CHARACTER})
    return library


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (
            "lon",
            [
                "long hair",
                "lone star",
                "very long coat",
                "melon",
                "long skirt",
                "lonely hill",
                "Ada Lonsdale",
                "salon",
            ],
        ),
        ("LONG_H", ["long hair"]),
        ("melo", ["melon"]),
        ("", ["long hair", "melon", "lone star", "very long coat"]),
        ("%", []),
        ("_", []),
        ("zzz", []),
    ],
)
def test_what_is_offered_and_in_which_order(library: Library, typed: str, offered: list[str]) -> None:
    answer = browser(library).get("/api/tags", params={"dataset": 1, "q": typed, "limit": 8}).json()
    assert [tag["name"] for tag in answer["tags"]] == offered


def test_each_tag_comes_with_its_category_and_use(library: Library) -> None:
    answer = browser(library).get("/api/tags", params={"dataset": 1, "q": "lons"}).json()
    assert answer == {"tags": [{"name": "Ada Lonsdale", "category": "character", "items": 0}]}
    assert browser(library).get("/api/tags", params={"dataset": 1, "limit": 1}).json()["tags"][0]["items"] == 3


def test_no_more_is_offered_than_was_asked_for(library: Library) -> None:
    for limit in range(9):
        answer = browser(library).get("/api/tags", params={"dataset": 1, "q": "lon", "limit": limit}).json()
        assert len(answer["tags"]) == min(limit, 8)


def test_a_new_dataset_is_offered_the_tags_of_the_others(library: Library) -> None:
    with open_catalog(library) as db:
        new = datasets.ensure(db, "new").id
    answer = browser(library).get("/api/tags", params={"dataset": new, "q": "salo"}).json()
    assert answer["tags"] == [{"name": "salon", "category": "general", "items": 0}]
