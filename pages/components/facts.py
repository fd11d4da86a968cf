"""The statistics of what a filter finds, kept until the dataset's history moves on; never changed, so never copied."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dscore.catalog.connection import open_catalog
from dscore.catalog.tags import TagCount
from dscore.config import Library
from dscore.media import buckets as kohya
from dscore.media.buckets import Buckets, BucketSettings
from dscore.pipeline import statistics as numbers
from dscore.pipeline.statistics import Pairs, Statistics
from dscore.text.paths import typed
from dscore.text.tokens import Cut, counter
from pages.components.findings import KEPT_SECONDS, Asked


@st.cache_resource(show_spinner="Reading the captions …", max_entries=16, ttl=KEPT_SECONDS)
def statistics(asked: Asked) -> Statistics:
    """All numbers; the first time the captions' tokens are counted, which takes some seconds for 20,000."""
    with open_catalog(Library(Path(asked.home))) as db:
        return numbers.statistics(db, asked.dataset_id, asked.query)


@st.cache_resource(show_spinner=False, max_entries=64, ttl=KEPT_SECONDS)
def beside(asked: Asked, tag: str) -> tuple[int, list[TagCount]]:
    """How many pictures have the tag, and which tags stand beside it."""
    with open_catalog(Library(Path(asked.home))) as db:
        return numbers.beside(db, asked.dataset_id, asked.query, tag)


@st.cache_resource(show_spinner=False, max_entries=32, ttl=KEPT_SECONDS)
def longest(asked: Asked, limit: int) -> list[tuple[str, Cut]]:
    """The longest captions over a limit, and what it cuts of them."""
    with open_catalog(Library(Path(asked.home))) as db:
        return numbers.longest(db, asked.dataset_id, asked.query, limit)


@st.cache_resource(show_spinner="Counting …", max_entries=8, ttl=KEPT_SECONDS)
def counted_by(asked: Asked, path: str) -> Pairs:
    """Tokens by the person's own tokenizer. Raises WrongUseError for a file that is none."""
    with open_catalog(Library(Path(asked.home))) as db:
        return numbers.counted_by(db, asked.dataset_id, asked.query, counter(typed(path)))


@st.cache_resource(show_spinner=False, max_entries=32, ttl=KEPT_SECONDS)
def buckets(asked: Asked, settings: BucketSettings, batch_size: int, repeats: int) -> Buckets:
    """The pictures in kohya's buckets. Raises WrongUseError for settings that kohya refuses."""
    return kohya.assign(statistics(asked).sizes, settings, batch_size=batch_size, repeats=repeats)
