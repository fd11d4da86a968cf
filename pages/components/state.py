"""What follows the person from page to page: the dataset, the filter, the selection. The URL carries the first two."""

from __future__ import annotations

import time
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
ADDRESS = (DATASET, QUERY, PAGE)
LEFT = "addresses-left"
LATE_SECONDS = 10
"""How long a browser may still speak of an address that was left; it says no other than by Back or a link."""
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
    asked = _address()[DATASET]
    name = asked or st.session_state.get(DATASET)
    with open_catalog(library()) as db:
        found = datasets.find(db, name) if name else None
        if found is None:
            found = datasets.latest(db)
            if asked and found is not None:
                st.session_state[UNKNOWN] = name
    if found is not None:
        if found.name != st.session_state.get(DATASET, found.name):  # a link or Back brought another one
            set_query(st.query_params.get(QUERY, ""))
        if found.name != asked:
            _remember(**{DATASET: found.name})
        st.session_state[DATASET] = found.name
    return found


def choose_dataset(name: str) -> None:
    """Switch to another dataset; the filter and the selection were for the old one."""
    if name != st.session_state.get(DATASET):
        _move(**{DATASET: name, QUERY: "", PAGE: ""})
        set_selection(Selection())


def leave_dataset() -> None:
    """The chosen one is there no more; the next page chooses another."""
    _move(**{DATASET: "", QUERY: "", PAGE: ""})
    set_selection(Selection())


def query() -> str:
    """The one filter, in the search language; "" finds everything."""
    text = _address()[QUERY]
    if text != st.session_state.get(QUERY, ""):  # a link or Back brought another one
        set_selection(Selection())
    st.session_state[QUERY] = text
    return text


def set_query(text: str) -> None:
    """Change the filter; the selection was of what the old one found."""
    _move(**{QUERY: text.strip(), PAGE: ""})
    set_selection(Selection())


def page() -> int:
    """Which page of the gallery is shown, from 1; there may be fewer."""
    text = st.session_state[PAGE] = _address()[PAGE]
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1


def set_page(number: int) -> None:
    """Show another page of the gallery."""
    _move(**{PAGE: str(number) if number > 1 else ""})


def address() -> dict[str, str]:
    """What follows the person in the URL, as parameters; those that are empty are left out."""
    return {name: text for name in ADDRESS if (text := st.session_state.get(name, ""))}


def selection() -> Selection:
    """What is chosen in the gallery."""
    chosen: Selection = st.session_state.get(SELECTION, Selection())
    return chosen


def set_selection(chosen: Selection) -> None:
    """Change what is chosen."""
    st.session_state[SELECTION] = chosen


def _address() -> dict[str, str]:
    """What the URL says, and on a page that was just turned to, what it does not say: that is brought along.

    Where the browser has not heard yet that the address is another one, as on two clicks in quick succession, the new one counts.
    """
    context = get_script_run_ctx()
    here = context and context.page_script_hash
    known = {name: st.session_state.get(name, "") for name in ADDRESS}
    if st.session_state.get(PLACE) != here:
        st.session_state[PLACE], st.session_state[LEFT] = here, []
        brought = (DATASET,) if QUERY in st.query_params else ADDRESS
        _remember(**{name: known[name] for name in brought if name not in st.query_params})
    said = {name: st.query_params.get(name, "") for name in ADDRESS}
    is_late = any(said == left for left, _ in _recently_left()) and not (context and context.is_history_navigation)
    return known if is_late else said


def _recently_left() -> list[tuple[dict[str, str], float]]:
    now = time.monotonic()
    return [(address, at) for address, at in st.session_state.get(LEFT, []) if now - at < LATE_SECONDS]


def _move(**texts: str) -> None:
    """Go to another address from here, other than by Back or a link."""
    before = {name: st.session_state.get(name, "") for name in ADDRESS}
    if texts.items() - before.items():
        st.session_state[LEFT] = [*_recently_left(), (before, time.monotonic())]
    _remember(**texts)


def _remember(**texts: str) -> None:
    """Keep texts in the session, and in the URL as long as they are not empty, so that a reload and a link find them.

    The URL changes once, however many texts there are: Back is one step.
    """
    st.session_state.update(texts)
    before = st.query_params.to_dict()
    after = {name: text for name, text in {**before, **texts}.items() if text or name not in texts}
    if after != before:
        st.query_params.from_dict(after)
