"""What follows the person from page to page: the dataset, the filter, the selection. The URL carries the first two."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dscore.catalog import datasets
from dscore.catalog.connection import open_catalog
from dscore.catalog.datasets import Dataset
from dscore.config import Library, default_home

DATASET = "dataset"
QUERY = "q"
PAGE = "page"
SELECTION = "selection"
PLACE = "place"
UNKNOWN = "unknown-dataset"
"""The name in a link that no dataset has; the sidebar says it once."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Chosen pictures: those of `items`, or (with `everything`) all that the filter finds but those of `items`."""

    items: frozenset[int] = frozenset()
    everything: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is chosen."""
        return not self.everything and not self.items


def library() -> Library:
    """The library that this server works on."""
    return Library(default_home().absolute())


def dataset() -> Dataset | None:
    """The dataset that was chosen, on this page or before; None where there is none."""
    _arrive()
    name = st.query_params.get(DATASET) or st.session_state.get(DATASET)
    with open_catalog(library()) as db:
        found = datasets.find(db, name) if name else None
        if found is None:
            found = datasets.latest(db)
            if name and found is not None and name == st.query_params.get(DATASET):
                st.session_state[UNKNOWN] = name
    if found is not None:
        if found.name != st.session_state.get(DATASET, found.name):  # a link or Back brought another one
            set_query(st.query_params.get(QUERY, ""))
        _remember(**{DATASET: found.name})
    return found


def choose_dataset(name: str) -> None:
    """Switch to another dataset; the filter and the selection were for the old one."""
    if name != st.session_state.get(DATASET):
        _remember(**{DATASET: name, QUERY: "", PAGE: ""})
        set_selection(Selection())


def leave_dataset() -> None:
    """The chosen one is there no more; the next page chooses another."""
    _remember(**{DATASET: "", QUERY: "", PAGE: ""})
    set_selection(Selection())


def query() -> str:
    """The one filter, in the search language; "" finds everything."""
    _arrive()
    text = st.query_params.get(QUERY, "")
    if text != st.session_state.get(QUERY, ""):  # a link or Back brought another one
        set_selection(Selection())
    _remember(**{QUERY: text})
    return text


def set_query(text: str) -> None:
    """Change the filter; the selection was of what the old one found."""
    _remember(**{QUERY: text.strip(), PAGE: ""})
    set_selection(Selection())


def page() -> int:
    """Which page of the gallery is shown, from 1; there may be fewer."""
    _arrive()
    text = st.query_params.get(PAGE, "")
    _remember(**{PAGE: text})
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1


def set_page(number: int) -> None:
    """Show another page of the gallery."""
    _remember(**{PAGE: str(number) if number > 1 else ""})


def selection() -> Selection:
    """What is chosen in the gallery."""
    chosen: Selection = st.session_state.get(SELECTION, Selection())
    return chosen


def set_selection(chosen: Selection) -> None:
    """Change what is chosen."""
    st.session_state[SELECTION] = chosen


def _arrive() -> None:
    """On a page that was just turned to, bring along what its URL does not say; later on the URL is right, also after Back."""
    context = get_script_run_ctx()
    here = context and context.page_script_hash
    if st.session_state.get(PLACE) == here:
        return
    st.session_state[PLACE] = here
    brought = (DATASET,) if QUERY in st.query_params else (DATASET, QUERY, PAGE)
    known = {name: st.session_state.get(name, "") for name in brought if name not in st.query_params}
    _remember(**known)


def _remember(**texts: str) -> None:
    """Keep texts in the session, and in the URL as long as they are not empty, so that a reload and a link find them.

    The URL changes once, however many texts there are: Back is one step.
    """
    st.session_state.update(texts)
    before = st.query_params.to_dict()
    after = {name: text for name, text in {**before, **texts}.items() if text or name not in texts}
    if after != before:
        st.query_params.from_dict(after)
