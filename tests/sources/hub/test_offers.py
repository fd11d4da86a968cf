"""What a repository offers, by the names of its files alone."""

from __future__ import annotations

import pytest

from dscore.errors import NoPicturesError, WrongUseError
from dscore.sources.hub.client import HubFile
from dscore.sources.hub.offers import MOST_FOLDERS, Layout, chosen, contents


def of(*paths: str) -> list[HubFile]:
    return [HubFile(path, 10) for path in paths]


def keys(*paths: str, within: str = "") -> list[str]:
    return [offer.key for offer in contents(of(*paths), within=within).offers]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (("data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "data/test-00000-of-00001.parquet"),
         ["train", "test"]),
        (("default/train/0000.parquet", "default/test/0000.parquet"), ["default/train", "default/test"]),
        (("en/train-00000-of-00001.parquet", "de/train-00000-of-00001.parquet"), ["de/train", "en/train"]),
        (("train-000.tar", "train-001.tar", "val-000.tar"), ["train", "val"]),
        (("0000.tar", "0001.tar"), ["all"]),
        (("data/train-0.parquet", "train-0.tar"), ["train", "train (webdataset)"]),
        (("1/dataset.zip", "2/dataset.zip", "all.zip", "1/preview_1.png"),
         ["pictures", "1/dataset.zip", "2/dataset.zip", "all.zip"]),
        (("a.png", "metadata.parquet"), ["pictures"]),
    ],
)  # fmt: skip
def test_offers_are_named_as_people_name_them(paths: tuple[str, ...], expected: list[str]) -> None:
    assert keys(*paths) == expected


def test_loose_pictures_bring_what_may_say_their_captions_and_nothing_else() -> None:
    files = of(
        "README.md", "metadata.csv", "a/1.png", "a/1.txt", "a/.1_meta.json", "a/1.npz", "b/2.png", "run.py", "x.pkl"
    )
    found = contents(files, within="a").offers[0]
    assert {file.path for file in found.files} == {"metadata.csv", "a/1.png", "a/1.txt", "a/.1_meta.json"}
    assert (found.layout, found.pictures) == (Layout.LOOSE, 1)


def test_archives_that_cannot_be_opened_are_named() -> None:
    found = contents(of("a.rar", "b.7z", "c.tar.gz", "d.zip"))
    assert [line.name for line in found.unsupported] == ["a.rar", "b.7z", "c.tar.gz"]


def test_a_choice_is_needed_where_there_is_one() -> None:
    found = contents(of("a.zip", "b.zip"))
    with pytest.raises(WrongUseError, match=r"a\.zip, b\.zip"):
        chosen(found, (), repo="me/cats")
    assert [offer.key for offer in chosen(found, ("b.zip", "b.zip"), repo="me/cats")] == ["b.zip"]
    with pytest.raises(NoPicturesError) as raised:
        chosen(contents(of("a.rar")), (), repo="me/cats")
    assert raised.value.skipped[0][0] == "a.rar"


def test_folders_are_few_enough_to_choose_from() -> None:
    assert contents(of("a/b/1.png", "c/2.png", "3.png")).folders == ("a", "a/b", "c")
    many = contents(of(*(f"a/{number}/x.png" for number in range(MOST_FOLDERS))))
    assert many.folders == ("a",)
