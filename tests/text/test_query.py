"""The search language."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dscore.errors import QueryError
from dscore.text.query import (
    And,
    Compare,
    Everything,
    Is,
    Named,
    Not,
    Or,
    Query,
    Tag,
    format_query,
    parse_query,
    quote_tag,
)
from dscore.text.tags import KAOMOJI

DOCS = Path(__file__).parents[2] / "docs" / "search.md"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Everything()),
        ("  \n ", Everything()),
        ("solo", Tag("solo")),
        ("a b", And((Tag("a"), Tag("b")))),
        ("a b or c", Or((And((Tag("a"), Tag("b"))), Tag("c")))),
        ("a OR b", Or((Tag("a"), Tag("b")))),
        ("a ( b or c )", And((Tag("a"), Or((Tag("b"), Tag("c")))))),
        ("-a", Not(Tag("a"))),
        ("-( a b )", Not(And((Tag("a"), Tag("b"))))),
        ("--a", Not(Not(Tag("a")))),
        ("( a )", Tag("a")),
        ("long_*", Tag("long_*", wildcard=True)),
        ('"long *"', Tag("long *")),
        ('"or"', Tag("or")),
        ('"-_-"', Tag("-_-")),
        ('-"-_-"', Not(Tag("-_-"))),
        ('"""lazy"""', Tag('"lazy"')),
        ("width>=1024", Compare("width", ">=", 1024)),
        ("Width:5", Compare("width", "=", 5)),
        ("tags<5", Compare("tags", "<", 5)),
        ("-height>768", Not(Compare("height", ">", 768))),
        ("name:*_01", Named("name", "*_01", wildcard=True)),
        ('name:"a b*"', Named("name", "a b*")),
        ("from:wd-vit-tagger-v3", Named("from", "wd-vit-tagger-v3")),
        ("is:Untagged", Is("untagged")),
        ("width", Tag("width")),
        ("x:width>5", Tag("x:width>5")),
    ],
)
def test_a_search_is_read_as_its_tree(text: str, tree: Query) -> None:
    assert parse_query(text) == tree


ODD_NAMES = [
    "re:zero", "saber_(fate)", ":d", ";)", "\\m/", "\\||/", ":/", ":<", ":>=", "?", "+++", "69", 'don\'t_say_"lazy"',
    "rating:general", "a,b", "%", "'1=1--", "初音ミク", "👩‍👩‍👧", ">=5", "=", "<", "and",
    *sorted(KAOMOJI),
]  # fmt: skip


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_needs_no_quotes(name: str) -> None:
    assert parse_query(name) == Tag(name)
    assert quote_tag(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "' or 1=1 --", "or", "OR", "-_-", "-", "->", "(", ")", "((", "(a", "long hair", "a*", '"', '""', '"lazy"',
        "width>=5", "is:x", "is:untagged", "name:a", " a ", "a\nb", "\u3000",
    ],
)  # fmt: skip
def test_a_name_that_means_something_else_is_quoted(name: str) -> None:
    assert quote_tag(name) != name
    assert parse_query(quote_tag(name)) == Tag(name)


@given(st.text(min_size=1) | st.text(alphabet='or-"()* :<>=_width1', min_size=1))
def test_every_name_survives_quoting_and_parsing(name: str) -> None:
    assert parse_query(quote_tag(name)) == Tag(name)
    assert parse_query(f"-{quote_tag(name)} x") == And((Not(Tag(name)), Tag("x")))


wildcards = st.from_regex(r"[a-z_]{1,3}\*[a-z_]{0,3}", fullmatch=True)
leaves: st.SearchStrategy[Query] = st.one_of(
    st.builds(Tag, st.text(min_size=1)),
    st.builds(Tag, wildcards, wildcard=st.just(True)),
    st.builds(
        Compare,
        st.sampled_from(["width", "height", "tags"]),
        st.sampled_from(["=", "<", ">", "<=", ">="]),
        st.integers(0, 10**11),
    ),
    st.builds(Named, st.sampled_from(["name", "from"]), st.text(min_size=1)),
    st.builds(Named, st.sampled_from(["name", "from"]), wildcards, wildcard=st.just(True)),
    st.builds(
        Is, st.sampled_from(["untagged", "tagged", "uncaptioned", "captioned", "undescribed", "described", "trashed"])
    ),
)


def _joined(children: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    parts = st.lists(children, min_size=2, max_size=4).map(tuple)
    return st.builds(And, parts) | st.builds(Or, parts) | st.builds(Not, children)


@given(st.just(Everything()) | st.recursive(leaves, _joined, max_leaves=12))
def test_every_tree_survives_formatting_and_parsing(tree: Query) -> None:
    assert parse_query(format_query(tree)) == tree


@pytest.mark.parametrize(
    ("text", "word", "reason"),
    [
        ('a "long hair', '"long hair', "never closed"),
        ('"a"b', "b", "directly behind a closing quote"),
        ('a ""', '""', "nothing between"),
        ("( a or b", "(", "never closed"),
        ("a )", ")", "closes no group"),
        (") a", ")", "closes no group"),
        ("a -)", "-)", "closes no group"),
        ("a ( ) b", "( )", "empty"),
        ("a (", "(", "empty"),
        ("(a or b)", "(a", "stands alone"),
        ("or a", "or", "missing beside"),
        ("a or", "or", "missing beside"),
        ("a or or b", "or", "missing beside"),
        ("a -or", "or", "missing beside"),
        ("( or a )", "or", "missing beside"),
        ("a - b", "-", "directly before"),
        ("width>=big", "width>=big", "whole number"),
        ("width>=-5", "width>=-5", "whole number"),
        ("width>=", "width>=", "needs a value"),
        ("width>=" + "9" * 13, "width>=" + "9" * 13, "too large"),
        ("name>a", "name>a", "use a colon"),
        ("x is:happy", "is:happy", "undescribed, described, trashed, kept, rejected, unmarked"),
    ],
)
def test_an_error_points_at_the_word(text: str, word: str, reason: str) -> None:
    with pytest.raises(QueryError, match=reason) as caught:
        parse_query(text)
    assert text[caught.value.start : caught.value.end] in {word, word.removeprefix("-")}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a" * 10_001, "10,000 is the limit"),
        ("( " * 51 + "a" + " )" * 51, "deeper than 50"),
        ("-" * 51 + "a", "deeper than 50"),
        ("a " * 501, "500 is the limit"),
    ],
)
def test_a_search_without_measure_is_refused(text: str, reason: str) -> None:
    with pytest.raises(QueryError, match=reason):
        parse_query(text)


@given(st.text(alphabet='ab-"() \nor*:<>=width12is'))
def test_any_text_is_a_tree_that_can_be_written_or_an_error_within_it(text: str) -> None:
    try:
        tree = parse_query(text)
    except QueryError as error:
        start, end = error.start, error.end
    else:
        tree, start, end = parse_query(format_query(tree)), 0, 0
    assert 0 <= start <= end <= len(text)


def documented_examples() -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", DOCS.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_every_documented_example_is_read_and_written_back() -> None:
    examples = documented_examples()
    assert len(examples) > 15
    for example in examples:
        tree = parse_query(example)
        assert parse_query(format_query(tree)) == tree
