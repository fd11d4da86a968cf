"""The filter's line: what is looked for, how many are found, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.errors import QueryError
from dscore.text.query import parse_query
from pages.components import findings, state
from pages.components.assets import joined
from pages.components.findings import Asked

KEY = "filter-bar"
DRAFT = "filter-draft"
"""What was typed and cannot be read; the filter before it stays until it can."""

_BAR = st.components.v2.component(
    "dscore_filter_bar",
    html='<div class="filter-bar"></div>',
    css=joined("shared.css", "filter_bar.css"),
    js=joined("elements.js", "completion.js", "filter_bar.js"),
)
_GRAMMAR = Path(__file__).resolve().parents[2] / "docs" / "search.md"


def is_readable(dataset: Dataset) -> bool:
    """Whether the filter can be read; where it cannot, as from a link, the line is drawn to be mended, and says why."""
    query = state.query()
    if _trouble(query) is None:
        return True
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        _draw(dataset.id, query, count=0, total=0)
        _draw_grammar()
    return False


def ask(db: Database, dataset: Dataset) -> Asked:
    """What the page's filter asks for."""
    return findings.ask(db, state.library(), dataset.id, state.query())


def draw(db: Database, asked: Asked, *, count: int) -> None:
    """Draw the line, with what can be written in it, for a filter that finds `count` pictures."""
    _draw(asked.dataset_id, asked.query, count=count, total=findings.total(db, asked))
    _draw_grammar()


def _draw(dataset_id: int, query: str, *, count: int, total: int) -> None:
    draft = st.session_state.get(DRAFT)
    text = query if draft is None else draft
    data = {"dataset": dataset_id, "q": text, "count": count, "total": total, "trouble": _trouble(text)}
    _BAR(key=KEY, data=data, on_search_change=_searched)


def forget_draft() -> None:
    """The filter was changed from elsewhere: what was typed and could not be read is gone."""
    st.session_state.pop(DRAFT, None)


def _draw_grammar() -> None:
    with st.popover("", icon=":material/help:", type="tertiary", help="What can be written in the filter"):
        st.markdown(_grammar())


@st.cache_data(show_spinner=False)
def _grammar() -> str:
    text = _GRAMMAR.read_text(encoding="utf-8")
    return text.partition("\n## Grammar")[0].partition("\n")[2].strip()


def _searched() -> None:
    text = (st.session_state[KEY].get("search") or "").strip()
    if _trouble(text):
        st.session_state[DRAFT] = text
    else:
        forget_draft()
        state.set_query(text)


def _trouble(text: str) -> dict[str, Any] | None:
    try:
        parse_query(text)
    except QueryError as error:
        return {"sentence": str(error), "start": error.start, "end": error.end}
    return None
