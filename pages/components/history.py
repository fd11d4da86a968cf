"""The dataset's changes, the latest first: what, how many, by whom; undo, redo, and a look at what each did."""

from __future__ import annotations

import streamlit as st

from dscore.catalog import changes
from dscore.catalog.changes import Change
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import Dataset
from dscore.errors import WrongUseError
from dscore.pipeline import history
from pages.components import differences, state, taken_back
from pages.components.trouble import spoken
from pages.components.words import reach, since

PAGE = 12
STATES = {"open": "under way", "partial": "stopped half way", "undone": "undone", "complete": ""}


def draw(db: Database, dataset: Dataset) -> None:
    """Draw the list, with Redo above where there is something to redo."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader("History", anchor=False)
        _redo(db, dataset)
    shown = st.session_state.get("history-shown", PAGE)
    found = changes.listed(db, dataset.id, limit=shown + 1)
    if not found:
        st.text("Nothing was changed yet.")
    for change in found[:shown]:
        _row(dataset, change)
    if len(found) > shown and st.button("Older changes", key="history-more", type="tertiary"):
        st.session_state["history-shown"] = shown + PAGE
        st.rerun()


def _redo(db: Database, dataset: Dataset) -> None:
    try:
        change = changes.to_redo(db, dataset.id)
    except WrongUseError:
        return  # nothing was undone since the latest change
    help_ = f"Do change {change.id} again"
    st.button("Redo", icon=":material/redo:", key="redo", help=help_, on_click=taken_back.redo, args=(dataset.id,))


def _row(dataset: Dataset, change: Change) -> None:
    with st.container(border=True, gap="xxsmall", key=f"change-{change.id}"):
        st.text(change.summary)
        st.caption(_words(change))
        with st.container(horizontal=True, gap="small"):
            look = st.button("Look", icon=":material/visibility:", key=f"look-{change.id}", type="tertiary")
            if change.state != "undone" or change.left:
                st.button(
                    "Undo",
                    icon=":material/undo:",
                    key=f"undo-{change.id}",
                    type="tertiary",
                    on_click=taken_back.undo,
                    args=(dataset.id, change.id),
                )
    if look:
        _look(dataset.id, change.id)


def _words(change: Change) -> str:
    parts = [since(change.at), reach(change, change.items), f"by {history.author(change)}"]
    if STATES[change.state]:
        parts.append(STATES[change.state])
    if change.left:
        parts.append(f"{change.left:,} left, changed later")
    if change.gone:
        parts.append(f"{change.gone:,} gone for ever")
    return " · ".join(parts)


@st.dialog("What it changed", width="large", position="right")
def _look(dataset_id: int, change_id: int) -> None:
    with spoken(), open_catalog(state.library()) as db:
        change = changes.get(db, change_id, dataset_id=dataset_id)
        found = history.look(db, change)
        st.text(change.summary)
        st.caption(_words(change) + (f" · the first {len(found)}" if len(found) < change.items else ""))
        if found:
            pairs = [differences.Pair(one.name, one.sha256, one.before, one.after) for one in found]
            differences.draw(pairs, key=f"look-at-{change_id}")
        else:
            st.text("It set the dataset’s trigger word, and no picture’s own.")  # noqa: RUF001 - an apostrophe for people
