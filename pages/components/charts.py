"""Charts of what the filter finds. A click on a bar and a brush over an area are conditions of the filter.

The filter is the truth: of a chart only what has just happened in it counts. The charts keep their keys and their specs, so that
another filter only gives them other numbers, which is much quicker than a new chart.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dscore.catalog.tags import TagCount
from dscore.models import Category
from dscore.text.tags import tag_key
from pages.components import filter_bar, state, terms

BARS = 25
BAR_HEIGHT = 21
CELLS = 36
"""Squares along each side of the chart of sizes."""

CATEGORY, MORE, PICKED, BARS_KEY, CLICKED = "tags-category", "tags-more", "tags-picked", "tag-bars", "tags-clicked"


def draw_tags(counts: Sequence[TagCount], query: str) -> None:
    """The most used tags as bars, those in the filter in the accent colour; and the same to choose from by key."""
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
    _draw_bars(shown[:number], {tag_key(name) for name in active})
    if len(shown) > number:
        st.button(f"{min(BARS, len(shown) - number)} more", key="more-tags", type="tertiary", on_click=_more)


def _category(name: str) -> str:
    return "Tags of all kinds" if name == "all" else f"{name.capitalize()} tags"


def _more() -> None:
    st.session_state[MORE] = st.session_state.get(MORE, 0) + BARS


def _draw_picker(shown: Sequence[TagCount], active: Sequence[str]) -> None:
    """A list with a search, since bars cannot be reached by key; tags in the filter stand in it and can be taken out."""
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
    for tag in set(st.session_state[PICKED]).symmetric_difference(active):
        _toggle(tag)


def _toggle(tag: str) -> None:
    filter_bar.forget_draft()
    state.set_query(terms.toggled(state.query(), tag))


def _draw_bars(shown: Sequence[TagCount], active: set[str]) -> None:
    rows = pd.DataFrame(
        {
            "tag": [tag.name for tag in shown],
            "place": range(len(shown)),
            "pictures": [tag.items for tag in shown],
            "most": shown[0].items,
            "active": [tag_key(tag.name) in active for tag in shown],
        }
    )
    event = st.vega_lite_chart(
        rows,
        bar_spec(),
        key=BARS_KEY,
        on_select=_clicked,
        width="stretch",
        alt="How many pictures have each tag; the list above chooses them by key",
    )
    st.session_state[CLICKED] = _points(event)


def _clicked() -> None:
    """The chart keeps a set of its own, in which a click puts a bar or takes it out: only that tells which bar was clicked."""
    before, now = st.session_state[CLICKED], _points(st.session_state[BARS_KEY])
    fresh, gone = now - before, before - now
    for tag in fresh or (gone if len(gone) == 1 else ()):
        _toggle(tag)
    st.session_state[CLICKED] = now


def _points(event: Any) -> frozenset[str]:
    return frozenset(str(point["tag"]) for point in event.selection.get("bar", []))


def bar_spec() -> dict[str, Any]:
    """Bars under their names; over all an invisible one of full width, so that a short one is as easy to hit."""
    tag = {"field": "tag", "type": "nominal", "sort": {"field": "place", "op": "min"}}
    fill = {"condition": {"test": "datum.active", "value": colour("primaryColor")}, "value": colour("grayColor")}
    weight = {"condition": {"test": "datum.active", "value": "bold"}, "value": "normal"}
    text = {"type": "text", "aria": False, "color": colour("textColor"), "fontSize": 12}
    full, own = ({"field": field, "type": "quantitative", "axis": None} for field in ("most", "pictures"))
    return {
        "height": {"step": BAR_HEIGHT},
        "padding": 0,
        "config": {"view": {"stroke": None}},
        "encoding": {"y": {**tag, "axis": None, "scale": {"paddingInner": 0.15, "paddingOuter": 0}}},
        "layer": [
            {
                "mark": {"type": "bar", "aria": False, "cornerRadiusEnd": 2, "opacity": 0.38},
                "encoding": {"x": own, "color": fill},
            },
            {
                "mark": {**text, "align": "left", "dx": 5, "limit": 168},
                "encoding": {"x": {"value": 0}, "text": {"field": "tag"}, "fontWeight": weight},
            },
            {
                "mark": {**text, "align": "right", "dx": -4},
                "encoding": {"x": full, "text": {"field": "pictures", "format": ","}},
            },
            {
                "params": [
                    {"name": "bar", "select": {"type": "point", "fields": ["tag"], "toggle": "true", "clear": False}}
                ],
                "mark": {"type": "bar", "opacity": 0, "cursor": "pointer"},
                "encoding": {"x": full, "tooltip": [tag, {"field": "pictures", "type": "quantitative", "format": ","}]},
            },
        ],
    }


def draw_sizes(sizes: Sequence[tuple[int, int, int]]) -> None:
    """Widths and heights; an area that is brushed is what the filter lets through."""
    if not sizes:
        return
    step = _step(max(max(width, height) for width, height, _ in sizes) - min(min(one[:2]) for one in sizes))
    cells: Counter[tuple[int, int]] = Counter()
    for width, height, pictures in sizes:
        cells[width // step * step, height // step * step] += pictures
    rows = pd.DataFrame(
        [(x + step / 2, y + step / 2, count) for (x, y), count in cells.items()],
        columns=["width", "height", "pictures"],
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
    rows = pd.DataFrame(
        [(tags - 0.5, tags + 0.5, tags, count) for tags, count in numbers], columns=["from", "to", "tags", "pictures"]
    )
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
    rows: pd.DataFrame,
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

    st.vega_lite_chart(rows, spec, key=key, on_select=brushed, width="stretch", alt=alt)


def _whole(span: Sequence[float]) -> tuple[int, int]:
    low, high = math.ceil(min(span)), math.floor(max(span))
    return (max(0, low), max(0, high)) if low <= high else (max(0, round(span[0])),) * 2


def _step(spread: int) -> int:
    """A power of two, at least 16 px."""
    return max(16, 1 << math.ceil(math.log2(max(1, spread / CELLS))))


def _key(name: str) -> str:
    return f"{name}-{st.session_state.setdefault(name, 0)}"


def colour(name: str) -> str:
    """A colour of the theme that the person sees, `primaryColor` for one."""
    kind = st.context.theme.type or "light"
    return str(st.get_option(f"theme.{kind}.{name}"))
