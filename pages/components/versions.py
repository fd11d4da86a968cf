"""The dataset's versions: freeze one, see what changed since, or between two; go back, which can be undone."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dscore import worker
from dscore.catalog import datasets, images
from dscore.catalog import versions as table
from dscore.catalog.changes import CHUNK
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import MAX_NAME, Dataset
from dscore.catalog.versions import Version
from dscore.pipeline import comparison, versions
from dscore.pipeline.comparison import Difference
from pages.components import differences, state
from pages.components.trouble import spoken
from pages.components.words import counted, plain, since

SAID = "version-said"
NAME = "version-name"
NOW = "now"
SHOWN = 50
"""Changed captions in the drawer."""

NAMED = 12
"""Pictures that came or went, or got other names or marks."""


def draw(db: Database, dataset: Dataset) -> None:
    """The list, and the field that freezes."""
    st.subheader("Versions", anchor=False)
    st.caption(
        "A version keeps all pictures and captions as they are now. You can look what changed since, and go back."
    )
    with (
        st.form("freeze", border=False, clear_on_submit=True),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        st.text_input("Name", key=NAME, max_chars=MAX_NAME, placeholder="before the big clean-up")
        st.form_submit_button("Freeze", icon=":material/ac_unit:", on_click=_freeze, args=(dataset.id,))
    for version in table.listed(db, dataset.id):
        with st.container(border=True, gap="xxsmall", key=f"version-{version.id}"):
            st.text(version.name)
            st.caption(f"{since(version.at)} · {counted(version.items, 'picture')}")
            if st.button("Compare", icon=":material/compare:", key=f"compare-{version.id}", type="tertiary"):
                _compare(dataset.id, version.id)


@spoken()
def _freeze(dataset_id: int) -> None:
    with open_catalog(state.library()) as db:
        dataset = datasets.by_id(db, dataset_id)
    library, name = state.library(), st.session_state[NAME]
    if versions.is_large(library, dataset, name):
        versions.submit_freeze(library, dataset, name)
        worker.start(library, "disk")
    elif made := versions.freeze(library, dataset, name):
        st.session_state[SAID] = f"Frozen: “{made.name}” keeps {counted(made.items, 'picture')} with their captions."


@st.dialog("What changed", width="large", position="right")
def _compare(dataset_id: int, version_id: int) -> None:
    with spoken(), open_catalog(state.library()) as db:
        dataset, version = datasets.by_id(db, dataset_id), table.by_id(db, version_id)
        others = {one.name: one for one in table.listed(db, dataset_id) if one.id != version_id}
        other = NOW
        if others:
            other = st.selectbox(f"From {version.name} to", [NOW, *others], key=f"compare-with-{version_id}")
        what = comparison.difference(db, dataset, version, others.get(other))
        st.text(f"From “{version.name}” to {f'“{other}”' if other in others else NOW}: {what.words}.")
        if other not in others:
            _ways(version, what)
        _draw_difference(db, what, key=f"version-difference-{version_id}")


def _ways(version: Version, what: Difference) -> None:
    """Go back, or forget it."""
    with st.container(horizontal=True):
        if not what.empty and st.button(
            "Go back to it",
            icon=":material/history:",
            type="primary",
            key="go-back",
            help="One change of the history, which Undo takes back. Pictures that came since go to the trash.",
        ):
            _go_back(version)
        with st.popover("Forget it", icon=":material/delete:", type="tertiary"):
            st.text("It cannot be gone back to then. Pictures that only it keeps can be emptied from the trash.")
            if st.button("Forget this version", key="forget-version"):
                _forget(version)


def _draw_difference(db: Database, what: Difference, *, key: str) -> None:
    _named("Came", images.names(db, what.added))
    _named("Went", images.names(db, what.removed))
    _named("Renamed", [f"{one.before} → {one.after}" for one in what.renamed])
    _named("Marks", [f"{one.name}: {one.before} → {one.after}" for one in what.marked])
    shown = what.changed[:SHOWN]
    if shown:
        pictures = images.details(db, [one.item_id for one in shown])
        pairs = [differences.Pair(one.name, pictures[one.item_id].sha256, one.before, one.after) for one in shown]
        differences.draw(pairs, key=key)
    if len(what.changed) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(what.changed):,}.")


def _named(title: str, lines: Sequence[str]) -> None:
    if lines:
        more = f" and {len(lines) - NAMED:,} more" if len(lines) > NAMED else ""
        st.caption(f"{title}: {plain('; '.join(lines[:NAMED]))}{more}")


@spoken()
def _go_back(version: Version) -> None:
    """At once where it is small; a worker does what is large."""
    with open_catalog(state.library()) as db:
        way = versions.way_back(db, datasets.by_id(db, version.dataset_id), version)
    if len(way.revs) > CHUNK:
        versions.submit(state.library(), way)
        worker.start(state.library(), "disk")
        st.rerun()
    done = versions.carry_out(state.library(), way)
    left = f" Left alone, since somebody changed them meanwhile: {', '.join(done.stale)}." if done.stale else ""
    st.session_state[SAID] = f"Back to “{version.name}”: {counted(done.changed, 'picture')} changed.{left}"
    st.rerun()  # a drawer's buttons run the drawer alone


@spoken()
def _forget(version: Version) -> None:
    versions.delete(state.library(), version)
    st.session_state[SAID] = f"Version “{version.name}” is forgotten."
    st.rerun()


def outcome() -> None:
    """What was done; shown once."""
    if sentence := st.session_state.pop(SAID, None):
        st.success(plain(sentence), icon=":material/check:")
