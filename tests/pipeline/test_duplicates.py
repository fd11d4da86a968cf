"""Groups of alike pictures merged: what stays, what its caption says, and the way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import ImageOps

from dscore.catalog import images
from dscore.catalog.connection import open_catalog, writing
from dscore.catalog.states import Prose
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.media.neighbours import MIRROR
from dscore.pipeline import curate, duplicates, reverts
from dscore.pipeline.duplicates import Merge
from dscore.pipeline.operations import Operation
from tests.catalog.made import dataset_of, item_ids, make_library, state_of, tag_texts, whole_catalog
from tests.commands import Commands
from tests.made_sets import fill
from tests.media.pictures import bytes_of, photo

CAPTIONS = {"a": "cat, hat", "b": "cat, Hat, dog", "c": "bird", "d": "fish", "e": "fish, net", "f": "lone"}
ONE, TWO = 0x1234_5678_9ABC_DEF0, 0x0F0F_3C3C_5A5A_9696
PICTURES = {
    "a": (ONE, 500),
    "b": (ONE ^ 1, 1000),
    "c": (ONE ^ 0b11111100, 900),
    "d": (TWO, 800),
    "e": (TWO ^ MIRROR, 700),
    "f": (0xFFFF_FFFF, 600),
}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = make_library(tmp_path / "library", CAPTIONS)
    with open_catalog(made) as db, writing(db):
        for name, (phash, side) in PICTURES.items():
            signed = phash - (1 << 64) if phash >> 63 else phash
            db.execute(
                """update image set phash = ?, width = ?, height = ?
                where id = (select image_id from item where name = ?)""",
                (signed, side, side, name),
            )
    return made


def found(library: Library, distance: int = 8) -> list[list[str]]:
    with open_catalog(library) as db:
        return [
            [one.name for one in group.pictures]
            for group in duplicates.groups(db, dataset_of(library), distance=distance)
        ]


def merged(library: Library, *merges: Merge) -> curate.Applied:
    return duplicates.merge(library, dataset_of(library), merges)


def test_copies_and_mirrored_ones_are_groups_with_the_best_first(library: Library) -> None:
    assert found(library) == [["b", "c", "a"], ["d", "e"]]
    assert found(library, distance=2) == [["b", "a"], ["d", "e"]]
    with open_catalog(library) as db:
        (group,) = duplicates.groups(db, dataset_of(library), query="cat")
        assert (group.same, [one.name for one in group.pictures]) == (True, ["b", "a"])


def test_the_best_stays_with_the_tags_of_all_and_undo_brings_all_back(library: Library) -> None:
    before = whole_catalog(library)
    with open_catalog(library) as db:
        groups = duplicates.groups(db, dataset_of(library))
    done = merged(library, *map(duplicates.proposed, groups))
    assert tag_texts(library) == {"b": "cat, Hat, dog, bird", "d": "fish, net", "f": "lone"}
    assert done.changed == 5
    reverts.undo(library, dataset_of(library), done.change_id)
    assert whole_catalog(library) == before


def test_the_caption_can_be_chosen(library: Library) -> None:
    ids = item_ids(library)
    merged(library, Merge(ids["b"], (ids["a"],), ids["a"]), Merge(ids["d"], (ids["e"],), ids["d"]))
    assert tag_texts(library) == {"b": "cat, hat", "c": "bird", "d": "fish", "f": "lone"}


def test_prose_and_claims_come_along_and_removed_tags_stay_out(library: Library) -> None:
    ids = item_ids(library)
    with open_catalog(library) as db, writing(db):
        db.execute("insert into prose (item_id, text, source_id) values (?, 'A dog.', 2)", (ids["a"],))
        tag = db.execute("select id from tag where name = 'dog'").fetchone()[0]
        db.execute("insert into item_veto (item_id, tag_id) values (?, ?)", (ids["a"], tag))
        db.execute("update item_tag_source set source_id = 1 where item_id = ? and tag_id = ?", (ids["b"], tag))
    merged(library, Merge(ids["a"], (ids["b"], ids["c"])))
    with open_catalog(library) as db:
        kept = state_of(db, ids["a"])
    assert kept.prose == Prose("A dog.", 2)
    assert tag_texts(library)["a"] == "cat, hat, bird"


def test_a_tag_that_was_removed_stays_out_under_another_spelling_too(library: Library) -> None:
    ids = item_ids(library)
    curate.apply(library, dataset_of(library), Operation("add", "Long_Hair"), query="name:a")
    curate.apply(library, dataset_of(library), Operation("add", "long hair"), query="name:b")
    curate.apply(library, dataset_of(library), Operation("remove", "Long_Hair"), query="name:a")
    merged(library, Merge(ids["a"], (ids["b"],)))
    assert tag_texts(library)["a"] == "cat, hat, dog"


def test_a_group_that_somebody_changed_meanwhile_is_left_whole(library: Library) -> None:
    ids = item_ids(library)
    with open_catalog(library) as db, writing(db):
        db.execute("update item set trashed_at = '2026', rev = rev + 1 where id = ?", (ids["a"],))
    done = merged(library, Merge(ids["b"], (ids["a"], ids["c"])))
    assert (done.change_id, set(done.stale)) == (None, {ids["a"], ids["b"], ids["c"]})
    assert tag_texts(library)["c"] == "bird"


def test_a_picture_in_two_groups_is_refused(library: Library) -> None:
    with pytest.raises(WrongUseError, match="two groups"):
        merged(library, Merge(1, (2,)), Merge(3, (2,)))


def test_a_picture_with_borders_is_alike_to_the_one_inside(library: Library) -> None:
    with open_catalog(library) as db:
        (image,) = db.execute("select image_id from item where name = 'f'").fetchone()
        with writing(db):
            images.keep_bare(db, {image: TWO ^ 0b101})
    assert found(library)[1] == ["d", "e", "f"]


def test_pictures_from_before_are_looked_at_once(tmp_path: Path) -> None:
    dscore = Commands(tmp_path / "library")
    inner = photo(192, 108, seed=7)
    boxed = ImageOps.expand(inner, (0, 40), "black")
    dscore.good(
        "import", fill(tmp_path / "film", {"inner.png": bytes_of(inner, "PNG"), "boxed.png": bytes_of(boxed, "PNG")})
    )
    kept = dscore.rows("select phash from image_bare order by image_id")
    assert [row[0] is None for row in kept].count(False) == 1
    with open_catalog(dscore.library) as db, writing(db):
        db.execute("delete from image_bare")
    found = dscore.good("duplicates", "film")["groups"]
    assert sorted(one["name"] for one in found[0]["pictures"]) == ["boxed", "inner"]
    assert [row[0] is None for row in dscore.rows("select phash from image_bare")].count(False) == 1
