"""How far a dataset is on its way: Import → Tag → Check → Edit → Export, each with its state and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dscore.catalog import changes, job_lists
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Counts, Dataset
from dscore.quality.findings import Level
from dscore.text.tokens import LONG
from pages.components import checked, findings, state
from pages.components.places import CHECK, EDIT, EXPORT, IMPORT, TAG, Place, link
from pages.components.words import counted, plain, since

NO_EDITS = {"import", "tag", "caption", "kind"}
"""Changes that are no edits of captions by a person."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: how it stands in a sentence, and what to do, with the filter that finds what is still to do.

    `warns`: it holds nothing up, but there is something to look at.
    """

    place: Place
    is_done: bool
    state: str
    action: str
    query: str | None = None
    warns: bool = False


def steps(db: Database, dataset: Dataset, counts: Counts) -> list[Step]:
    """The rungs of the dataset, as it is now."""
    return [
        _import(counts),
        _tag(counts),
        _check(db, dataset, counts),
        _edit(db, dataset, counts),
        _export(db, dataset, counts),
    ]


def _import(counts: Counts) -> Step:
    trash = f", {counts.trashed:,} in the trash" if counts.trashed else ""
    state = counted(counts.items, "picture") + trash if counts.items else f"No picture yet{trash}"
    return Step(IMPORT, bool(counts.items), state, "Import more" if counts.items else "Import pictures")


def _tag(counts: Counts) -> Step:
    bare = counts.items - counts.captioned
    if not counts.items:
        return Step(TAG, False, "Nothing to tag yet", "")
    if bare:
        has = "picture has" if bare == 1 else "pictures have"
        return Step(TAG, False, f"{bare:,} {has} no caption", "Tag it" if bare == 1 else "Tag them", "is:uncaptioned")
    return Step(TAG, True, "Every picture has a caption", "Tag again", "")


def _check(db: Database, dataset: Dataset, counts: Counts) -> Step:
    """Errors and warnings of a dataset that is quickly checked; of a large one only the way there."""
    if not counts.items:
        return Step(CHECK, False, "Nothing to check yet", "")
    if counts.items > checked.QUICKLY:
        return Step(CHECK, False, "Pictures and captions", "See what is wrong", "")
    asked = findings.ask(db, state.library(), dataset.id, "")
    found = checked.report(db, asked, base="sdxl", limit=LONG).at_least(Level.WARNING)
    errors = sum(one.level is Level.ERROR for one in found)
    said = [(errors, "error"), (len(found) - errors, "warning")]
    words = ", ".join(counted(number, name) for number, name in said if number)
    action = "See what is wrong" if found else "Check again"
    return Step(CHECK, not errors, words or "Nothing is wrong", action, "", warns=bool(found))


def _edit(db: Database, dataset: Dataset, counts: Counts) -> Step:
    if not counts.captioned:
        return Step(EDIT, False, "No caption to edit yet", "")
    if not dataset.trigger:
        return Step(EDIT, False, "No trigger word is set", "Set the trigger word", "")
    last = next((one for one in changes.listed(db, dataset.id, limit=20) if one.action not in NO_EDITS), None)
    when = f", last edit {since(last.at)}" if last else ""
    return Step(EDIT, True, f"Trigger word: {dataset.trigger}{when}", "Edit captions")


def _export(db: Database, dataset: Dataset, counts: Counts) -> Step:
    last = job_lists.latest(db, dataset.id, "export")
    if last is not None:
        changed = next((one for one in changes.listed(db, dataset.id, limit=1) if one.at > last.created_at), None)
        when = f"Exported {since(last.finished_at or last.created_at)}"
        return Step(EXPORT, changed is None, f"{when}, changed since" if changed else when, "Export again")
    return Step(EXPORT, False, "Not exported yet", "Export" if counts.items else "")


def draw(rungs: Sequence[Step]) -> None:
    """Side by side, in working order."""
    next_step = next((rung for rung in rungs if not rung.is_done), None)
    grid = st.grid(len(rungs), min_column_width=180, border=True, key="ladder")
    for rung in rungs:
        with grid.cell():
            st.markdown(f"{_mark(rung, is_next=rung is next_step)} **{rung.place.title}**")
            st.caption(plain(rung.state))
            if rung.action:
                link(rung.place, rung.action, query=rung.query, icon=":material/arrow_forward:")


def _mark(rung: Step, *, is_next: bool) -> str:
    if rung.is_done:
        return ":orange[:material/warning:]" if rung.warns else ":green[:material/check_circle:]"
    return f":{'primary' if is_next else 'gray'}[:material/radio_button_unchecked:]"
