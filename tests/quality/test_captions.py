"""Whole captions: the trigger word and its near misses, equal captions, what a template hides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dscore.quality import captions as checks
from dscore.quality.findings import Case
from tests.quality.test_tags import captions


def named(cases: list[Case]) -> set[int]:
    return {item for case in cases for item in case.items}


@pytest.mark.parametrize("written", ["mychr", "mychaar", "mycahr", "nychar", "MYCHR", "my_char"])
def test_a_letter_off_is_the_trigger_misspelt(written: str) -> None:
    found = list(checks.trigger_misspelt(captions({1: f"{written}, hat", 2: "hat"}, trigger="mychar")))
    assert [(case.items, case.repair and case.repair.kind) for case in found] == [((1,), "remove")]


@pytest.mark.parametrize("written", ["mychar", "MyChar", "mychars", "mychar2", "character", "hat", "char", "mychar!"])
def test_another_word_a_plural_or_a_number_is_not(written: str) -> None:
    assert not list(checks.trigger_misspelt(captions({1: written}, trigger="mychar")))


def test_a_short_trigger_has_too_many_neighbours() -> None:
    assert not list(checks.trigger_misspelt(captions({1: "hat, cat, bat"}, trigger="rat")))


def test_prose_is_mended_word_by_word() -> None:
    subject = replace(
        captions({1: "", 2: ""}, trigger="mychar"), prose={1: "A mychr sits.", 2: "The mychar, and mychar again."}
    )
    (case,) = checks.trigger_misspelt(subject)
    assert case.repair is not None
    assert (case.repair.kind, case.repair.text, case.repair.new, case.repair.where) == (
        "replace",
        "mychr",
        "mychar",
        "prose",
    )
    assert named(checks.trigger_doubled(subject)) == {2}


def test_the_trigger_as_a_tag_is_rendered_once_and_no_double() -> None:
    found = checks.trigger_doubled(
        captions({1: "mychar, hat", 2: "mychar mychar", 3: "mychar smile"}, trigger="mychar")
    )
    assert named(found) == {2}


def test_equal_captions_have_the_same_tags_prose_and_trigger() -> None:
    subject = replace(
        captions({1: "a, b", 2: "b, a", 3: "a", 4: "", 5: "", 6: "a, b", 7: "a, b"}),
        prose={4: "One.", 5: "One.", 6: "Another."},
        triggers={7: "own"},
    )
    assert sorted(case.items for case in checks.equal(subject)) == [(1, 2), (4, 5)]


def test_a_template_that_shows_nothing_leaves_an_empty_caption() -> None:
    subject = replace(
        captions({1: "a", 2: "", 3: "b"}), template="{prose}", prose={2: "Words."}, templates={3: "{tags}"}
    )
    assert named(checks.empty(subject)) == {1}


def test_a_caption_file_that_held_nothing_is_empty_and_not_missing() -> None:
    subject = replace(captions({1: "", 2: ""}), template="{tags}", came=frozenset({2}))
    assert (named(checks.missing(subject)), named(checks.empty(subject))) == ({1}, {2})
