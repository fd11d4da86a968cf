"""Numbers, times and other people's texts, as the pages say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pages.components.words import counted, duration, pace, plain, since


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("heap 2, plain", "heap 2, plain"),
        ("a*b_c", "a\\*b\\_c"),
        (":red[x]", "\\:red\\[x\\]"),
        ("<b>$x$", "\\<b\\>\\$x\\$"),
        (":material/home:", "\\:\u2060material/home\\:"),
        (":smile:", "\\:\u2060smile\\:"),
        ("one\ntwo", "one  \ntwo"),
    ],
)
def test_a_foreign_text_means_nothing(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (42, "42 s"),
        (99, "99 s"),
        (150, "2 min"),
        (3_900, "1 h 5 min"),
        (7_200, "2 h"),
        (300_000, "3 days"),
    ],
)
def test_a_duration_is_said_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_counts_and_paces() -> None:
    assert [counted(number, "picture") for number in (0, 1, 2000)] == ["0 pictures", "1 picture", "2,000 pictures"]
    assert [pace(rate) for rate in (2.44, 38.2)] == ["2.4/s", "38/s"]


def test_a_time_is_said_from_now() -> None:
    now = datetime.now(UTC)
    assert since(now.isoformat()) == "just now"
    assert since((now - timedelta(minutes=5)).isoformat()) == "5 min ago"
    assert since("2020-03-01T12:00:00+00:00") == "1 March 2020"
