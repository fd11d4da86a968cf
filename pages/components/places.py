"""Which pages there are, in working order, and links between them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages.components import state
from pages.components.words import plain

PAGES = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its file beside the router, its name for people, its icon, and what one does there."""

    file: str
    title: str
    icon: str
    purpose: str

    @property
    def url_path(self) -> str:
        """How its address ends."""
        return self.title.lower()


OVERVIEW = Place("overview.py", "Overview", ":material/dashboard:", "Your datasets, and what to do next.")
IMPORT = Place("bring_in.py", "Import", ":material/add_photo_alternate:", "Bring pictures in.")
TAG = Place("tag.py", "Tag", ":material/sell:", "Let a model tag your pictures.")
TUNE = Place("tune.py", "Tune", ":material/tune:", "Choose tags anew from what the models said.")
CAPTION = Place("caption.py", "Caption", ":material/notes:", "Let a model describe your pictures in sentences.")
EXPLORE = Place("explore.py", "Explore", ":material/grid_view:", "See what is there; filter, select, edit.")
STATISTICS = Place("statistics.py", "Statistics", ":material/bar_chart:", "What pictures and captions are made of.")
EDIT = Place("edit.py", "Edit", ":material/edit_note:", "Change many captions at once; undo.")
CHECK = Place("check.py", "Check", ":material/fact_check:", "What is wrong, and how to mend it.")
EXPORT = Place("export.py", "Export", ":material/output:", "Write the folder that a trainer reads.")
JOBS = Place("jobs.py", "Jobs", ":material/hourglass_top:", "What is running, waiting and done.")
DOCTOR = Place("doctor.py", "Doctor", ":material/health_and_safety:", "What is well here, what is not, and the cure.")
SETTINGS = Place("settings.py", "Settings", ":material/settings:", "The library, its limits and backups; the keys.")

WORKING_ORDER = (
    OVERVIEW, IMPORT, TAG, TUNE, CAPTION, EXPLORE, STATISTICS, EDIT, CHECK, EXPORT, JOBS, DOCTOR, SETTINGS,
)  # fmt: skip


def link(
    place: Place,
    label: str = "",
    *,
    query: str | None = None,
    icon: str | None = None,
    stretch: bool = False,
    **params: str,
) -> None:
    """A link to a page, with the filter set where `query` is given."""
    if query is not None:
        params[state.QUERY] = query
    if name := st.session_state.get(state.DATASET):
        params[state.DATASET] = name
    st.page_link(
        place.file,
        label=plain(label) or place.title,
        icon=icon or place.icon,
        query_params=params,
        width="stretch" if stretch else "content",
    )


def go(place: Place, **params: str) -> None:
    """Turn to a page at once."""
    st.switch_page(place.file, query_params=params)
