"""Conditions put into the filter and taken out of it, whatever else stands there."""

from __future__ import annotations

import pytest

from dscore.errors import QueryError
from dscore.text import terms
from dscore.text.query import And, parse_query


@pytest.mark.parametrize(
    ("query", "tag", "expected"),
    [
        ("", "hat", "hat"),
        ("hat", "hat", ""),
        ("red_hat", "Red Hat", ""),
        ("1girl width>=5", "long hair", '1girl width>=5 "long hair"'),
        ("hat -hat", "hat", "-hat"),
        ("a or b", "c", "( a or b ) c"),
        ("( a or hat ) b", "hat", "( a or hat ) b hat"),
        ("*hat", "*hat", '*hat "*hat"'),
        ("", "or", '"or"'),
        ("", "-_-", '"-_-"'),
        ("", 'say "hi"', '"say ""hi"""'),
        ("", ":red[x]", ":red[x]"),
    ],
)
def test_a_tag_is_put_in_and_taken_out(query: str, tag: str, expected: str) -> None:
    assert terms.toggled(query, tag) == expected


def test_only_tags_that_all_must_have_count_as_in_the_filter() -> None:
    assert terms.tags_in('a "long hair" -b ( c or d ) *e width>5') == ("a", "long hair")


def test_a_range_replaces_what_was_said_of_its_numbers() -> None:
    query = terms.within("hat width>=10 height=7", {"width": (5, 9), "height": (4, 4)})
    assert query == "hat width>=5 width<=9 height=4"
    assert terms.compared(query, "width") == "width>=5 width<=9"
    assert terms.without(query, "width", "height") == "hat"


def test_a_filter_that_cannot_be_read_is_told() -> None:
    with pytest.raises(QueryError):
        terms.toggled("( a", "b")


def test_what_is_written_is_read_back() -> None:
    query = parse_query(terms.toggled(terms.toggled("", "-_-"), "a b"))
    assert isinstance(query, And)
    assert len(query.parts) == 2
