"""Pictures that look alike and are different ones: said of a group, taken back, and shown again."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.pipeline import different
from dscore.quality.likeness import Group
from pages.components import state
from pages.components.trouble import spoken
from pages.components.words import counted

SAID = "told-apart"
LEAST_OF_ODD = 3
"""Pictures of a group of which one may be the odd one."""


@dataclass(frozen=True, slots=True)
class Said:
    """The latest answer of this session."""

    dataset_id: int
    words: str
    answers: tuple[int, ...]


def buttons(dataset: Dataset, group: Group, kept: int, *, key: str) -> None:
    """Of a group: all are different pictures, or only the chosen one is."""
    if len(group.pictures) >= LEAST_OF_ODD:
        st.button(
            "Only the chosen one is different", type="tertiary", key=f"odd-{key}", on_click=_mark,
            args=(dataset, group, kept),
        )  # fmt: skip
    st.button(
        "These are different pictures", icon=":material/call_split:", key=f"different-{key}", on_click=_mark,
        args=(dataset, group, None),
    )  # fmt: skip


@spoken()
def _mark(dataset: Dataset, group: Group, odd: int | None) -> None:
    answers = different.mark(state.library(), [group], odd=odd)
    who = counted(len(group.pictures), "picture") if odd is None else "1 picture"
    are = "are no duplicates" if odd is None else "is no duplicate of the others"
    words = f"Remembered: {who} {are}, in every dataset."
    st.session_state[SAID] = Said(dataset.id, words, tuple(answers))


def draw(db: Database, dataset: Dataset) -> None:
    """The latest answer with Undo, and how many groups were marked in the whole dataset, with the way back."""
    said: Said | None = st.session_state.get(SAID)
    if said is not None and said.dataset_id == dataset.id:
        with st.container(horizontal=True, vertical_alignment="center", key="told-apart-said"):
            st.success(said.words, icon=":material/check:", width=460)
            st.button("Undo", icon=":material/undo:", key="undo-different", on_click=_take_back, args=(said,))
    marked = different.count(db, dataset)
    if marked:
        verb = "is" if marked == 1 else "are"
        st.button(
            f"{counted(marked, 'group')} {verb} marked as different: show {'it' if marked == 1 else 'them'} again",
            icon=":material/visibility:", type="tertiary", key="show-different", on_click=_forget, args=(dataset,),
        )  # fmt: skip


@spoken()
def _take_back(said: Said) -> None:
    different.take_back(state.library(), said.answers)
    del st.session_state[SAID]


@spoken()
def _forget(dataset: Dataset) -> None:
    different.forget(state.library(), dataset)
    st.session_state.pop(SAID, None)
