"""Any change taken back, or the latest undo done again: at once where it is small, as a job where it is large."""

from __future__ import annotations

import streamlit as st

from dscore import worker
from dscore.catalog import changes, datasets
from dscore.catalog.changes import Change
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import Dataset
from dscore.pipeline import reverts
from dscore.pipeline.reverts import Reverted
from pages.components import state
from pages.components.trouble import spoken
from pages.components.words import counted, gone, plain, reach, stays

SAID = "said"
NAMED = 5
"""So many of the pictures that an undo left alone are named."""


def button(db: Database, dataset: Dataset, change_id: int | None, *, key: str) -> None:
    """Undo for this change; nothing where none was made, or where it is undone already."""
    if change_id is None or changes.get(db, change_id, dataset_id=dataset.id).state == "undone":
        return
    st.button("Undo", icon=":material/undo:", key=key, on_click=undo, args=(dataset.id, change_id))


@spoken()
def undo(dataset_id: int, change_id: int) -> None:
    """Take the change back, as a button's callback."""
    with open_catalog(state.library()) as db:
        dataset = datasets.by_id(db, dataset_id)
        change = changes.get(db, change_id, dataset_id=dataset_id)
    if not _is_left_to_worker(dataset, change, redo=False):
        _note("Undone", reverts.undo(state.library(), dataset, change_id))


@spoken()
def redo(dataset_id: int) -> None:
    """Do the change of the latest undo again, as a button's callback."""
    with open_catalog(state.library()) as db:
        dataset = datasets.by_id(db, dataset_id)
        change = changes.to_redo(db, dataset_id)
    if not _is_left_to_worker(dataset, change, redo=True):
        _note("Done again", reverts.redo(state.library(), dataset))


def _is_left_to_worker(dataset: Dataset, change: Change, *, redo: bool) -> bool:
    if reverts.is_small(change):
        return False
    reverts.submit(state.library(), dataset, change, redo=redo)
    worker.start(state.library(), "disk")
    return True


def _note(word: str, done: Reverted) -> None:
    left = ""
    if done.left:
        names = ", ".join(done.left_names[:NAMED])
        more = f" and {done.left - NAMED:,} more" if done.left > NAMED else ""
        left = f" {counted(done.left, 'picture')} left alone, since they were changed later: {names}{more}."
    left += stays(done.kept)
    st.session_state[SAID] = (
        f"{word}: {done.change.summary}, on {reach(done.change, done.items)}.{left}{gone(done.change)}"
    )


def say() -> None:
    """What the latest of them did; shown once."""
    sentence = st.session_state.pop(SAID, None)
    if sentence:
        st.success(plain(sentence), icon=":material/check:")
