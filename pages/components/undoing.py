"""Undo and redo at once, from any page: the dataset's latest change, and a sentence about what came of it."""

from __future__ import annotations

import streamlit as st

from dscore import worker
from dscore.catalog import changes
from dscore.catalog.connection import open_catalog
from dscore.catalog.datasets import Dataset
from dscore.errors import DscoreError
from dscore.pipeline import reverts
from pages.components import state
from pages.components.words import counted, gone, plain, reach, stays


def revert(dataset: Dataset, *, redo: bool) -> str:
    """Take the latest change back, or the latest undo; says what was done. Raises WrongUseError where there is none."""
    library = state.library()
    with open_catalog(library) as db:
        change = (changes.to_redo if redo else changes.to_undo)(db, dataset.id)
    word = "Did again" if redo else "Took back"
    if not reverts.is_small(change):
        reverts.submit(library, dataset, change, redo=redo)
        worker.start(library, "disk")
        return f"{word}: {change.summary}. It is under way; the Jobs page shows how far it is."
    done = reverts.redo(library, dataset) if redo else reverts.undo(library, dataset, change.id)
    left = f" {counted(done.left, 'picture')} changed since and left alone." if done.left else ""
    return f"{word}: {change.summary} ({reach(change, done.items)}).{left}{stays(done.kept)}{gone(change)}"


def draw_buttons(dataset: Dataset) -> None:
    """Undo and Redo."""
    for redo, icon, label in ((False, ":material/undo:", "Undo (Ctrl+Z)"), (True, ":material/redo:", "Redo (Ctrl+Y)")):
        st.button(
            "", key=label[:4].lower(), icon=icon, help=label, type="tertiary", on_click=_clicked, args=(dataset, redo)
        )


def _clicked(dataset: Dataset, redo: bool) -> None:
    try:
        st.toast(plain(revert(dataset, redo=redo)), icon=":material/redo:" if redo else ":material/undo:")
    except DscoreError as error:
        st.toast(plain(str(error)), icon=":material/info:")
