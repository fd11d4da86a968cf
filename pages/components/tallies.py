"""How far each dataset is; counted again only when its history has moved on, since 20,000 pictures take a tenth of a second."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dscore.catalog import changes, datasets
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import Counts
from dscore.config import Library


def counts(db: Database, library: Library, dataset_id: int) -> Counts:
    """What `datasets.counts` says."""
    return _counted(str(library.home), dataset_id, changes.moment(db, dataset_id))


@st.cache_data(show_spinner=False, max_entries=500)
def _counted(home: str, dataset_id: int, moment: tuple[int, ...]) -> Counts:
    del moment  # part of the key only
    with open_catalog(Library(Path(home))) as db:
        return datasets.counts(db, dataset_id)
