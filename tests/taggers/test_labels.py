from __future__ import annotations

from pathlib import Path

import pytest

from dscore.errors import ModelError
from dscore.models import Category
from dscore.taggers.base import Label
from dscore.taggers.labels import read_labels

HEADER = "tag_id,name,category,count\n"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "selected_tags.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ('612924,"don\'t_say_""lazy""",0,1062', 'don\'t_say_"lazy"'),
        ("1,null,0,1", "null"),
        ("1,nan,0,1", "nan"),
        (r"1,\m/,0,1", r"\m/"),
        (r"1,double_\m/,0,1", r"double_\m/"),
        ("1,;d,0,1", ";d"),
        ("1,2020,0,1", "2020"),
        ("1,:>=,0,1", ":>="),
        ('1,"a,b",0,1', "a,b"),
    ],
)
def test_names_that_break_naive_code_are_read_as_they_are(tmp_path: Path, row: str, name: str) -> None:
    assert read_labels(written(tmp_path, f"{HEADER}{row}\n")) == (Label(name, Category.GENERAL),)


def test_order_is_the_files_and_the_last_empty_line_is_no_tag(tmp_path: Path) -> None:
    rows = "9,explicit,9,3\n8,solo,0,2\n7,miku,4,1\n6,kantoku,1,1\n5,fate,3,1\n4,highres,5,1\n\n"
    labels = read_labels(written(tmp_path, "\ufeff" + HEADER + rows))
    assert [label.category for label in labels] == [
        "rating",
        "general",
        "character",
        "artist",
        "copyright",
        "meta",
    ]
    assert labels[0].name == "explicit"


def test_other_columns_do_not_matter(tmp_path: Path) -> None:
    rows = 'id,tag_id,name,category,count,ips\n0,5,miku,4,1,"[""vocaloid""]"\n'
    assert read_labels(written(tmp_path, rows)) == (Label("miku", Category.CHARACTER),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEADER + "1,solo,7,1\n", 'line 2: the category "7" of solo is not one of'),
        (HEADER + "1,,0,1\n", "line 2: the tag has no name"),
        (HEADER + "1,solo\n", "line 2: the tag has no name or no category"),
        ("tag_id,tag,count\n1,solo,0\n", "no column category and no name"),
        (HEADER, "lists 0 tags"),
        ("", "no column"),
        (HEADER + '1,"solo,0,1\n', "not a list of tags"),
        (b"\xff\xfe\x00", "not a list of tags"),
    ],
)
def test_what_is_no_list_of_tags_is_refused_with_its_place(tmp_path: Path, content: str | bytes, said: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(ModelError, match=said) as caught:
        read_labels(path)
    assert str(path) in str(caught.value)


def test_more_tags_than_stored_scores_can_number_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="65,537 tags"):
        read_labels(written(tmp_path, HEADER + "1,a,0,1\n" * 65_537))
    with pytest.raises(ModelError, match="cannot be read"):
        read_labels(tmp_path / "missing.csv")
