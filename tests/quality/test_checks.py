"""The list of checks, and the words of a search that name them."""

from __future__ import annotations

from dscore.quality.checks import CAPTION_CHECKS, CODES, PICTURE_CHECKS
from dscore.text.query_words import CHECKS


def test_a_search_knows_each_check_and_no_other() -> None:
    assert CHECKS == CODES
    assert len(set(CODES)) == len(CODES)


def test_each_check_says_what_is_wrong_in_a_sentence() -> None:
    said = [(one.title, one.reason) for one in PICTURE_CHECKS] + [(one.title, one.reason) for one in CAPTION_CHECKS]
    for title, reason in said:
        assert (title[-1] != ".", reason[-1]) == (True, "."), title
