"""Edits of tag names and of prose."""

import pytest

from dscore.errors import WrongUseError
from dscore.text.edits import replace_prose, spelling_key, standardise_tag


def test_spellings_of_one_tag_share_a_key_but_faces_do_not() -> None:
    assert len({spelling_key(tag) for tag in ("Long Hair", "long_hair", "long hair")}) == 1
    assert len({spelling_key(tag) for tag in (":D", ":d")}) == 2


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("long_hair", "long hair"),
        ("^_^", "^_^"),
        (" long  hair", "long hair"),
        ("Hatsune_Miku", "Hatsune Miku"),
        (r"saber_\(fate\)", r"saber \(fate\)"),
        ("|_|", "|_|"),
    ],
)
def test_standardising_keeps_kaomoji(tag: str, expected: str) -> None:
    assert standardise_tag(tag) == expected


def test_standardising_can_keep_underscores_and_take_escapes_away() -> None:
    assert standardise_tag(r"saber_\(fate\)", spaces=False, unescape=True) == "saber_(fate)"


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        ("A red, red cat.", "red", "blue", "A blue, blue cat."),
        ("A very big cat.", "very", "", "A big cat."),
        ("A cat, quietly.", ", quietly", "", "A cat."),
        ("A cat sits quietly.", "quietly", "", "A cat sits."),
        ("Quietly a cat sits", "Quietly", "", "a cat sits"),
        ("a  b", "x", "", "a  b"),
        ("a.b", ".", r"\1", r"a\1b"),
    ],
)
def test_prose_is_replaced_to_the_letter(text: str, old: str, new: str, expected: str) -> None:
    assert replace_prose(text, old, new) == expected


def test_replacing_nothing_is_refused() -> None:
    with pytest.raises(WrongUseError, match="which words"):
        replace_prose("a", "", "b")


def test_words_of_prose_are_replaced_whole() -> None:
    assert replace_prose("A man, a manoeuvre; woman, man.", "man", "boy") == "A boy, a manoeuvre; woman, boy."
    assert replace_prose("très, trèsor", "très", "bien") == "bien, trèsor"
    assert replace_prose("C++ and C+++", "C++", "C") == "C and C+"


CAFE = "cafe\N{COMBINING ACUTE ACCENT}"


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        (f"A {CAFE}, a cafe.", "cafe", "bar", f"A {CAFE}, a bar."),
        (f"A {CAFE}, a cafe.", CAFE, "bar", "A bar, a cafe."),
        (f"A {CAFE}s, a {CAFE}.", CAFE, "bar", f"A {CAFE}s, a bar."),
        (f"The {CAFE}bar, the bar.", "bar", "pub", f"The {CAFE}bar, the pub."),
        (f"A {CAFE}.", "\N{COMBINING ACUTE ACCENT}", "", "A cafe."),
        ("C++\N{COMBINING ENCLOSING CIRCLE} and C++.", "C++", "C", "C++\N{COMBINING ENCLOSING CIRCLE} and C."),
        ("m², m", "m", "ft", "m², ft"),
        ("m², m", "m²", "a", "a, m"),
        ("हिन्दी, हिन", "हिन", "x", "हिन्दी, x"),
        ("हिन्दी, हि", "न्दी", "x", "हिन्दी, हि"),
        ("A dog\N{VARIATION SELECTOR-16} and a dog.", "dog", "cat", "A dog\N{VARIATION SELECTOR-16} and a cat."),
    ],
)
def test_a_combining_mark_is_part_of_its_word(text: str, old: str, new: str, expected: str) -> None:
    assert replace_prose(text, old, new) == expected
