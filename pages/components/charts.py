"""Charts of what the filter finds. A click on a bar and a brush over an area are conditions of the filter.

The filter is the truth: of a chart only what has just happened in it counts. The charts keep their keys and their specs, so that
another filter only gives them other numbers, which is much quicker than a new chart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import streamlit as st

from dscore.catalog.tags import TagCount
from dscore.models import Category
from dscore.text import terms
from dscore.text.tags import tag_key
from pages.components import bars, filter_bar, state
from pages.components.theme import colour
from pages.components.trouble import spoken

BARS = 25
CELLS = 36
"""Squares along each side of the chart of sizes."""

ROOM = {"left": 6, "right": 14, "top": 4, "bottom": 4}
"""Pixels around a chart: Vega measures its words before the font is there, and would cut some that turn out wider."""

CATEGORY, MORE, PICKED = "tags-category", "tags-more", "tags-picked"


def draw_tags(counts: Sequence[TagCount], query: str) -> None:
    """The most used tags as bars, those in the filter in the accent colour; and a list with a search, for the rarer ones."""
    active = terms.tags_in(query)
    category = st.selectbox(
        "Category", ["all", *Category], key=CATEGORY, label_visibility="collapsed", format_func=_category
    )
    shown = [tag for tag in counts if category in {"all", tag.category}]
    _draw_picker(shown, active)
    if not shown:
        st.caption("No tags here.")
        return
    number = BARS + st.session_state.get(MORE, 0)
    keys = {tag_key(name) for name in active}
    first = shown[:number]
    bars.draw(
        "tag-bars",
        [(tag.name, tag.items) for tag in first],
        "How many pictures have each tag",
        lambda clicks: _toggle(clicks.query, clicks.names),
        query=query,
        active={tag.name for tag in first if tag_key(tag.name) in keys},
    )
    if len(shown) > number:
        st.button(f"{min(BARS, len(shown) - number)} more", key="more-tags", type="tertiary", on_click=_more)


def _category(name: str) -> str:
    return "Tags of all kinds" if name == "all" else f"{name.capitalize()} tags"


def _more() -> None:
    st.session_state[MORE] = st.session_state.get(MORE, 0) + BARS


def _draw_picker(shown: Sequence[TagCount], active: Sequence[str]) -> None:
    """A list with a search; tags in the filter stand in it and can be taken out."""
    st.session_state[PICKED] = list(active)
    st.multiselect(
        "Tags in the filter",
        list(dict.fromkeys([*active, *(tag.name for tag in shown)])),
        key=PICKED,
        on_change=_picked,
        args=(tuple(active),),
        placeholder="Search a tag …",
        select_all=False,
        label_visibility="collapsed",
    )


def _picked(active: tuple[str, ...]) -> None:
    _toggle(state.query(), sorted(set(st.session_state[PICKED]).symmetric_difference(active)))


def _toggle(query: str, tags: Sequence[str]) -> None:
    filter_bar.forget_draft()
    with spoken():
        state.set_query(reduce(terms.toggled, tags, query))


def draw_sizes(sizes: Sequence[tuple[int, int, int]]) -> None:
    """Widths and heights; an area that is brushed is what the filter lets through."""
    if not sizes:
        return
    width, height, pictures = np.array(sizes).T
    step = _step(int(max(width.max(), height.max()) - min(width.min(), height.min())))
    cells, inverse = np.unique(np.stack([width // step, height // step]), axis=1, return_inverse=True)
    rows = pa.table(
        {
            **{side: (place + 0.5) * step for side, place in zip(("width", "height"), cells, strict=True)},
            "pictures": np.bincount(inverse.ravel(), pictures).astype(int),
        }
    )
    axis = {"type": "quantitative", "scale": {"zero": False, "nice": False, "padding": 8}, "axis": {"tickCount": 4}}
    spec = {
        "height": 150,
        "params": [{"name": "brush", "select": {"type": "interval"}}],
        "mark": {"type": "square", "opacity": 0.75, "color": colour("primaryColor")},
        "encoding": {
            "x": {"field": "width", **axis},
            "y": {"field": "height", **axis},
            "size": {"field": "pictures", "type": "quantitative", "legend": None, "scale": {"range": [12, 160]}},
            "tooltip": [{"field": "width"}, {"field": "height"}, {"field": "pictures"}],
        },
    }
    _draw_brushed("sizes", rows, spec, ("width", "height"), "How many pictures have which width and height")


def draw_tag_numbers(numbers: Sequence[tuple[int, int]]) -> None:
    """How many tags the captions have; a stretch that is brushed is what the filter lets through."""
    if not numbers:
        return
    tags, pictures = np.array(numbers).T
    rows = pa.table({"from": tags - 0.5, "to": tags + 0.5, "tags": tags, "pictures": pictures})
    spec = {
        "height": 150,
        "params": [{"name": "brush", "select": {"type": "interval", "encodings": ["x"]}}],
        "mark": {"type": "bar", "color": colour("primaryColor")},
        "encoding": {
            "x": {
                "field": "from",
                "type": "quantitative",
                "title": "tags of a picture",
                "scale": {"zero": False},
                "axis": {"tickMinStep": 1},
            },
            "x2": {"field": "to"},
            "y": {"field": "pictures", "type": "quantitative", "scale": {"zero": True}, "axis": {"tickCount": 4}},
            "y2": {"datum": 0},
            "tooltip": [{"field": "tags"}, {"field": "pictures"}],
        },
    }
    _draw_brushed(
        "tag-numbers", rows, spec, ("tags",), "How many pictures have how many tags", columns={"from": "tags"}
    )


def _draw_brushed(
    name: str,
    rows: pa.Table,
    spec: dict[str, Any],
    fields: tuple[str, ...],
    alt: str,
    *,
    columns: dict[str, str] | None = None,
) -> None:
    """A chart of what the rest of the filter finds, so that it stands still under its brush."""
    said = terms.compared(state.query(), *fields)
    if st.session_state.setdefault(f"{name}-said", said) != said:  # from elsewhere: the brush is no longer true
        st.session_state[f"{name}-said"] = said
        st.session_state[name] = st.session_state.get(name, 0) + 1
    key = _key(name)

    def brushed() -> None:
        spans = st.session_state[key].selection.get("brush", {})
        ranges = {(columns or {}).get(field, field): _whole(span) for field, span in spans.items()}
        query = state.query()
        filter_bar.forget_draft()
        state.set_query(terms.within(query, ranges) if ranges else terms.without(query, *fields))
        st.session_state[f"{name}-said"] = terms.compared(state.query(), *fields)

    whole = {**frame(), **spec}
    st.vega_lite_chart(rows, whole, key=key, on_select=brushed, width="stretch", alt=alt)


def _whole(span: Sequence[float]) -> tuple[int, int]:
    low, high = math.ceil(min(span)), math.floor(max(span))
    return (max(0, low), max(0, high)) if low <= high else (max(0, round(span[0])),) * 2


def _step(spread: int) -> int:
    """A power of two, at least 16 px."""
    return max(16, 1 << math.ceil(math.log2(max(1, spread / CELLS))))


def _key(name: str) -> str:
    return f"{name}-{st.session_state.setdefault(name, 0)}"


def frame() -> dict[str, Any]:
    """What every chart stands in: room for its words, and these in a grey to be read; Streamlit's own is pale and bluish."""
    words = colour("grayColor")
    return {"padding": ROOM, "config": {"axis": {"labelColor": words, "titleColor": words}, "view": {"stroke": None}}}
