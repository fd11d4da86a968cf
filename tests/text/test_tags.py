"""Names of tags: spelling, comparing, splitting, matching."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dscore.errors import WrongUseError
from dscore.text.tags import (
    KAOMOJI,
    clean_tag,
    escape_brackets,
    spaced,
    split_tags,
    tag_key,
    tag_matcher,
    unescape_brackets,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("long_hair", "Long Hair"),
        (":D", ":d"),
        ("  long   hair ", "long_hair"),
        ("caf\u00e9", "cafe\u0301"),
        ("STRASSE", "straße"),
        ("ΌΣΟΣ", "όσος"),
        ("^_^", "^ ^"),
    ],
)
def test_spellings_of_one_tag_share_a_key(one: str, other: str) -> None:
    assert tag_key(one) == tag_key(other)


@pytest.mark.parametrize(("one", "other"), [("hair", "long hair"), (":d", ";d"), ("saber (fate)", "saber")])
def test_different_tags_have_different_keys(one: str, other: str) -> None:
    assert tag_key(one) != tag_key(other)


@given(st.text())
def test_a_key_is_its_own_key(name: str) -> None:
    assert tag_key(tag_key(name)) == tag_key(name)


@given(st.text(min_size=1))
def test_no_name_loses_all_of_its_key(name: str) -> None:
    assert tag_key(name)


def test_underscores_become_blanks_but_kaomoji_keep_their_mouths() -> None:
    assert len(KAOMOJI) == 19
    assert {spaced(face) for face in KAOMOJI} == KAOMOJI
    assert spaced("hatsune_miku") == "hatsune miku"
    assert spaced("saber_(fate)") == "saber (fate)"


def test_spaced_leaves_no_blank_at_the_ends_and_no_empty_name() -> None:
    assert spaced("_hair_") == "hair"
    assert spaced("_") == "_"


def test_a_typed_tag_is_cleaned_but_never_split_in_silence() -> None:
    assert clean_tag("  long \n hair ") == "long hair"
    with pytest.raises(WrongUseError, match="more than one tag"):
        clean_tag("long hair, solo")
    with pytest.raises(WrongUseError, match="at least one character"):
        clean_tag(" \n ")


def test_a_typed_list_splits_at_commas_and_line_ends() -> None:
    assert split_tags(" a,, b  c ,\nd\r\ne,") == ("a", "b c", "d", "e")
    assert split_tags(" , ,\n") == ()
    assert split_tags('don\'t say "lazy", :/, ;)') == ('don\'t say "lazy"', ":/", ";)")


def test_brackets_are_escaped_backslash_first() -> None:
    assert escape_brackets("saber (fate)") == r"saber \(fate\)"
    assert escape_brackets(r"\m/") == r"\\m/"
    assert unescape_brackets(r"saber \(fate\)") == "saber (fate)"
    assert unescape_brackets(r"\m/") == r"\m/"


@given(st.text(alphabet="ab\\()/ "))
def test_unescaping_undoes_escaping(name: str) -> None:
    assert unescape_brackets(escape_brackets(name)) == name


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("hair", "long hair", False),
        ("*hair", "long hair", True),
        ("*_hair", "Long_Hair", True),
        ("long*", "long", True),
        ("a*a", "a", False),
        ("*ha*", "long hair", True),
        ("*", "anything", True),
        ("saber_(*)", "saber (fate)", True),
        ("[ab]*", "a", False),
        ("?", "a", False),
        ("l*g*r", "long hair", True),
        ("l*r*g", "long hair", False),
    ],
)
def test_only_the_star_is_a_wildcard(pattern: str, name: str, expected: bool) -> None:
    assert tag_matcher(pattern)(name) is expected


@given(st.text(alphabet="ab*", max_size=8), st.text(alphabet="ab", max_size=12))
def test_matching_agrees_with_a_plain_regular_expression(pattern: str, name: str) -> None:
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None
    assert tag_matcher(pattern)(name) is expected


def test_many_stars_on_a_long_name_do_not_explode() -> None:
    assert not tag_matcher("*a" * 200 + "b")("a" * 5000)
