"""Names made safe; A1, A2 and A10 of hostile archives."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dscore.sources.names import (
    display_name,
    item_name,
    natural_key,
    points_outside,
    safe_name,
)

RESERVED = {"con", "prn", "aux", "nul", *(f"{device}{n}" for device in ("com", "lpt") for n in range(10))}


@pytest.mark.parametrize(
    "name",
    [
        "../x.png",
        "a/../../b.png",
        "..\\x.png",
        "a\\..\\x.png",
        "a/..\\x.png",
        "a/.. /x.png",
        "..",
        "/etc/x.png",
        "\\x.png",
        "C:\\x.png",
        "c:x.png",
        "\\\\server\\share\\x.png",
        "//server/x.png",
        "\\\\?\\C:\\x.png",
    ],
)
def test_names_that_lead_outside_are_seen(name: str) -> None:
    assert points_outside(name)


@pytest.mark.parametrize("name", ["a/b.png", "a..b.png", "...png", "a\\b.png", "16:9.png", "./a.png", "a/..b/c.png"])
def test_other_odd_names_are_not_taken_for_them(name: str) -> None:
    assert not points_outside(name)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a/b.png", "a/b.png"),
        ("a\\b.png", "a/b.png"),
        ("./a//b.png", "a/b.png"),
        ("a\0b.png", "a␀b.png"),
        ("two\nlines.png", "two␊lines.png"),
        ("cat\u202egnp.exe", "catgnp.exe"),
        ("e\u0301.png", "é.png"),
        ("bad\udcff.png", "bad\ufffd.png"),
        ("👩\u200d🎨.png", "👩\u200d🎨.png"),
    ],
)
def test_names_are_shown_readable(raw: str, shown: str) -> None:
    assert display_name(raw) == shown


@pytest.mark.parametrize(
    ("source", "item"),
    [
        ("a/b/cat.png", "cat"),
        ("cat.v2.PNG", "cat.v2"),
        ("cat.v2", "cat.v2"),
        ("CON", "_CON"),
        ("nul.png", "_nul"),
        ("COM1.png", "_COM1"),
        ("lpt¹.png", "_lpt¹"),
        ("con.v2.png", "_con.v2"),
        ("CONcert.png", "CONcert"),
        ("trailing. .png", "trailing"),
        ("trailing .png", "trailing"),
        ('<a>:"b"|?*.png', "_a___b____"),
        ("a\0b.png", "a_b"),
        ("two\nlines.png", "two_lines"),
        ("cat\u202egnp.png", "catgnp"),
        ("e\u0301.png", "é"),
        ("...png", "picture"),
        ("..", "picture"),
        ("", "picture"),
        ("猫.png", "猫"),
    ],
)
def test_item_names_are_valid_everywhere(source: str, item: str) -> None:
    assert item_name(source) == item


def test_long_names_are_cut_between_what_people_see_as_characters() -> None:
    family = "👨\u200d👩\u200d👧"
    cut = item_name(family * 60 + ".png")
    assert len(cut) <= 120
    assert len(cut.encode()) <= 200
    assert cut == family * (len(cut) // len(family))
    assert len(item_name("x" * 300 + ".png")) == 120
    assert len(item_name("e" + "\u0323" * 5000).encode()) <= 200


@given(st.text())
def test_any_text_becomes_a_name_that_windows_takes(text: str) -> None:
    for name in (item_name(text), item_name(text + ".png"), safe_name(text)):
        assert name
        assert len(name) <= 120
        assert len(name.encode()) <= 200
        assert not set(name) & set('<>:"/\\|?*')
        assert all(unicodedata.category(character) not in {"Cc", "Cs"} for character in name)
        assert name == name.strip(" ").rstrip(".")
        assert name.partition(".")[0].rstrip().lower() not in RESERVED
        assert unicodedata.is_normalized("NFC", name)
        assert safe_name(name) == name


def test_natural_order_counts() -> None:
    ordered = ["1.png", "2.png", "10.png", "a/1.png", "a/b/1.png", "a2.png", "a10.png", "b.png"]
    assert sorted(ordered[5:] + ordered[:5], key=natural_key) == ordered


def test_natural_order_takes_absurdly_long_numbers() -> None:
    assert natural_key("1" * 5000) < natural_key("2" * 5000)


@given(st.lists(st.text()))
def test_natural_order_never_fails_and_is_one_order(texts: list[str]) -> None:
    once = sorted(texts, key=natural_key)
    assert sorted(sorted(texts), key=natural_key) == once
