"""The sidebar: the dataset switch, the pages in working order, the running job. Nothing else."""

from __future__ import annotations

import streamlit as st

from dscore.catalog import datasets
from dscore.catalog.connection import open_catalog
from pages.components import state, strip
from pages.components.places import WORKING_ORDER, link
from pages.components.words import plain

SWITCH = "dataset_switch"


def draw() -> None:
    """Fill it; chooses the dataset for the page that is drawn next."""
    with st.sidebar:
        _switch()
        with st.container(key="pages", gap="xxsmall"):
            for place in WORKING_ORDER:
                link(place, stretch=True)
        strip.draw()


def _switch() -> None:
    chosen = state.dataset()
    if chosen is None:
        return
    with open_catalog(state.library()) as db:
        names = [dataset.name for dataset in datasets.listed(db)]
    st.session_state[SWITCH] = chosen.name
    st.selectbox("Dataset", names, key=SWITCH, on_change=_switched)
    if (unknown := st.session_state.pop(state.UNKNOWN, None)) is not None:
        st.warning(plain(f"There is no dataset “{unknown}”."), icon=":material/search_off:")


def _switched() -> None:
    state.choose_dataset(st.session_state[SWITCH])
