"""Repairs of what the checks found: seen before, done as one change, taken back."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dscore.catalog import changes, images
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.pipeline import checking
from dscore.pipeline.checking import Mending
from dscore.pipeline.curate import Applied
from dscore.quality.findings import Finding, Repair
from pages.components import differences, places, state, taken_back
from pages.components.trouble import spoken
from pages.components.words import counted, plain

OPEN = "check-open"
DONE = "check-done"


@dataclass(frozen=True, slots=True)
class Opened:
    """The repair that is looked at: of a whole finding, or of one of its cases."""

    code: str
    repairs: tuple[Repair, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What the last repair of this session did."""

    dataset_id: int
    words: str
    change_id: int | None
    stale: int


def button(label: str, code: str, repairs: tuple[Repair, ...], *, key: str, primary: bool = False) -> None:
    """Opens the preview of these repairs."""
    st.button(
        label,
        icon=":material/build:",
        key=key,
        type="secondary" if primary else "tertiary",
        on_click=_open,
        args=(Opened(code, repairs),),
    )


def _open(opened: Opened) -> None:
    st.session_state[OPEN] = opened


def _close() -> None:
    st.session_state.pop(OPEN, None)


def draw(db: Database, dataset: Dataset, finding: Finding) -> None:
    """The preview, where one of this finding is open."""
    opened: Opened | None = st.session_state.get(OPEN)
    if opened is None or opened.code != finding.code:
        return
    mending = checking.plan(db, dataset, opened.repairs, checking.summary(finding))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Apply to {counted(mending.changed, 'picture')}",
            icon=":material/check:",
            type="primary",
            key="mend-apply",
            disabled=not mending.changed,
            on_click=_apply,
            args=(mending,),
        )
        st.button("Leave it", key="mend-close", on_click=_close)
        if not mending.changed:
            st.text("Nothing would change: it is mended already.")
    pictures = images.details(db, [one.item_id for one in mending.examples])
    pairs = [
        differences.Pair(one.name, pictures[one.item_id].sha256, one.before, one.after) for one in mending.examples
    ]
    if pairs:
        differences.draw(pairs, key="mend-differences")
    if mending.changed > len(pairs):
        st.caption(f"The first {len(pairs)} of {mending.changed:,}.")


@spoken()
def _apply(mending: Mending) -> None:
    done = checking.mend(state.library(), mending)
    note(mending.dataset, f"{counted(done.changed, 'picture')} changed: {mending.summary}.", done)
    _close()


def note(dataset: Dataset, words: str, applied: Applied) -> None:
    """Keep what was done for `outcome`."""
    st.session_state[DONE] = Done(dataset.id, words, applied.change_id, len(applied.stale))


def outcome(db: Database, dataset: Dataset) -> None:
    """What the last repair did, with Undo; it stands until the next."""
    done: Done | None = st.session_state.get(DONE)
    if done is None or done.dataset_id != dataset.id:
        return
    if done.change_id is not None and changes.get(db, done.change_id, dataset_id=dataset.id).state == "undone":
        del st.session_state[DONE]
        return
    with st.container(horizontal=True, vertical_alignment="center", key="mend-outcome"):
        st.success(plain(done.words), icon=":material/check:", width=460)
        taken_back.button(db, dataset, done.change_id, key="undo-mend")
        places.link(places.EDIT, "History", icon=":material/history:")
    if done.stale:
        st.warning(
            f"{counted(done.stale, 'picture')} left alone, since somebody changed them meanwhile.",
            icon=":material/warning:",
        )
