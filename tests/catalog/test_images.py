from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from dscore.catalog import datasets, images, tags
from dscore.catalog.connection import Database, open_catalog, writing
from dscore.catalog.images import NewItem, Placement, StoredImage
from dscore.config import Library
from dscore.models import Category, DecodedImage, Measures
from dscore.text.parsing import parse_caption


def fold(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def picture(db: Database, number: int, *, phash: int = 0) -> int:
    measures = Measures(sharpness=1, brightness=0.5, dark=0, light=1, entropy=2, colour=0.1)
    decoded = DecodedImage("png", ".png", 640, 480, "RGB", 6, 1, False, phash, measures, b"")
    return images.add_image(db, StoredImage(f"{number:064x}", f"ab/{number}.png", 1000, decoded))


def place(db: Database, image: int, name: str, dataset: int = 1) -> Placement:
    return images.place(db, NewItem(image, name, f"folder/{name}.png"), dataset_id=dataset, fold=fold, source="heap")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = Library(tmp_path / "library")
    with open_catalog(made) as db:
        datasets.ensure(db, "first")
        datasets.ensure(db, "second")
    return made


def test_the_same_picture_is_in_a_dataset_once_and_may_be_in_two(library: Library) -> None:
    with open_catalog(library) as db, writing(db):
        image = picture(db, 1)
        assert picture(db, 1) == image
        first = place(db, image, "one")
        assert place(db, image, "other") == Placement(first.item_id, "one", "there")
        assert place(db, image, "one", 2).fate == "new"
        db.execute("update item set trashed_at = '2026' where id = ?", (first.item_id,))
        assert place(db, image, "other") == Placement(first.item_id, "one", "back")


@pytest.mark.parametrize("name", ["one", "ONE", "straße", "STRASSE", "u\u0308ber", "\u00fcBER"])
def test_a_name_that_is_taken_gets_a_number(library: Library, name: str) -> None:
    with open_catalog(library) as db, writing(db):
        for number, taken in enumerate(["One", "Straße", "Über"]):
            place(db, picture(db, number), taken)
        assert [place(db, picture(db, 10 + n), name).name for n in range(3)] == [f"{name}_2", f"{name}_3", f"{name}_4"]
        assert place(db, picture(db, 20), f"{name}_2").name == f"{name}_2_2"


def test_thousands_of_equal_names_need_few_looks(library: Library) -> None:
    with open_catalog(library) as db, writing(db):
        looks = 0

        def counting(name: str) -> str:
            nonlocal looks
            looks += 1
            return fold(name)

        given = [
            images.place(db, NewItem(picture(db, n), "same", ""), dataset_id=1, fold=counting, source="").name
            for n in range(2000)
        ]
    assert given == ["same", *(f"same_{n}" for n in range(2, 2001))]
    assert looks < 2000 * 30


def test_a_hash_of_64_bits_is_kept_signed(library: Library) -> None:
    with open_catalog(library) as db, writing(db):
        picture(db, 1, phash=(1 << 64) - 1)
        assert db.execute("select phash from image").fetchone() == (-1,)


def test_captions_are_written_in_layers_and_verbatim(library: Library) -> None:
    text = "a girl, long hair, A girl. She stands by the sea, and waves."
    caption = parse_caption(text)
    with open_catalog(library) as db:
        ids = tags.intern(db, dict.fromkeys(caption.tags, Category.GENERAL))
        with writing(db):
            item = place(db, picture(db, 1), "one").item_id
            new = NewItem(1, "one", "one.png", caption, text)
            images.add_caption(db, [(item, new)], tag_ids=ids, source_id=2, template="{trigger}, {tags}. {prose}")
        written = db.execute(
            "select name from item_tag join tag on tag.id = tag_id where item_id = ? order by position", (item,)
        )
        assert tuple(row[0] for row in written) == caption.tags
        assert db.execute("select text from original").fetchall() == [(text,)]
        assert [row[0] for row in db.execute("select text from prose")] == ([caption.prose] if caption.prose else [])


def test_pictures_are_looked_up_by_item_and_by_content(library: Library) -> None:
    with open_catalog(library) as db, writing(db):
        item = place(db, picture(db, 7), "one").item_id
        assert images.known(db) == {f"{7:064x}": (1, "ab/7.png")}
        assert images.files(db, [item, 99]) == {item: (1, "ab/7.png")}
        assert images.names(db, [item, 99]) == ("one",)
        (details,) = images.details(db, [item, 99]).values()
        assert (details.width, details.height, details.orientation, details.format) == (640, 480, 6, "png")
