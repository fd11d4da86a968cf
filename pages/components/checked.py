"""What the checks found, kept until the captions, or the pictures, are others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import streamlit as st

from dscore.catalog import datasets, quality, search
from dscore.catalog.connection import Database, open_catalog
from dscore.config import Library
from dscore.pipeline import borders, checking, duplicates
from dscore.pipeline.checking import Report
from dscore.quality.findings import Finding
from dscore.quality.likeness import Group
from dscore.quality.readiness import Readiness, readiness
from dscore.quality.subjects import Captions
from dscore.text.query import Everything, parse_query
from pages.components.findings import KEPT_SECONDS, Asked

QUICKLY = 1000
"""Pictures that are checked in some tens of milliseconds, so that a page about something else may do it."""

MOST_LOOKED_AT = 1000
"""Pictures from before borders were looked at that a visit of the page catches up with: some seconds."""


def report(db: Database, asked: Asked, *, base: str, limit: int) -> Report:
    """The findings about what the filter finds. Raises QueryError."""
    captions = _faults(replace(asked, query=""), limit)
    pictures = _pictures(replace(asked, query="", moment=quality.moment(db, asked.dataset_id)))
    parsed = parse_query(asked.query)
    ids = search.ids(db, asked.dataset_id, parsed)
    return checking.report([*pictures, *captions], ids, whole=isinstance(parsed, Everything), base=base)


def alike(db: Database, asked: Asked) -> list[Group]:
    """Groups of pictures that are alike among those that the filter finds, copies first."""
    found = _alike(replace(asked, query="", moment=quality.moment(db, asked.dataset_id)))
    parsed = parse_query(asked.query)
    if isinstance(parsed, Everything):
        return found
    wanted = set(search.ids(db, asked.dataset_id, parsed))
    inside = [tuple(one for one in group.pictures if one.item in wanted) for group in found]
    return [Group(pictures, group.same) for pictures, group in zip(inside, found, strict=True) if len(pictures) > 1]


@st.cache_resource(show_spinner="Comparing the pictures …", max_entries=8, ttl=KEPT_SECONDS)
def _alike(asked: Asked) -> list[Group]:
    library = Library(Path(asked.home))
    with open_catalog(library) as db:
        dataset = datasets.by_id(db, asked.dataset_id)
        borders.look(library, db, dataset, limit=MOST_LOOKED_AT)
        return duplicates.groups(db, dataset)


def ready(db: Database, asked: Asked, kind: str, *, base: str, limit: int) -> Readiness:
    """How ready the whole dataset is, whatever the filter."""
    whole = replace(asked, query="")
    return readiness(_captions(whole), report(db, whole, base=base, limit=limit).findings, kind)


@st.cache_resource(show_spinner="Looking at the pictures …", max_entries=8, ttl=KEPT_SECONDS)
def _pictures(asked: Asked) -> list[Finding]:
    library = Library(Path(asked.home))
    with open_catalog(library) as db:
        dataset = datasets.by_id(db, asked.dataset_id)
        borders.look(library, db, dataset, limit=MOST_LOOKED_AT)
        return checking.check_pictures(library, db, dataset)


@st.cache_resource(show_spinner="Reading the captions …", max_entries=4, ttl=KEPT_SECONDS)
def _captions(asked: Asked) -> Captions:
    with open_catalog(Library(Path(asked.home))) as db:
        return checking.captions_of(db, datasets.by_id(db, asked.dataset_id))


@st.cache_resource(show_spinner=False, max_entries=8, ttl=KEPT_SECONDS)
def _faults(asked: Asked, limit: int) -> list[Finding]:
    return checking.check_captions(_captions(asked), limit=limit)
