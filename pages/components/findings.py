"""What a filter finds, counted for the charts and the gallery; kept until the history of the dataset moves on.

What is kept is never changed, so sessions share it, and nothing is copied.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dscore.catalog import changes, search
from dscore.catalog.connection import Database
from dscore.catalog.tags import TagCount
from dscore.config import Library
from dscore.text.query import parse_query

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
    """How many pictures are found, and where: `starts` are the ids behind which each page begins."""

    count: int
    starts: tuple[int, ...]


def ask(db: Database, library: Library, dataset_id: int, query: str) -> Asked:
    """Raises QueryError for a filter that cannot be read."""
    parse_query(query)
    return Asked(str(library.home), dataset_id, query, changes.moment(db, dataset_id))


@st.cache_resource(show_spinner=False, max_entries=64, ttl=KEPT_SECONDS)
def total(_db: Database, asked: Asked) -> int:
    """Out of how many pictures the filter finds some."""
    return search.total(_db, asked.dataset_id, parse_query(asked.query))


@st.cache_resource(show_spinner=False, max_entries=64, ttl=KEPT_SECONDS)
def found(_db: Database, asked: Asked) -> Found:
    """The pages; all by keys, so that the last is as quick as the first."""
    ids = search.ids(_db, asked.dataset_id, parse_query(asked.query))
    return Found(len(ids), (0, *ids[PAGE_SIZE - 1 : -1 : PAGE_SIZE]) if ids else ())


@st.cache_resource(show_spinner=False, max_entries=64, ttl=KEPT_SECONDS)
def tags(_db: Database, asked: Asked) -> tuple[TagCount, ...]:
    """The tags of what is found, the most used first."""
    return tuple(search.tag_counts(_db, asked.dataset_id, parse_query(asked.query), limit=MOST_TAGS))


@st.cache_resource(show_spinner=False, max_entries=64, ttl=KEPT_SECONDS)
def sizes(_db: Database, asked: Asked) -> tuple[tuple[int, int, int], ...]:
    """(width, height, how many)."""
    return tuple(search.sizes(_db, asked.dataset_id, parse_query(asked.query)))


@st.cache_resource(show_spinner=False, max_entries=64, ttl=KEPT_SECONDS)
def tag_numbers(_db: Database, asked: Asked) -> tuple[tuple[int, int], ...]:
    """(tags of a picture, how many pictures have so many)."""
    return tuple(search.tag_numbers(_db, asked.dataset_id, parse_query(asked.query)))
