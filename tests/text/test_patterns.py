"""Regular expressions of users: what they can do, and what they cannot do to us."""

import time

import pytest

from dscore.errors import WrongUseError
from dscore.text.patterns import Pattern


def test_groups_stand_in_the_replacement_and_unmatched_ones_are_empty() -> None:
    assert Pattern(r"(\w+) hair").replace("long hair, red hair", r"\1 fur") == "long fur, red fur"
    assert Pattern(r"(?P<how>\w+) hair").replace("long hair", r"\g<how>-haired") == "long-haired"
    assert Pattern("(a)|b").replace("ab", r"[\1]") == "[a][]"


def test_matching_searches_anywhere_and_can_ignore_case() -> None:
    assert Pattern("hair").matches("long hair")
    assert not Pattern("^hair").matches("long hair")
    assert Pattern("HAIR", ignore_case=True).matches("long hair")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a|aa)+$", "a" * 100 + "b"),
        ("(?R)?a", "a" * 5000),
        ("(?:abcdefghij.*klmnop){e<=8}", "abcdfe" * 2000),
    ],
)
def test_a_catastrophic_pattern_is_stopped(pattern: str, text: str) -> None:
    slow = Pattern(pattern, seconds=0.2)
    started = time.monotonic()
    with pytest.raises(WrongUseError, match=r"took longer than 0\.2 s"):
        slow.replace(text, "x")
    assert time.monotonic() - started < 60


@pytest.mark.parametrize(
    "pattern",
    [
        "(((a{1,1000}){1,1000}){1,1000})",
        "(?:a{0,4000000000}){4000000000}",
        "(?:a|){1000000}",
        "(?x)(a|) {1000000}",
        "(?:a|){0000000001000000}",
        "(?:a|){,100000}",
        "(?:(?:|a){1000}){1000}",
    ],
)
def test_counted_repeats_that_would_fill_the_memory_are_refused(pattern: str) -> None:
    with pytest.raises(WrongUseError, match="multiply too far"):
        Pattern(pattern)


@pytest.mark.parametrize("pattern", [r"\d{4}-\d{2}-\d{2}", r"^.{0,500}$", r"\b\w{1,50} \w{1,50} \w{1,50}\b", "a{e<=2}"])
def test_sensible_counts_are_accepted(pattern: str) -> None:
    assert Pattern(pattern).text == pattern


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("abc[", r"unterminated character set, at character 5 \(its end\)"),
        ("a(b", "at character 4"),
        ("*a", r"at character 1 \(“\*a”\)"),
        (r"\L<words>", "undefined named list"),
        ("(" * 490 + ")" * 490, "nested too deep"),
        ("a" * 1001, "longer than 1,000"),
    ],
)
def test_a_bad_pattern_is_refused_and_the_place_is_named(pattern: str, reason: str) -> None:
    with pytest.raises(WrongUseError, match=reason):
        Pattern(pattern)


@pytest.mark.parametrize("new", [r"\2", r"\g<name>", r"\g<", r"\q"])
def test_a_bad_reference_is_refused_even_where_nothing_matches(new: str) -> None:
    with pytest.raises(WrongUseError, match=r"does not fit the pattern: .*\. The pattern has 1 group; write"):
        Pattern("(a)").replace("zzz", new)


def test_a_replacement_cannot_fill_the_memory() -> None:
    with pytest.raises(WrongUseError, match="over 4,000,000 characters"):
        Pattern("", seconds=60).replace("a" * 100_000, "x" * 1000)
    with pytest.raises(WrongUseError, match="longer than 1,000"):
        Pattern("a").replace("a", "x" * 1001)


@pytest.mark.parametrize(
    "pattern", ["(?x)(a) # c", "(?x)(a) #", "(?x: (a) # c\n)", "(?x)(a)(?#c)", "(*PRUNE)(a)", "(?V1x)(a)#"]
)
def test_no_way_to_write_a_pattern_hides_a_bad_reference(pattern: str) -> None:
    for text in ("zzz", "a"):
        with pytest.raises(WrongUseError, match="does not fit the pattern"):
            Pattern(pattern).replace(text, r"\2")
    assert Pattern(pattern).replace("a", r"<\1>") == "<a>"
