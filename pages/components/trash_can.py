"""What is in the trash: deleted datasets to take back, pictures; and emptying it, which asks and says how many."""

from __future__ import annotations

import streamlit as st

from dscore.catalog.datasets import Dataset
from dscore.pipeline import shelf
from dscore.pipeline.shelf import Trash
from dscore.text.sizes import readable_size
from pages.components import places, state
from pages.components.trouble import spoken
from pages.components.words import counted, plain

SAID = "trash-said"


def draw() -> None:
    """Folded away; nothing where the trash is empty."""
    if sentence := st.session_state.pop(SAID, None):
        st.success(plain(sentence), icon=":material/check:")
    found = shelf.look(state.library())
    if found.empty and not found.held:
        return
    with st.expander(plain(f"Trash · {lost(found) or 'kept by versions'}"), icon=":material/delete:", key="trash"):
        for dataset in found.whole:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(f"The dataset {dataset.name}")
                st.button(
                    "Take back", key=f"take-back-{dataset.id}", type="tertiary", on_click=_restore, args=(dataset,)
                )
        if found.items:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(f"{counted(found.items, 'picture')} of {', '.join(one.name for one in found.datasets)}")
                places.link(places.EXPLORE, "See them", query="is:trashed")
        if found.held:
            names = ", ".join(f"“{name}”" for name in found.holders)
            st.text(f"Kept, since a version holds it: {counted(found.held, 'picture')} ({names}).")
        if found.empty:
            return
        with st.popover("Empty the trash", icon=":material/delete_forever:"):
            st.text(f"Delete {lost(found)} for ever? This cannot be undone.")
            st.button("Delete for ever", key="empty-trash", type="primary", on_click=_empty, args=(found,))


def lost(found: Trash) -> str:
    """What would be gone: `12 pictures and the dataset heap with 240 pictures`."""
    parts = [counted(found.items, "picture")] if found.items else []
    if found.whole:
        names = ", ".join(one.name for one in found.whole)
        noun = "the dataset" if len(found.whole) == 1 else "the datasets"
        parts.append(f"{noun} {names} with {counted(found.whole_items, 'picture')}")
    return " and ".join(parts)


@spoken()
def _restore(dataset: Dataset) -> None:
    back = shelf.take_back(state.library(), dataset)
    state.choose_dataset(back.name)
    st.session_state[SAID] = f"“{back.name}” is back."


@spoken()
def _empty(found: Trash) -> None:
    gone = shelf.empty(state.library(), found)
    st.session_state[SAID] = f"{counted(gone.items, 'picture')} gone for ever; {readable_size(gone.bytes)} freed."
