"""What a filter finds, counted for the charts and the gallery; kept until the history of the dataset moves on."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from dscore.catalog import changes, search
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.tags import TagCount
from dscore.config import Library
from dscore.pipeline import cards as pipeline_cards
from dscore.text.query import Everything, parse_query

PAGE_SIZE = 200
MOST_TAGS = 1000
"""So many to choose from; the filter's own completion finds the rarer ones."""

KEPT_SECONDS = 300
"""Also what no history tells of, a job half way for one, is then counted anew."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter over a dataset at a moment of its history: what findings are kept by."""

    home: str
    dataset_id: int
    query: str
    moment: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """How many pictures there are in all, and which are found: `starts` are the ids behind which each page begins."""

    total: int
    count: int
    starts: tuple[int, ...]


def ask(db: Database, library: Library, dataset_id: int, query: str) -> Asked:
    """Raises QueryError for a filter that cannot be read."""
    parse_query(query)
    return Asked(str(library.home), dataset_id, query, changes.moment(db, dataset_id))


@st.cache_data(show_spinner=False, max_entries=64, ttl=KEPT_SECONDS)
def found(asked: Asked) -> Found:
    """The pages; all by keys, so that the last is as quick as the first."""
    with _catalog(asked) as db:
        ids = search.ids(db, asked.dataset_id, parse_query(asked.query))
        total = search.count(db, asked.dataset_id, Everything())
    return Found(total, len(ids), (0, *ids[PAGE_SIZE - 1 : -1 : PAGE_SIZE]) if ids else ())


def cards(db: Database, asked: Asked, start: int) -> list[dict[str, Any]]:
    """The pictures of one page, as `/api/items` gives them."""
    page = pipeline_cards.page(db, asked.dataset_id, asked.query, after=start, limit=PAGE_SIZE)
    return [card.document() for card in page.cards]


@st.cache_data(show_spinner=False, max_entries=64, ttl=KEPT_SECONDS)
def tags(asked: Asked) -> tuple[TagCount, ...]:
    """The tags of what is found, the most used first."""
    with _catalog(asked) as db:
        return tuple(search.tag_counts(db, asked.dataset_id, parse_query(asked.query), limit=MOST_TAGS))


@st.cache_data(show_spinner=False, max_entries=64, ttl=KEPT_SECONDS)
def sizes(asked: Asked) -> list[tuple[int, int, int]]:
    """(width, height, how many)."""
    with _catalog(asked) as db:
        return search.sizes(db, asked.dataset_id, parse_query(asked.query))


@st.cache_data(show_spinner=False, max_entries=64, ttl=KEPT_SECONDS)
def tag_numbers(asked: Asked) -> list[tuple[int, int]]:
    """(tags of a picture, how many pictures have so many)."""
    with _catalog(asked) as db:
        return search.tag_numbers(db, asked.dataset_id, parse_query(asked.query))


def _catalog(asked: Asked) -> AbstractContextManager[Database]:
    return open_catalog(Library(Path(asked.home)))
