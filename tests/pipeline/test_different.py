"""Alike pictures that are no duplicates: they do not come again, whatever else they are alike to."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog import quality
from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.media.neighbours import MIRROR
from dscore.pipeline import different, duplicates
from dscore.quality.likeness import Group
from tests.catalog.made import add_item, dataset_of, make_library

NAMES = "abcdefgh"
ONE, TWO = 0x1234_5678_9ABC_DEF0, 0x0F0F_3C3C_5A5A_9696


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Three of one hash and one near them; three of another one, the last mirrored."""
    made = make_library(tmp_path / "library", dict.fromkeys(NAMES[:7], ""))
    for name, phash in zip(NAMES, (ONE, ONE, ONE, ONE ^ 0b111, TWO, TWO, TWO ^ MIRROR), strict=False):
        set_hash(made, name, phash)
    return made


def set_hash(library: Library, name: str, phash: int) -> None:
    signed = phash - (1 << 64) if phash >> 63 else phash
    with open_catalog(library) as db, writing(db):
        db.execute("update image set phash = ? where id = (select image_id from item where name = ?)", (signed, name))


def groups(library: Library, query: str = "", dataset: str = "set") -> list[Group]:
    with open_catalog(library) as db:
        return duplicates.groups(db, dataset_of(library, dataset), query=query)


def found(library: Library, dataset: str = "set") -> list[str]:
    return sorted("".join(sorted(one.name for one in group.pictures)) for group in groups(library, dataset=dataset))


def mark(library: Library, *names: str) -> list[int]:
    query = " or ".join(f"name:{name}" for name in names)
    return different.mark(library, groups(library, query))


def test_a_group_that_was_told_apart_does_not_come_again(library: Library) -> None:
    assert found(library) == ["abcd", "efg"]
    different.mark(library, [group for group in groups(library) if len(group.pictures) == 4])
    assert found(library) == ["efg"]


@pytest.mark.parametrize(
    ("pairs", "left"),
    [
        (["ab"], ["acd", "efg"]),
        (["ab", "ac"], ["ad", "bc", "efg"]),
        (["ab", "ac", "ad"], ["bcd", "efg"]),
        (["ab", "bc", "ac", "ad", "bd"], ["cd", "efg"]),
        (["eg", "ef"], ["abcd", "fg"]),
    ],
)
def test_a_group_falls_apart_as_its_pairs_were_told_apart(library: Library, pairs: list[str], left: list[str]) -> None:
    for pair in pairs:
        assert mark(library, *pair)
    assert found(library) == left


def test_one_that_is_told_apart_leaves_the_others_together(library: Library) -> None:
    (group,) = groups(library, "name:a or name:b or name:c or name:d")
    (odd,) = (one.item for one in group.pictures if one.name == "a")
    different.mark(library, [group], odd=odd)
    assert found(library) == ["bcd", "efg"]


def test_a_new_copy_of_one_is_a_group_with_one_of_them_only(library: Library) -> None:
    different.mark(library, groups(library))
    with open_catalog(library) as db, writing(db):
        add_item(db, 1, "h")
    set_hash(library, "h", ONE)
    assert found(library) == ["ah"]


def test_the_checks_say_no_more_of_them_and_the_way_back_is_open(library: Library) -> None:
    def codes() -> set[str]:
        with open_catalog(library) as db:
            return {one.code for one in quality.picture_findings(db, 1)} & {"duplicate", "near-duplicate"}

    assert codes() == {"duplicate", "near-duplicate"}
    answers = different.mark(library, groups(library))
    mark(library, "b", "c")
    assert codes() == set()
    with open_catalog(library) as db:
        assert different.count(db, dataset_of(library)) == 2
        assert different.count(db, dataset_of(library), query="name:a or name:e") == 0
    different.take_back(library, answers[:1])
    assert "abcd" in found(library)
    assert different.forget(library, dataset_of(library)) == 1
    assert (found(library), codes()) == (["abcd", "efg"], {"duplicate", "near-duplicate"})


def test_it_holds_in_another_dataset_with_the_same_pictures(library: Library) -> None:
    with open_catalog(library) as db, writing(db):
        db.execute("insert into dataset (id, name, key, created_at) values (2, 'twin', 'twin', '2026')")
        db.execute(
            """insert into item (dataset_id, image_id, name, key, added_at)
            select 2, image_id, name, key, added_at from item where name in ('a', 'b', 'e')"""
        )
    assert found(library, "twin") == ["ab"]
    mark(library, "a", "b")
    assert found(library, "twin") == []


def test_a_group_without_end_is_refused(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(different, "MOST", 3)
    with pytest.raises(WrongUseError, match="more than 3 pictures"):
        different.mark(library, groups(library))
    assert found(library) == ["abcd", "efg"]
