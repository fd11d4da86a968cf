"""Which words of a caption an edit changed."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dscore.text.differences import AROUND, shortened, word_changes


def marked(before: str, after: str) -> list[tuple[str, str]]:
    return [(one.before, one.after) for one in word_changes(before, after) if one.changed]


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("solo, long hair, smile", "solo, smile", [(" long hair,", "")]),
        ("solo", "solo, smile", [("", ", smile")]),
        ("a red dress", "a blue dress", [("red", "blue")]),
        ("long_hair, solo", "long hair, solo", [("long_hair", "long hair")]),
        ("", "saria", [("", "saria")]),
        ("Gryphon Rider, Gryphon Master, x", "Gryphon Master, x", [("Gryphon Rider,", "")]),
        ("x, Gryphon Rider, Gryphon Master", "x, Gryphon Rider", [(", Gryphon Master", "")]),
        ("sky, comic book, bow. A man.", "sky. A man.", [(", comic book, bow", "")]),
        ("sky, hunting bow.", "sky, long bow.", [("hunting", "long")]),
        ("A man sits. He smiles.", "A man sits. She smiles.", [("He", "She")]),
        ("same, words", "same, words", []),
    ],
)
def test_just_the_changed_words_are_marked(before: str, after: str, changed: list[tuple[str, str]]) -> None:
    assert [(one.strip(), other.strip()) for one, other in marked(before, after)] == [
        (one.strip(), other.strip()) for one, other in changed
    ]


@given(st.text("ab ,\n", max_size=30), st.text("ab ,\n", max_size=30))
def test_the_stretches_are_the_texts(before: str, after: str) -> None:
    stretches = word_changes(before, after)
    assert "".join(one.before for one in stretches) == before
    assert "".join(one.after for one in stretches) == after
    assert all(one.before == one.after for one in stretches if not one.changed)
    assert all(first.changed != second.changed for first, second in pairwise(stretches))


def test_what_is_the_same_is_shortened_alike_on_both_sides() -> None:
    words = " ".join(f"word{number}" for number in range(200))
    stretches = shortened(word_changes(f"{words} old {words}", f"{words} {words}"))
    assert [one.changed for one in stretches] == [False, True, False]
    assert stretches[0].before == stretches[0].after
    assert stretches[0].before.startswith("…")
    assert stretches[0].before.endswith("word199 ")
    assert stretches[-1].before.endswith("…")
    assert all(len(one.before) < 2 * AROUND + 10 for one in stretches)


def test_a_megabyte_is_compared_in_no_time() -> None:
    long = "word " * 200_000
    began = time.monotonic()
    assert word_changes(f"a {long}", f"b {long[::-1]}")
    assert time.monotonic() - began < 20


def test_the_blank_beside_a_changed_word_stays_where_the_rest_is_cut() -> None:
    long = "background, " + "word " * 60
    first, changed, last = shortened(word_changes(f"a transparent {long}", f"a white {long}"))
    assert (first.before, changed.before, changed.after) == ("a ", "transparent", "white")
    assert last.before.startswith(" background")
