"""Parquet with pictures: which column is which, classes by name, and files that are damaged or hold none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dscore.errors import SourceError, UnreadableImageError
from dscore.sources.hub import shapes
from dscore.sources.hub.beside import Beside
from dscore.sources.hub.client import HubFile
from dscore.sources.hub.tables import TableSource
from dscore.sources.limits import SourceLimits
from tests.hub_layouts import PICTURES, pictures_table, table

ONE, TWO, THREE = PICTURES.values()


def source(path: Path, content: bytes, *columns: str) -> TableSource:
    path.write_bytes(content)
    return TableSource(path, "data/train-00000-of-00001.parquet", columns, SourceLimits())


def texts(opened: TableSource) -> list[str]:
    return [picture.caption.text if picture.caption else "" for picture in opened.look().pictures]


def test_pictures_come_in_any_order_over_groups_of_rows(tmp_path: Path) -> None:
    opened = source(tmp_path / "a", pictures_table())
    pictures = opened.look().pictures
    assert [picture.name for picture in pictures] == ["one.png", "two.png", "three.png"]
    for place in (0, 2, 1, 0, 1, 2):
        assert b"".join(opened.read(pictures[place])) == (ONE, TWO, THREE)[place]
    opened.close()


def test_a_plain_column_of_bytes_is_one_of_pictures(tmp_path: Path) -> None:
    opened = source(tmp_path / "a", table({"jpg": [ONE, TWO], "prompt": ["a", "b"], "tags": [["x", "y"], []]}))
    assert texts(opened) == ["a", "b"]
    assert b"".join(opened.read(opened.look().pictures[1])) == TWO
    opened.close()
    opened = source(tmp_path / "b", table({"jpg": [ONE, TWO], "prompt": ["a", "b"], "tags": [["x", "y"], []]}), "tags")
    assert texts(opened) == ["x, y", ""]
    opened.close()


def test_a_class_is_written_by_its_name(tmp_path: Path) -> None:
    features: dict[str, Any] = {"image": {"_type": "Image"}, "label": {"_type": "ClassLabel", "names": ["cat", "dog"]}}
    images = [{"bytes": ONE, "path": None}, {"bytes": TWO, "path": None}]
    opened = source(tmp_path / "a", table({"image": images, "label": [1, 0]}, features=features), "label")
    assert texts(opened) == ["dog", "cat"]
    opened.close()


@pytest.mark.parametrize("features", [None, {"images": {"_type": "List", "feature": {"_type": "Image"}}}])
def test_a_row_with_several_pictures_gives_each_its_caption(tmp_path: Path, features: dict[str, Any] | None) -> None:
    images = [
        [{"bytes": ONE, "path": "a.png"}, {"bytes": TWO, "path": None}],
        [],
        None,
        [{"bytes": THREE, "path": "c.png"}],
    ]
    made = table({"images": images, "text": ["cat", "none", "nothing", "dog"]}, features=features, group=3)
    opened = source(tmp_path / "a", made)
    pictures = opened.look().pictures
    assert [(one.name, one.caption.text if one.caption else "") for one in pictures] == [
        ("a.png", "cat"), ("train-00000-of-00001-000-000000-1", "cat"), ("c.png", "dog"),
    ]  # fmt: skip
    for place in (2, 0, 1):
        assert b"".join(opened.read(pictures[place])) == (ONE, TWO, THREE)[place]
    opened.close()
    assert shapes.shape(tmp_path / "a", "a.parquet").many


def test_a_row_without_bytes_and_file_is_one_that_cannot_be_read(tmp_path: Path) -> None:
    images = [{"bytes": None, "path": "elsewhere.png"}, {"bytes": TWO, "path": "b.png"}, {"bytes": None, "path": None}]
    opened = source(tmp_path / "a", table({"image": images, "text": ["a", "b", "c"]}))
    first, second, third = opened.look().pictures
    with pytest.raises(UnreadableImageError, match=r"its row names “elsewhere\.png”, which is no picture in the repo"):
        list(opened.read(first))
    with pytest.raises(UnreadableImageError, match="no picture in its bytes, and its row names no file"):
        list(opened.read(third))
    assert b"".join(opened.read(second)) == TWO
    assert list(opened.named()) == []
    opened.close()


def beside(folder: Path, *paths: str, most: int = 1_000_000) -> Beside:
    """A repository with these files, each of them downloaded but for those that are called lost; each holds its own path."""
    folder.mkdir()
    for number, path in enumerate(paths):
        if "lost" not in path:
            (folder / str(number)).write_bytes(path.encode())
    files = [HubFile(path, len(path.encode()), "") for path in paths]
    return Beside(files, lambda path: folder / str(paths.index(path)), repo="me/cats", most=most)


NAMED = [
    ("1.png", "data/1.png"),
    ("img/2.png", "img/2.png"),
    ("./3.png", "3.png"),
    ("hf://datasets/me/cats@0123abc/img/2.png", "img/2.png"),
    ("https://huggingface.co/datasets/me/cats/resolve/main/a%20b.png?download=true", "a b.png"),
    ("hf://datasets/you/dogs@main/3.png", ""),
    ("/home/me/3.png", ""),
    ("../3.png", ""),
    ("notes.txt", ""),
    ("much too large.png", ""),
]


@pytest.mark.parametrize(("name", "path"), NAMED)
def test_what_a_row_names_is_looked_for_beside_its_table_and_above(tmp_path: Path, name: str, path: str) -> None:
    files = ("1.png", "data/1.png", "img/2.png", "3.png", "a b.png", "notes.txt", "much too large.png")
    found = beside(tmp_path / "repo", *files, most=10).find(name, "data/train.parquet")
    assert (found.path if found else "") == path


def test_pictures_that_rows_only_name_are_read_from_the_files(tmp_path: Path) -> None:
    images = [
        {"bytes": None, "path": "one.png"}, {"bytes": TWO, "path": "img/two.png"}, {"bytes": TWO, "path": "two.png"},
        {"bytes": TWO, "path": "one.png"}, {"bytes": None, "path": "img/lost.png"},
    ]  # fmt: skip
    path = tmp_path / "a"
    path.write_bytes(table({"image": images, "text": list("abcde")}))
    repo = beside(tmp_path / "repo", "data/one.png", "img/two.png", "img/lost.png")
    opened = TableSource(path, "data/train.parquet", (), SourceLimits(), beside=repo)
    assert [file.path for file in opened.named()] == ["data/one.png", "img/lost.png"]
    pictures = opened.look().pictures
    assert [one.name for one in pictures] == ["one.png", "img/two.png", "two.png", "one.png", "img/lost.png"]
    assert [b"".join(opened.read(pictures[place])) for place in (3, 0, 1)] == [TWO, b"data/one.png", TWO]
    with pytest.raises(UnreadableImageError, match=r"lost\.png names img/lost\.png, which could not be downloaded"):
        list(opened.read(pictures[4]))
    opened.close()


def test_named_pictures_stand_in_lists_too(tmp_path: Path) -> None:
    images = [
        [{"bytes": ONE, "path": "a.png"}, {"bytes": None, "path": "b.png"}],
        [],
        None,
        [{"bytes": None, "path": "a.png"}],
    ]
    path = tmp_path / "a"
    path.write_bytes(table({"images": images, "text": list("abcd")}, group=3))
    opened = TableSource(path, "t.parquet", (), SourceLimits(), beside=beside(tmp_path / "repo", "a.png", "b.png"))
    assert [file.path for file in opened.named()] == ["b.png", "a.png"]
    assert [b"".join(opened.read(one)) for one in opened.look().pictures] == [ONE, b"b.png", b"a.png"]
    opened.close()


def test_what_holds_no_pictures_or_is_damaged_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="its columns are: text, score"):
        source(tmp_path / "a", table({"text": ["a"], "score": [1]}))
    with pytest.raises(SourceError, match="no parquet file"):
        source(tmp_path / "b", b"PAR1" + b"x" * 100)
    spoiled = bytearray(pictures_table())
    spoiled[4:300] = bytes(296)
    opened = source(tmp_path / "c", bytes(spoiled))
    with pytest.raises(SourceError, match="is damaged"):
        [list(opened.read(picture)) for picture in opened.look().pictures]
    opened.close()


def test_the_schema_tells_what_can_be_a_caption(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(table({"image": [ONE], "text": ["a"], "tags": [["x"]], "score": [0.5], "mask": [{"x": 1}]}))
    found = shapes.shape(path, "a.parquet")
    assert (found.rows, found.image, found.many, found.columns) == (1, "image", False, ("text", "tags"))
