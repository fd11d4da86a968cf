from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dscore.errors import ExportError
from dscore.exporters.base import ExportOptions
from dscore.exporters.layout import output_format, place_pictures, split_word, warnings
from dscore.models import ExportItem

ITEM = ExportItem(1, "a.png", "/library/a.png", "0" * 64, "png", 10, 10, 1, 1, "mychar")
KEPT = ExportOptions(names="kept")


def items(*names: str, **fields: object) -> list[ExportItem]:
    return [replace(ITEM, item_id=n, name=name, **fields) for n, name in enumerate(names, start=1)]  # type: ignore[arg-type]  # a test's shorthand


def warned(given: list[ExportItem], options: ExportOptions, *, target: str = "/out") -> str:
    return "\n".join(warnings(place_pictures(given, options), options, target=Path(target)))


@pytest.mark.parametrize(
    ("kind", "orientation", "expected"),
    [
        ("png", 1, (".png", None)),
        ("jpeg", 1, (".jpg", None)),
        ("webp", 1, (".webp", None)),
        ("jpeg", 6, (".jpg", "jpeg")),
        ("png", 3, (".png", "png")),
        ("webp", 8, (".webp", "webp")),
        ("gif", 1, (".png", "png")),
        ("bmp", 1, (".png", "png")),
        ("tiff", 6, (".png", "png")),
    ],
)
def test_only_what_trainers_misread_is_re_encoded(
    kind: str, orientation: int, expected: tuple[str, str | None]
) -> None:
    assert output_format(replace(ITEM, format=kind, orientation=orientation)) == expected


def test_the_extension_tells_the_true_format() -> None:
    (picture,) = place_pictures([replace(ITEM, name="lie.PNG", format="jpeg")], KEPT)
    assert picture.path == "lie.jpg"


def test_two_pictures_never_share_a_caption_file() -> None:
    placed = place_pictures(items("pair.png", "pair.jpg", "PAIR.webp"), KEPT)
    assert [picture.caption_path for picture in placed] == ["pair.txt", "pair_2.txt", "PAIR_3.txt"]


def test_an_item_without_a_caption_gets_no_file_and_is_told_of() -> None:
    given = items("a.png", caption=" \n")
    assert place_pictures(given, KEPT)[0].caption_path == ""
    assert "1 pictures have no caption" in warned(given, KEPT)


def test_an_item_without_a_caption_stops_where_that_was_asked() -> None:
    with pytest.raises(ExportError, match=r"1 of 1 pictures have no caption: a\.png"):
        place_pictures(items("a.png", caption=""), ExportOptions(empty_captions="refuse"))


def test_nothing_to_export_is_an_error() -> None:
    with pytest.raises(ExportError, match="nothing to export"):
        place_pictures([], ExportOptions())


def test_an_item_twice_is_an_error() -> None:
    with pytest.raises(ExportError, match="given twice: 1"):
        place_pictures([ITEM, ITEM], ExportOptions())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (items("a-masklabel.png"), "OneTrainer takes these for masks"),
        (items("hero_test_01.png"), "for splits, by their names: hero_test_01.png"),
        (items("1.png", "10.png"), "Other names begin with these: 1."),
        (items("a.png", frames=2), "several frames"),
        (items("a.png", caption="a\nb"), "1 captions had several lines"),
    ],
)
def test_what_a_trainer_may_take_amiss_is_said(given: list[ExportItem], words: str) -> None:
    assert words in warned(given, KEPT)


def test_numbered_names_raise_no_warning() -> None:
    assert warned(items("hero_test.png", "a-masklabel.png", "1.png", "10.png"), ExportOptions()) == ""


def test_a_name_whose_caption_kohya_would_borrow_is_told_of() -> None:
    char, face = items("char.png", "char_12_34_56_78.png")
    text = warned([char, replace(face, caption="")], KEPT)
    assert "another picture's caption for these, by their names: char_12_34_56_78.png" in text
    assert "another picture's" not in warned([char, face], KEPT)


def test_a_path_too_long_for_windows_is_told_of() -> None:
    assert "Windows may refuse" in warned(items("a.png"), KEPT, target="/" + "x" * 240)
    assert warned(items("a.png"), KEPT, target="/" + "x" * 200) == ""


def test_hard_links_are_warned_of() -> None:
    assert "changes the library's original" in warned(items("a.png"), ExportOptions(link="hardlink"))


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("hero_test_01", "test"),
        ("val", "val"),
        ("Dev 3", "dev"),
        ("contest", ""),
        ("valley", ""),
        ("10_x", ""),
    ],
)
def test_split_words_are_whole_words(name: str, word: str) -> None:
    assert split_word(name) == word
