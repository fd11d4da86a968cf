"""The menu of saved filters beside the filter's line: one click sets a filter that was kept under a name."""

from __future__ import annotations

import streamlit as st

from dscore.catalog import saved
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import MAX_NAME
from dscore.catalog.saved import FILTERS, Saved
from pages.components import filter_bar, state
from pages.components.trouble import spoken
from pages.components.words import plain

NAME = "filter-name"


def draw(db: Database, query: str) -> None:
    """Under a bookmark."""
    with st.popover("", icon=":material/bookmark:", type="tertiary", help="Saved filters", key="saved-filters"):
        known = saved.listed(db, FILTERS)
        for number, one in enumerate(known):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.button(
                    plain(one.name), key=f"use-filter-{number}", type="tertiary", help=plain(one.text),
                    on_click=_use, args=(one,),
                )  # fmt: skip
                st.button(
                    "", icon=":material/close:", key=f"forget-filter-{number}", type="tertiary", help="Forget it",
                    on_click=_forget, args=(one.name,),
                )  # fmt: skip
        if query:
            st.text(f"Now: {query}")
            with st.container(horizontal=True, vertical_alignment="bottom"):
                st.text_input("Keep it as", key=NAME, max_chars=MAX_NAME)
                st.button("Save", key="save-filter", on_click=_save, args=(query,))
        elif not known:
            st.text("Filter first; then it can be kept here under a name.")


def _use(one: Saved) -> None:
    filter_bar.forget_draft()
    state.set_query(one.text)


@spoken()
def _forget(name: str) -> None:
    with open_catalog(state.library()) as db:
        saved.delete(db, FILTERS, name)


@spoken()
def _save(query: str) -> None:
    with open_catalog(state.library()) as db:
        saved.save(db, FILTERS, st.session_state[NAME], query)
    st.session_state[NAME] = ""
