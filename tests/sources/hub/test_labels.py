"""Captions in tables and JSON files beside the pictures."""

from __future__ import annotations

import json

import pytest

from dscore.models import CaptionFile, SourceFile, Survey
from dscore.sources.hub.labels import Labels, is_label, labelled, usual_columns, written


def labels(name: str, text: str) -> Labels:
    found = Labels()
    found.read(SourceFile("", name, len(text)), text.encode())
    return found


def captions(found: Labels, *names: str, columns: tuple[str, ...] = ()) -> list[str]:
    survey = labelled(Survey(tuple(SourceFile("", name, 1) for name in names)), found, columns)
    return [picture.caption.text if picture.caption else "" for picture in survey.pictures]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a, b", "a, b"), (["a", "b"], "a, b"), ({"a": 0.9, "b": 0.1}, "a, b"), (None, ""), (3, "3"), (b"x", ""),
        ([None, "a"], "a"),
    ],
)  # fmt: skip
def test_any_value_is_written_as_a_caption(value: object, text: str) -> None:
    assert written(value) == text


def test_a_table_speaks_of_its_folder_and_those_below() -> None:
    found = labels("a/metadata.csv", "file_name,text\nb/1.png,one\n2.png,two\n")
    assert captions(found, "a/b/1.png", "a/2.png", "2.png") == ["one", "two", ""]


def test_names_match_without_case_or_extension() -> None:
    assert captions(labels("captions.csv", "image,caption\nÜber,x\nB.PNG,y\n"), "über.jpg", "b.png") == ["x", "y"]


def test_a_caption_file_beside_the_picture_stays_unless_a_column_was_chosen() -> None:
    found = labels("metadata.jsonl", json.dumps({"file_name": "1.png", "text": "table"}) + "\n")
    survey = Survey((SourceFile("", "1.png", 1, CaptionFile("1.txt", "file")),))
    texts = []
    choices: tuple[tuple[str, ...], ...] = ((), ("text",))
    for columns in choices:
        caption = labelled(survey, found, columns).pictures[0].caption
        assert caption is not None
        texts.append(caption.text)
    assert texts == ["file", "table"]


@pytest.mark.parametrize(
    ("name", "text"), [("metadata.jsonl", "{"), ("metadata.parquet", "no"), (".1_meta.json", "[" * 100_000), ("a.csv", "a\0b\n")]
)  # fmt: skip
def test_what_cannot_be_understood_takes_nothing_along(name: str, text: str) -> None:
    found = labels(name, text)
    assert captions(found, "1.png") == [""]


def test_the_likeliest_column_is_the_caption() -> None:
    assert usual_columns(["score", "Tags", "prompt"]) == ("prompt",)
    assert usual_columns(["score"]) == ()
    files = ("a.csv", ".a_meta.json", "a.json", "a.txt", "x/metadata.parquet", "b.parquet")
    assert [is_label(name) for name in files] == [True, True, True, False, True, False]
