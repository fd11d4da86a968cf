"""Tuning that is under way, and what the last one did."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dscore.catalog import changes, runs
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.catalog.job_lists import CLOSED
from pages.components import outcome, places, progress, taken_back
from pages.components.words import counted, plain, since

DONE = "tune-done"
JOBS = ("tune", "revert")


@dataclass(frozen=True, slots=True)
class Done:
    """What the last Apply of this session did at once: its change, how many captions, and how many it left alone."""

    dataset_id: int
    change_id: int | None
    changed: int
    stale: int
    query: str


def is_busy(db: Database, dataset: Dataset) -> bool:
    """Draw the large tuning or undo that is under way; while one is, no other begins."""
    return progress.is_busy(db, dataset, JOBS)


def draw(db: Database, dataset: Dataset) -> None:
    """What the last one did, with Undo, as long as it stands."""
    done: Done | None = st.session_state.get(DONE)
    if done is not None and done.dataset_id == dataset.id:
        left = (
            f" {counted(done.stale, 'picture')} left alone, since somebody changed them meanwhile."
            if done.stale
            else ""
        )
        _say(db, dataset, done.change_id, f"{counted(done.changed, 'caption')} changed.{left}", done.query)
        return
    latest = runs.latest(db, dataset_id=dataset.id, kinds=("tune",))
    if latest is None or latest.state not in CLOSED or latest.finished_at is None:
        return
    if latest.state == "failed":
        st.error(plain(latest.message), icon=":material/error:")
        return
    word = "Stopped" if latest.state == "cancelled" else "Tuned"
    words = f"{word} {since(latest.finished_at)}: {counted(latest.tally.done, 'caption')} changed."
    _say(db, dataset, latest.change_id, words, "")
    outcome.failures(db, latest)


def _say(db: Database, dataset: Dataset, change_id: int | None, words: str, query: str) -> None:
    if change_id is None or changes.get(db, change_id, dataset_id=dataset.id).state == "undone":
        st.session_state.pop(DONE, None)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="tune-outcome"):
        st.success(plain(words), icon=":material/check:", width=420)
        taken_back.button(db, dataset, change_id, key="undo-tuning")
        places.link(places.EXPLORE, "See them", query=query)
