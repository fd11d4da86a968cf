from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dscore.exporters.names import (
    LONGEST_NAME,
    is_invisible,
    kept_stems,
    listed,
    numbered_stems,
    portable_name,
)
from dscore.text.names import fold_name, is_device


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("cat", "cat"),
        ("CON", "_CON"),
        ("nul", "_nul"),
        ("COM¹", "_COM¹"),
        ("console", "console"),
        ("a:b", "a_b"),
        ('<>"|?*', "_"),
        ("../../etc", "_etc"),
        ("..\\x", "_x"),
        ("C:\\data", "C_data"),
        ("v1.5 end. ", "v1_5 end_"),
        (".hidden", "_hidden"),
        ("a\x00b\nc", "a_b_c"),
        ("abc\u202egnp", "abc_gnp"),
        ("cafe\u0301", "caf\u00e9"),
        ("猫", "猫"),
        ("half \ud800 of", "half _ of"),
        ("", "picture"),
        ("   ", "picture"),
        ("x" * 300, "x" * LONGEST_NAME),
    ],
)
def test_a_name_becomes_valid_on_every_system(name: str, safe: str) -> None:
    assert portable_name(name, fallback="picture") == safe


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_name_is_refused_by_any_system(name: str) -> None:
    safe = portable_name(name, fallback="picture")
    assert safe
    assert len(safe.encode()) <= LONGEST_NAME + 1
    assert safe == safe.strip(" .")
    assert not set(safe) & set('<>:"/\\|?*.')
    assert not is_device(safe)
    assert not any(is_invisible(letter) for letter in safe)


def test_numbers_are_digits_of_one_width() -> None:
    assert numbered_stems([1, 42, 999]) == ["000001", "000042", "000999"]
    assert numbered_stems([7, 12345678]) == ["00000007", "12345678"]


@pytest.mark.parametrize(
    ("names", "stems"),
    [
        (["a.png", "b.JPG", "c.tiff"], ["a", "b", "c"]),
        (["pair.png", "pair.jpg", "pair.webp"], ["pair", "pair_2", "pair_3"]),
        (["A.png", "a.png"], ["A", "a_2"]),
        (["caf\u00e9.png", "cafe\u0301.png"], ["caf\u00e9", "caf\u00e9_2"]),
        (["straße.png", "STRASSE.png"], ["straße", "STRASSE_2"]),
        (["pair.png", "pair.jpg", "pair_2.png"], ["pair", "pair_3", "pair_2"]),
        (["x/y.png", "x_y.png"], ["x_y", "x_y_2"]),
        ([".png", ""], ["picture", "picture_2"]),
        (["v1.5.png"], ["v1_5"]),
    ],
)
def test_kept_names_stay_apart_on_every_disk(names: list[str], stems: list[str]) -> None:
    assert kept_stems(names) == stems


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a", "A", "a_2", "A_2", "a_3", "a.png", "b", "é", "e\u0301"]), max_size=30))
def test_no_two_kept_names_are_one_file(names: list[str]) -> None:
    stems = kept_stems(names)
    assert len({fold_name(stem) for stem in stems}) == len(names)


def test_ten_thousand_equal_names_take_no_time() -> None:
    assert kept_stems(["image.png"] * 10_000)[-1] == "image_10000"


def test_a_long_list_is_cut_and_counted() -> None:
    assert listed(list("abcdefg"), most=3) == "a, b, c and 4 more"
    assert listed(["a", "b"]) == "a, b"
