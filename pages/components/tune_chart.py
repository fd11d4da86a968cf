"""Tags with how many pictures have them before and after, as two bars each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dscore.pipeline.tuning_preview import Move
from dscore.text import terms
from pages.components import places
from pages.components.charts import frame
from pages.components.theme import colour
from pages.components.words import plain

BARS = 15
WHICH = {"changed": "Most changed", "used": "Most used", "new": "New", "gone": "Gone for good"}
CHART = "tune-chart"


def draw(moves: Sequence[Move]) -> None:
    """The most changed, the most used, or those that come or go altogether."""
    changed = [one for one in moves if one.before != one.after]
    if not changed:
        _draw_bars(_most_used(moves))
        return
    sorts = {
        "changed": changed,
        "new": [one for one in changed if not one.before],
        "gone": [one for one in changed if not one.after],
    }
    which = st.segmented_control(
        "Which tags",
        list(WHICH),
        format_func=lambda name: f"{WHICH[name]} · {len(sorts[name]):,}" if name in sorts else WHICH[name],
        default="changed",
        required=True,
        key="tune-which",
        label_visibility="collapsed",
        persist_state="session",
    )
    _draw_bars(sorts[which] if which in sorts else _most_used(moves))


def _most_used(moves: Sequence[Move]) -> list[Move]:
    return sorted(moves, key=lambda one: (-max(one.before, one.after), one.name))


def _draw_bars(shown: Sequence[Move]) -> None:
    if not shown:
        st.caption("None.")
        return
    rows = pd.DataFrame(
        [
            (one.name, side, number)
            for one in shown[:BARS]
            for side, number in (("before", one.before), ("after", one.after))
        ],
        columns=["tag", "when", "pictures"],
    )
    rows["place"] = [place // 2 for place in range(len(rows))]
    event: Any = st.vega_lite_chart(
        rows, _spec(), key=CHART, on_select="rerun", width="stretch",
        alt="How many pictures have each tag before and after",
    )  # fmt: skip
    picked = [str(point["tag"]) for point in event.selection.get("tag", [])]
    with st.container(horizontal=True, vertical_alignment="center"):
        there = {one.name for one in shown if one.before}
        if picked and picked[0] not in there:
            st.caption(plain(f"No picture has “{picked[0]}” yet."))
        elif picked:
            places.link(places.EXPLORE, f"See pictures that have “{picked[0]}” now", query=terms.toggled("", picked[0]))
        else:
            more = f"The first {BARS} of {len(shown):,}. " if len(shown) > BARS else ""
            st.caption(f"{more}Grey: before. Coloured: after. Click a bar for its pictures.")


def _spec() -> dict[str, Any]:
    tag = {"field": "tag", "type": "nominal", "sort": {"field": "place", "op": "min"}}
    when = {"field": "when", "type": "nominal", "sort": ["before", "after"]}
    scale = {"domain": ["before", "after"], "range": [colour("grayColor"), colour("primaryColor")]}
    pictures = {"field": "pictures", "type": "quantitative"}
    y = {
        "y": {**tag, "axis": {"title": None, "labelLimit": 220, "domain": False, "ticks": False}},
        "yOffset": {**when, "scale": {"paddingInner": 0}},
    }
    return {
        "height": {"step": 10},
        **frame(),
        "encoding": y,
        "layer": [
            {
                "params": [{"name": "tag", "select": {"type": "point", "fields": ["tag"], "on": "click"}}],
                "mark": {"type": "bar", "cornerRadiusEnd": 2, "cursor": "pointer"},
                "encoding": {
                    "x": {**pictures, "axis": {"title": "pictures", "tickMinStep": 1, "format": ",d", "grid": True}},
                    "color": {**when, "scale": scale, "legend": None},
                    "opacity": {"condition": {"test": "datum.when == 'before'", "value": 0.45}, "value": 1},
                    "tooltip": [tag, when, {**pictures, "format": ","}],
                },
            },
            {
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dx": 4,
                    "fontSize": 9,
                    "color": colour("textColor"),
                    "aria": False,
                },
                "encoding": {"x": pictures, "text": {**pictures, "format": ","}},
            },
        ],
    }
