from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog import search
from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library
from dscore.pipeline.render import rendered
from dscore.text.query import Everything
from tests.catalog.made import dataset_of, make_library


def captions(library: Library) -> dict[str, str]:
    with open_catalog(library) as db:
        dataset = dataset_of(library)
        ids = search.ids(db, dataset.id, Everything())
        return {one.name: text for chunk in rendered(db, dataset, ids) for one, text in chunk}


def with_template(home: Path, template: str | None, *, trigger: str = "", position: str = "start") -> Library:
    library = make_library(home, {"a": "x, y"}, trigger=trigger)
    with open_catalog(library) as db, writing(db):
        db.execute("update dataset set trigger_position = ?", (position,))
        db.execute("update item set template = ?", (template,))
        db.execute("insert into prose values (1, 'A cat sits.', 2)")
    return library


PROSE_FIRST, TAGS_FIRST = "{prose} {tags}", "{tags}\n{prose}"


@pytest.mark.parametrize(
    ("template", "position", "caption"),
    [
        (None, "start", "hero, x, y. A cat sits."),
        (None, "end", "x, y, hero. A cat sits."),
        (PROSE_FIRST, "start", "hero, A cat sits. x, y"),
        (PROSE_FIRST, "end", "A cat sits. x, y, hero"),
        (TAGS_FIRST, "start", "hero, x, y. A cat sits."),
        (TAGS_FIRST, "end", "x, y, hero. A cat sits."),
        ("{prose} ({trigger}) {tags}", "start", "A cat sits. (hero) x, y"),
    ],
)
def test_an_items_own_template_has_the_trigger_where_the_dataset_puts_it(
    tmp_path: Path, template: str | None, position: str, caption: str
) -> None:
    assert captions(with_template(tmp_path, template, trigger="hero", position=position)) == {"a": caption}


@pytest.mark.parametrize(
    ("template", "caption"), [(PROSE_FIRST, "A cat sits. x, y"), (TAGS_FIRST, "x, y. A cat sits.")]
)
def test_without_a_trigger_an_items_own_template_is_all(tmp_path: Path, template: str, caption: str) -> None:
    assert captions(with_template(tmp_path, template)) == {"a": caption}


def test_a_random_place_is_the_same_every_time_and_not_the_same_for_all(tmp_path: Path) -> None:
    library = make_library(tmp_path, {f"{number:02}": "a, b, c" for number in range(40)}, trigger="hero")
    with open_catalog(library) as db, writing(db):
        db.execute("update dataset set trigger_position = 'random'")
    first = captions(library)
    assert captions(library) == first
    assert {text.split(", ").index("hero") for text in first.values()} == {0, 1, 2, 3}


def test_items_are_rendered_in_the_order_asked_for(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "x", "b": "y", "c": ""})
    with open_catalog(library) as db:
        chunks = rendered(db, dataset_of(library), [3, 1, 99, 2])
        assert [(one.item_id, text) for chunk in chunks for one, text in chunk] == [(3, ""), (1, "x"), (2, "y")]
