"""Which pictures the work is for: the selection, what the filter finds, or all; said in words before anything is done."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dscore.catalog import search
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.text.query import Everything, Is, parse_query
from pages.components import places, state
from pages.components.words import counted

SELECTED, FOUND, ALL = "selection", "filter", "all"
LABELS = {SELECTED: "Your selection", FOUND: "What the filter finds", ALL: "All"}
_WORDS = {SELECTED: "your selection", ALL: "the whole dataset"}


@dataclass(frozen=True, slots=True)
class Scope:
    """The chosen pictures: `ids` in the catalog's order, out of `total`; `only` are the picked ones among what `query` finds."""

    kind: str
    query: str
    ids: tuple[int, ...]
    only: frozenset[int] | None
    total: int

    @property
    def words(self) -> str:
        """`12 of 240 pictures, your selection`."""
        if self.kind == ALL:
            return f"all {counted(self.total, 'picture')}" if self.total > 1 else counted(self.total, "picture")
        named = f"what the filter “{self.query}” finds" if self.kind == FOUND else _WORDS[self.kind]
        return f"{len(self.ids):,} of {counted(self.total, 'picture')}, {named}"


def choose_scope(db: Database, dataset: Dataset, *, key: str) -> Scope:
    """Draw the choice, the narrowest first, and say what was chosen. Raises QueryError for a filter that cannot be read."""
    query, selection = state.query(), state.selection()
    kinds = [kind for kind, there in ((SELECTED, not selection.empty), (FOUND, bool(query))) if there] + [ALL]
    # What was chosen among other pictures is no choice among these.
    among = (dataset.id, query, selection)
    if st.session_state.get(f"{key}-among") != among:
        st.session_state[f"{key}-among"] = among
        st.session_state[key] = kinds[0]
    kind = kinds[0]
    if len(kinds) > 1:
        chosen = st.segmented_control(
            "Which pictures", kinds, key=key, format_func=LABELS.__getitem__, required=True, persist_state="session"
        )
        kind = chosen or kind
    scope = _scope(db, dataset, kind)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(scope.words[0].upper() + scope.words[1:])
        places.link(places.EXPLORE, "See them", query=scope.query)
    if not scope.total and not query:
        _all_trashed(db, dataset)
    return scope


def _scope(db: Database, dataset: Dataset, kind: str) -> Scope:
    text, selection = "" if kind == ALL else state.query(), state.selection()
    query = parse_query(text)
    found, total = search.ids(db, dataset.id, query), search.total(db, dataset.id, query)
    if kind != SELECTED:
        return Scope(kind, text, tuple(found), None, total)
    picked = [item for item in found if (item in selection.items) != selection.everything]
    return Scope(kind, text, tuple(picked), frozenset(picked), total)


def is_empty(db: Database, dataset: Dataset) -> bool:
    """Whether the dataset has no picture at all, not even in the trash."""
    return not any(search.count(db, dataset.id, query) for query in (Everything(), Is("trashed")))


def nothing_found(db: Database, dataset: Dataset, query: str) -> None:
    """What a page shows where the filter finds nothing: the trash has all, where there is no filter."""
    if query:
        st.text("The filter finds no picture.")
    else:
        _all_trashed(db, dataset)


def _all_trashed(db: Database, dataset: Dataset) -> None:
    number = search.count(db, dataset.id, Is("trashed"))
    where = f"All {counted(number, 'picture')} are" if number > 1 else "The only picture is"
    st.text(f"{where} in the trash. To get pictures back, choose them there, and take them out of the trash.")
    places.link(places.EXPLORE, "Look into the trash", query="is:trashed", icon=":material/delete:")


def no_pictures(sentence: str) -> None:
    """What a page shows that has nothing to work on: what is missing, and the way there."""
    with st.container(border=True):
        st.text(sentence)
        if st.button("Import pictures", icon=places.IMPORT.icon, type="primary", key="go-import"):
            places.go(places.IMPORT)
