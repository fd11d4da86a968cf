"""The gallery: pictures to look at, choose and edit. What it does with Python is little: it tells what is chosen, and asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dscore import worker
from dscore.catalog import changes
from dscore.catalog.changes import CHUNK
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import Dataset
from dscore.errors import DscoreError
from dscore.pipeline import curate
from dscore.pipeline.hand_edits import ACTION as HAND_EDIT
from dscore.pipeline.operations import Operation
from pages.components import places, state, undoing
from pages.components.assets import joined
from pages.components.findings import PAGE_SIZE, Asked, Found
from pages.components.state import Selection
from pages.components.words import counted

KEY = "gallery"
ANSWER = "gallery-answer"
RERUN, TURN = "gallery-rerun", "gallery-turn"

_GALLERY = st.components.v2.component(
    "dscore_gallery",
    html='<div class="gallery"></div>',
    css=joined("shared.css", "gallery.css", "dialogs.css", "token_meter.css"),
    js=joined(
        *("elements.js", "keys.js", "completion.js", "selection.js", "outbox.js", "conflict.js", "marks.js"),
        *(
            "edits.js",
            "wishes.js",
            "ahead.js",
            "back_step.js",
            "patient_back.js",
            "zoom.js",
            "tiles.js",
            "token_meter.js",
            "large_view.js",
        ),
        *("compare.js", "bars.js", "gallery.js"),
    ),
)
_DONE = {
    "add": "Added to {}.",
    "remove": "Removed from {}.",
    "trash": "Put {} into the trash. Ctrl+Z takes that back.",
    "restore": "Took {} out of the trash.",
    "mark": "Marked {}.",
    "stars": "Marked {}.",
}
LEAVE = {"trash", "restore"}
"""After these, the pictures are no longer among those that were chosen from."""


def draw(db: Database, asked: Asked, found: Found, *, dataset: Dataset) -> None:
    """Draw the page of what the filter finds.

    The browser reads the pictures by itself, and anew where `refresh` differs: they were changed, and not by hand.
    """
    chosen = state.selection()
    data: dict[str, Any] = {
        "dataset": dataset.id,
        "q": asked.query,
        "count": found.count,
        "starts": found.starts,
        "limit": PAGE_SIZE,
        "selection": {"items": sorted(chosen.items), "everything": chosen.everything},
        "refresh": changes.moment(db, dataset.id, besides=HAND_EDIT),
    }
    _draw(dataset, data)


@st.fragment
def _draw(dataset: Dataset, data: dict[str, Any]) -> None:
    """A new selection runs only this again, with the data of before."""
    if st.session_state.pop(TURN, False):
        places.go(places.EDIT, **state.address())
    if st.session_state.pop(RERUN, False):
        st.rerun()
    page = min(state.page(), max(1, len(data["starts"])))
    _GALLERY(
        key=KEY,
        data={**data, "page": page, "answer": st.session_state.get(ANSWER)},
        on_selection_change=_chosen,
        on_page_change=_turned,
        on_ask_change=lambda: _asked(dataset),
    )


def _chosen() -> None:
    told = st.session_state[KEY].get("selection")
    if told is not None:
        _choose(told)


def _choose(told: dict[str, Any]) -> bool:
    """What the browser says is chosen; False where it was chosen under another filter."""
    if told["of"] != state.query():
        return False
    state.set_selection(Selection(frozenset(told["items"]), bool(told["everything"])))
    return True


def _turned() -> None:
    page = st.session_state[KEY].get("page")
    if page is not None:
        state.set_page(int(page["number"]))


def _asked(dataset: Dataset) -> None:
    asked = st.session_state[KEY].get("ask")
    if asked is None:
        return
    what, cleared = asked["what"], False
    st.session_state[RERUN] = True
    try:
        if _choose(asked["selection"]) or what not in _DONE:
            sentence = _ANSWERS[what](dataset, what, asked["text"])
            cleared = what in LEAVE
        else:
            sentence = "The filter is another one by now; nothing was done."
    except DscoreError as error:
        sentence = str(error)
    if cleared:
        state.set_selection(Selection())
    st.session_state[ANSWER] = {"number": asked["number"], "sentence": sentence, "cleared": cleared}


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
    left = f" {counted(len(done.stale), 'picture')} left alone, since they changed meanwhile." if done.stale else ""
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
