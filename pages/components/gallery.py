"""The gallery: pictures to look at, choose and edit. What it does with Python is little: it tells what is chosen, and asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dscore import worker
from dscore.catalog.changes import CHUNK
from dscore.catalog.connection import open_catalog
from dscore.catalog.datasets import Dataset
from dscore.errors import DscoreError
from dscore.pipeline import curate
from dscore.pipeline.operations import Operation
from pages.components import places, state, undoing
from pages.components.assets import joined
from pages.components.findings import PAGE_SIZE, Found
from pages.components.state import Selection
from pages.components.words import counted

KEY = "gallery"
ANSWER = "gallery-answer"
RERUN, TURN = "gallery-rerun", "gallery-turn"

_GALLERY = st.components.v2.component(
    "dscore_gallery",
    html='<div class="gallery"></div>',
    css=joined("shared.css", "gallery.css", "dialogs.css"),
    js=joined(
        *("elements.js", "keys.js", "completion.js", "selection.js", "outbox.js", "conflict.js", "edits.js"),
        *("wishes.js", "zoom.js", "tiles.js", "large_view.js", "bars.js", "gallery.js"),
    ),
)
_DONE = {
    "add": "Added to {}.",
    "remove": "Removed from {}.",
    "trash": "Put {} into the trash. Ctrl+Z takes that back.",
    "restore": "Took {} out of the trash.",
}


@st.fragment
def draw(dataset: Dataset, query: str, found: Found) -> None:
    """Draw the page of what the filter finds. A new selection runs only this again."""
    if st.session_state.pop(TURN, False):
        places.go(places.EDIT, **st.query_params.to_dict())
    if st.session_state.pop(RERUN, False):
        st.rerun()
    chosen = state.selection()
    data = {
        "dataset": dataset.id,
        "q": query,
        "count": found.count,
        "starts": found.starts,
        "limit": PAGE_SIZE,
        "page": min(state.page(), max(1, len(found.starts))),
        "selection": {"items": sorted(chosen.items), "everything": chosen.everything},
        "refresh": undoing.times(),
        "answer": st.session_state.get(ANSWER),
    }
    _GALLERY(
        key=KEY,
        data=data,
        on_selection_change=_chosen,
        on_page_change=_turned,
        on_ask_change=lambda: _asked(dataset),
    )


def _chosen() -> None:
    _choose(st.session_state[KEY].get("selection"))


def _choose(told: dict[str, Any] | None) -> None:
    """What the browser says is chosen, unless it was chosen under another filter."""
    if told is not None and told["of"] == state.query():
        state.set_selection(Selection(frozenset(told["items"]), bool(told["everything"])))


def _turned() -> None:
    page = st.session_state[KEY].get("page")
    if page is not None:
        state.set_page(int(page))


def _asked(dataset: Dataset) -> None:
    asked = st.session_state[KEY].get("ask")
    if asked is None:
        return
    _choose(asked["selection"])
    st.session_state[RERUN] = True
    try:
        sentence = _ANSWERS[asked["what"]](dataset, asked["what"], asked["text"])
    except DscoreError as error:
        sentence = str(error)
    st.session_state[ANSWER] = {"number": asked["number"], "sentence": sentence}


def _edit_chosen(dataset: Dataset, what: str, text: str) -> str:
    """An edit of all that are chosen: at once, or as a job where they are many."""
    library, operation, chosen = state.library(), Operation(what, text), state.selection()
    query, only = (state.query(), None) if chosen.everything else ("", chosen.items)
    with open_catalog(library) as db:
        if chosen.everything and chosen.items:
            only = frozenset(curate.scope(db, dataset, query, operation)) - chosen.items
        looked = curate.preview(db, dataset, operation, query=query, only=only, examples=0)
    if len(looked.revs) > CHUNK:
        curate.submit(library, dataset, operation, query=query, only=only, revs=looked.revs)
        worker.start(library, "disk")
        return f"{counted(len(looked.revs), 'picture')} are being changed; the Jobs page shows how far it is."
    done = curate.apply(library, dataset, operation, query=query, only=only, revs=looked.revs)
    undoing.note()
    if what in {"trash", "restore"}:
        state.set_selection(Selection())
    left = (
        f" {counted(len(done.stale), 'picture')} somebody else has changed meanwhile; left alone." if done.stale else ""
    )
    return _DONE[what].format(counted(done.changed, "picture")) + left


def _to_edit(_dataset: Dataset, _what: str, _text: str) -> str:
    st.session_state[TURN] = True
    return ""


_ANSWERS: dict[str, Callable[[Dataset, str, str], str]] = {
    **dict.fromkeys(_DONE, _edit_chosen),
    **dict.fromkeys(("undo", "redo"), lambda dataset, what, _: undoing.revert(dataset, redo=what == "redo")),
    "edit": _to_edit,
    "count": lambda *_: "",
}
