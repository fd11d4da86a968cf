from __future__ import annotations

from pathlib import Path

from dscore.catalog import captions
from dscore.catalog.connection import open_catalog, writing
from dscore.models import Layers

from .made import ask, dataset_of, item_ids, make_library


def test_layers_come_in_the_order_asked_for_with_tags_in_theirs(tmp_path: Path) -> None:
    library = make_library(tmp_path / "library", {"one": "c, a, b", "two": ""}, trigger="saria")
    dataset, ids = dataset_of(library), item_ids(library)
    with open_catalog(library) as db, writing(db):
        db.execute("insert into prose values (?, 'She waves.', 1)", (ids["two"],))
        db.execute("update item set trigger = 'own', template = '{prose}' where id = ?", (ids["two"],))
    with open_catalog(library) as db:
        (found,) = captions.layers(db, dataset.id, [ids["two"], 99, ids["one"]])
    assert [(one.name, one.layers, one.template) for one in found] == [
        ("two", Layers("own", (), "She waves."), "{prose}"),
        ("one", Layers("saria", ("c", "a", "b"), ""), None),
    ]


def test_places_that_differ_by_the_last_bit_give_the_order(tmp_path: Path) -> None:
    library = make_library(tmp_path / "library", {"one": "a, b"})
    with open_catalog(library) as db, writing(db):
        db.execute("update item_tag set position = ? where tag_id = 1", (1.0 + 2**-52,))
        db.execute("update item_tag set position = 1.0 where tag_id = 2")
    with open_catalog(library) as db:
        ((one,),) = captions.layers(db, 1, [1])
    assert one.layers.tags == ("b", "a")


def test_the_views_read_well(tmp_path: Path) -> None:
    library = make_library(tmp_path / "library", {"one": "b, a", "two": "", "gone": "a"}, trigger="saria")
    with open_catalog(library) as db, writing(db):
        db.execute("insert into prose values (1, 'She waves.', 1)")
        db.execute("update item_tag_source set score = 750 where item_id = 1 and tag_id = 1")
        db.execute("update item set trashed_at = '2026' where name = 'gone'")
        db.execute("insert into change (dataset_id, at, action, summary) values (1, '2026', 'add', 'add a')")
    assert ask(library, "select name, caption, tag_count, file from captions order by id") == [
        ("one", "saria, b, a. She waves.", 2, "images/x.png"),
        ("two", "saria", 0, "images/x.png"),
    ]
    assert ask(library, "select name, tags, in_trash from items order by id")[2] == ("gone", "a", 1)
    assert ask(library, "select tag, kind, source, score from claims where item_id = 1 order by tag") == [
        ("a", "import", "import", None),
        ("b", "import", "import", 0.75),
    ]
    assert ask(library, "select dataset, action, summary, state from history") == [("set", "add", "add a", "open")]
