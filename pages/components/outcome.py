"""What a job could not do, by reason, and with the pictures' names."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from dscore.catalog import job_lists
from dscore.catalog.connection import Database
from dscore.catalog.job_lists import Job
from dscore.text.query import Named, Or, Query, format_query
from pages.components import places
from pages.components.trouble import listed
from pages.components.words import counted

MOST_NAMED = 100
"""So many pictures can be shown by a filter that names each."""


def flagged(found: list[tuple[str, str]]) -> None:
    """What was written in spite of a fault, by the fault, with the pictures; nothing where there is none."""
    if not found:
        return
    counts = Counter(remark for _, remark in found)
    for remark, number in counts.most_common(5):
        st.text(f"{counted(number, 'picture')}: {remark}")
    names = [name for name, _ in found]
    if len(names) <= MOST_NAMED:
        places.link(places.EXPLORE, "See them", query=naming(names))
    listed("Worth a look", found, icon=":material/flag:")


def failures(db: Database, job: Job) -> None:
    """Nothing where all went through."""
    lost = job.tally.failed + job.tally.skipped
    if not lost:
        return
    found = job_lists.reasons(db, job.id, limit=1000)
    for reason, number in job_lists.reason_counts(db, job.id)[:5]:
        st.text(f"{counted(number, 'picture')}: {reason}")
    names = [name for name, _ in found if name]
    if 0 < len(names) <= MOST_NAMED and len(names) == lost:
        places.link(places.EXPLORE, "See them", query=naming(names))
    listed("Not done", found, icon=":material/warning:")


def naming(names: list[str]) -> str:
    """A filter that finds just the pictures of these names."""
    terms: tuple[Query, ...] = tuple(Named("name", name) for name in names)
    return format_query(Or(terms) if len(terms) > 1 else terms[0])
