"""Whose scores are stored for a dataset; counted again only when its history or a tagger's run has moved on."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dscore.catalog import changes, datasets, runs
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import Dataset
from dscore.config import Library
from dscore.pipeline.tuning_desk import RUNS, Voice, voices
from pages.components import state


def heard(db: Database, dataset: Dataset) -> list[Voice]:
    """What `tuning_desk.voices` says; reading all scores for it takes a fifth of a slider's time at 10,000 pictures."""
    ran = runs.latest(db, dataset_id=dataset.id, kinds=RUNS)
    moment = (changes.moment(db, dataset.id), ran and (ran.id, ran.state, ran.tally.done))
    return _heard(str(state.library().home), dataset.id, moment)


@st.cache_data(show_spinner=False, max_entries=50, ttl=30)
def _heard(home: str, dataset_id: int, moment: object) -> list[Voice]:
    del moment  # part of the key only
    with open_catalog(Library(Path(home))) as db:
        return voices(db, datasets.by_id(db, dataset_id))
