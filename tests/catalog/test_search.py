"""Searches against a plain model of what they mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dscore.catalog import search, tags
from dscore.catalog.connection import Database, open_catalog
from dscore.config import Library
from dscore.models import Category
from dscore.text.query import And, Compare, Everything, Is, Named, Not, Or, Query, Tag, parse_query
from dscore.text.query_words import STATES
from dscore.text.tags import tag_key

NAMES = ("a", "A", "a b", "a_b", "50%", "x[y]", "x?", "x*", "star*s", "é")
SOURCES = {2: ("import", "import"), 3: ("tagger", "WD ünit"), 4: ("booru", "[gel]")}


@dataclass(frozen=True)
class Item:
    """One item of the model; its id is its place in the list, from 1."""

    dataset: int
    name: str
    tags: tuple[str, ...] = ()
    source: int = 2
    origin: str = "Heap.ZIP"
    width: int = 64
    prose: bool = False
    trashed: bool = False
    mark: str | None = None
    stars: int = 0


ITEM = st.builds(
    Item,
    dataset=st.integers(1, 2),
    name=st.sampled_from(["one", "Two_01", "a*b", "aXb", "q?", "[z]", "ÜBER"]),
    tags=st.lists(st.sampled_from(NAMES), unique=True, max_size=4).map(tuple),
    source=st.sampled_from(list(SOURCES)),
    origin=st.sampled_from(["Heap.ZIP", "other_folder", "Ölbild"]),
    width=st.integers(1, 3),
    prose=st.booleans(),
    trashed=st.booleans(),
    mark=st.sampled_from([None, "keep", "reject"]),
    stars=st.integers(0, 2),
)
PATTERNS = [*NAMES, "nothing", "*", "x*", "*s", "*[y]", "a*b", "_*", "?"]
TERM = st.one_of(
    st.builds(Tag, st.sampled_from(PATTERNS), st.booleans()),
    st.builds(
        Compare,
        st.sampled_from(["width", "tags", "stars"]),
        st.sampled_from(["=", "<", ">", "<=", ">="]),
        st.integers(0, 3),
    ),
    st.builds(
        Named,
        st.just("name"),
        st.sampled_from(["one", "TWO_01", "a*b", "*", "q?", "[z]", "über", "*_01"]),
        st.booleans(),
    ),
    st.builds(
        Named,
        st.just("from"),
        st.sampled_from(["import", "wd ÜNIT", "[gel]", "heap*", "ölbild", "*", "?"]),
        st.booleans(),
    ),
    st.builds(Is, st.sampled_from(STATES)),
    st.just(Everything()),
)
QUERY = st.recursive(
    TERM,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=4).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=4).map(tuple)),
    ),
    max_leaves=12,
)


def alike(pattern: str, text: str, *, wildcard: bool) -> bool:
    if not wildcard:
        return pattern == text
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None


def holds(item: Item, query: Query) -> bool:
    match query:
        case Everything():
            return True
        case Tag(pattern, wildcard):
            return any(alike(tag_key(pattern), tag_key(tag), wildcard=wildcard) for tag in item.tags)
        case Compare(field, op, value):
            number = {"width": item.width, "tags": len(item.tags), "stars": item.stars}[field]
            return {"=": number == value, "<": number < value, ">": number > value, "<=": number <= value,
                    ">=": number >= value}[op]  # fmt: skip
        case Named("name", pattern, wildcard):
            return alike(pattern.casefold(), item.name.casefold(), wildcard=wildcard)
        case Named(_, pattern, wildcard):
            words = {item.origin, *(SOURCES[item.source] if item.tags or item.prose else ())}
            return any(alike(pattern.casefold(), word.casefold(), wildcard=wildcard) for word in words)
        case Is(word):
            return {"tagged": bool(item.tags), "untagged": not item.tags, "captioned": bool(item.tags) or item.prose,
                    "uncaptioned": not item.tags and not item.prose, "trashed": item.trashed, "kept": item.mark == "keep",
                    "described": item.prose, "undescribed": not item.prose,
                    "rejected": item.mark == "reject", "unmarked": not item.mark and not item.stars}[word]  # fmt: skip
        case Not(part):
            return not holds(item, part)
        case And(parts):
            return all(holds(item, part) for part in parts)
        case Or(parts):
            return any(holds(item, part) for part in parts)


@contextmanager
def filled(library: Library, items: list[Item]) -> Iterator[Database]:
    """A catalog with just these items, for as long as the block lasts."""
    with open_catalog(library) as db:
        ids = tags.intern(db, dict.fromkeys(NAMES, Category.GENERAL))
        db.execute("begin immediate")
        fill(db, items, ids)
        yield db
        db.execute("rollback")


def fill(db: Database, items: list[Item], ids: dict[str, int]) -> None:
    db.executemany(
        "insert into source values (?, ?, ?, null)", [(id_, *names) for id_, names in SOURCES.items() if id_ > 2]
    )
    db.executemany("insert into dataset (id, name, key, created_at) values (?, ?1, ?1, '')", [(1,), (2,)])
    for id_, item in enumerate(items, 1):
        db.execute(
            """insert into image (id, sha256, file, format, width, height, bytes, mode, phash)
            values (?1, ?1, '', '', ?, 1, 1, '', 0)""",
            (id_, item.width),
        )
        db.execute(
            """insert into item (id, dataset_id, image_id, name, key, added_at, mark, stars)
            values (?1, ?2, ?1, ?3, ?4, '', ?5, ?6)""",
            (id_, item.dataset, item.name, item.name.casefold(), item.mark, item.stars),
        )
        db.executemany("insert into item_tag values (?, ?, 1)", [(id_, ids[tag]) for tag in item.tags])
        db.executemany(
            "insert into item_tag_source values (?, ?, ?, null)", [(id_, ids[tag], item.source) for tag in item.tags]
        )
        db.execute("insert into origin (item_id, source, path) values (?, ?, '')", (id_, item.origin))
        if item.prose:
            db.execute("insert into prose values (?, 'text', ?)", (id_, item.source))
        if item.trashed:
            db.execute("update item set trashed_at = '2026' where id = ?", (id_,))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("search") / "library")


def speaks_of_trash(query: Query) -> bool:
    return "is:trashed" in repr(query) or "Is(word='trashed')" in repr(query)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=st.lists(ITEM, max_size=12, unique_by=lambda item: (item.dataset, item.name.casefold())), query=QUERY)
def test_a_search_finds_what_it_says(library: Library, items: list[Item], query: Query) -> None:
    with filled(library, items) as db:
        for dataset in (1, 2):
            there = [(id_, item) for id_, item in enumerate(items, 1) if item.dataset == dataset]
            hits = [
                (i, item) for i, item in there if holds(item, query) and (speaks_of_trash(query) or not item.trashed)
            ]
            found = search.ids(db, dataset, query)
            assert found == [id_ for id_, _ in hits]
            assert search.count(db, dataset, query) == len(hits)
            expected = Counter(tag for _, item in hits for tag in item.tags)
            counted = search.tag_counts(db, dataset, query)
            assert {one.name: one.items for one in counted} == expected
            assert [(-one.items, one.name) for one in counted] == sorted((-n, name) for name, n in expected.items())
            assert [search.tag_counts(db, dataset, query, limit=n) for n in (0, 1, 3)] == [
                counted[:n] for n in (0, 1, 3)
            ]
            paged = [search.ids(db, dataset, query, after=([0, *found])[at], limit=1) for at in range(len(found) + 1)]
            assert paged == [[id_] for id_ in found] + [[]]


def test_every_tag_matches_itself_and_nothing_that_only_looks_like_its_pattern(library: Library) -> None:
    with filled(library, [Item(1, f"{n}", (name,)) for n, name in enumerate(NAMES)]) as db:
        by_key = {name: [n for n, other in enumerate(NAMES, 1) if tag_key(other) == tag_key(name)] for name in NAMES}
        assert {name: search.ids(db, 1, Tag(name)) for name in NAMES} == by_key
        assert search.ids(db, 1, parse_query("x*")) == [6, 7, 8]
        assert search.ids(db, 1, parse_query('"x*"')) == [8]


TERMS = 500


@pytest.mark.parametrize(
    "text",
    [
        " or ".join(f"t{n}" for n in range(TERMS)),
        " or ".join(f"name:n{n}" for n in range(TERMS)),
        " or ".join(f"from:n{n}*" for n in range(100)),
        " or ".join(f"width>{n}" for n in range(TERMS)),
        " ".join(f"-t{n}" for n in range(TERMS)),
        " ".join(f"-name:n{n}" for n in range(TERMS)),
        "-( " * 24 + "a" + " )" * 24,
        "( a or -( x b or " * 16 + "a" + " ) )" * 16,
        "-" * 49 + "a",
    ],
    ids=lambda text: text[:12],
)
def test_a_search_as_long_and_as_deep_as_may_be_is_answered(library: Library, text: str) -> None:
    items = [Item(1, "n1", ("a",)), Item(1, "other", ("x?",))]
    with filled(library, items) as db:
        query = parse_query(text)
        assert search.count(db, 1, query) >= 0
        if "from" not in text and "t0" not in text:
            plain = [id_ for id_, item in enumerate(items, 1) if holds(item, query)]
            assert search.ids(db, 1, query) == plain


def test_values_are_bound(library: Library) -> None:
    evil = "'; drop table item; --"
    with filled(library, [Item(1, "one", ("a",))]) as db:
        for query in (Tag(evil), Tag(evil + "*", wildcard=True), Named("name", evil), Named("from", evil)):
            assert search.ids(db, 1, Or((query, Not(query)))) == [1]
            assert search.ids(db, 1, query) == []


def test_a_page_of_a_common_tag_is_read_from_its_index(library: Library) -> None:
    with filled(library, [Item(1, "one", ("a b",))]) as db:
        found = search._prepared(db, 1, Tag("50%"))
        plan = db.execute(
            f"explain query plan select w.item_id {found.sql} and w.item_id > 0 order by w.item_id limit 9",
            found.params,
        ).fetchall()
        assert "item_tag_tag" in plan[0][3]
        assert not any("TEMP B-TREE" in row[3] for row in plan)
