"""Charts that tell which bar was clicked, or which area was brushed; what that means is for the page to say."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.components import bars
from pages.components.charts import frame
from pages.components.theme import colour

Span = tuple[int, int]
Bin = tuple[int, int, int]
"""From, to (both included), how many."""

MOST_POINTS, CELLS = 1000, 48
ASPECTS = {"1:2": 0.5, "2:3": 2 / 3, "1:1": 1.0, "3:2": 1.5, "2:1": 2.0}


def draw_bars(name: str, rows: Sequence[tuple[str, int]], label: str) -> str | None:
    """Bars under their names, as Explore draws tags; the name of the one that was clicked just now."""
    just_now = f"{name}-clicked"

    def clicked(clicks: bars.Clicks) -> None:
        st.session_state[just_now] = clicks.last

    bars.draw(name, rows, label, clicked)
    chosen: str | None = st.session_state.pop(just_now, None)
    return chosen


def histogram(
    name: str, bins: Sequence[Bin], title: str, alt: str, *, lines: Sequence[int] = (), band: Span | None = None
) -> Span | None:
    """Upright bars with lines at some numbers and a band behind; the ends of the bar that was clicked just now.

    All are drawn as wide as the first; the last one's words say where it stands for more.
    """
    step = bins[0][1] - bins[0][0] + 1
    drawn = [(low, min(high, low + step - 1), count) for low, high, count in bins]
    table = pd.DataFrame(
        [(one[0] - 0.5, one[1] + 0.5, low, high, count) for one, (low, high, count) in zip(drawn, bins, strict=True)],
        columns=["from", "to", "low", "high", "pictures"],
    )
    lasting = [_and_more(drawn[-1])] if drawn[-1] != bins[-1] else []
    marks = [*(_line(at) for at in lines if _within(at, drawn)), *lasting]
    spec: dict[str, Any] = {
        "height": 190,
        **frame(),
        "layer": [*_band(band, drawn), _columns(title), *marks, _targets()],
    }
    event: Any = st.vega_lite_chart(table, spec, key=name, on_select="rerun", width="stretch", alt=alt)
    points = event.selection.get("bar", [])
    return (int(points[-1]["low"]), int(points[-1]["high"])) if points else None


def scatter(name: str, sizes: Sequence[tuple[int, int, int]], alt: str) -> dict[str, Span]:
    """Widths and heights with lines of equal aspect; the spans of what was brushed. Many sizes are drawn as squares of a grid."""
    most = math.ceil(1.06 * max(max(width, height) for width, height, _ in sizes))  # room to drag around the largest
    table = pd.DataFrame(_gathered(sizes, most), columns=["width", "height", "pictures"])
    axis = {"type": "quantitative", "scale": {"zero": True, "domainMax": most}, "axis": {"tickCount": 6}}
    guides = pd.DataFrame(_guides(most), columns=["aspect", "width", "height"])
    spec = {
        "height": 420,
        **frame(),
        "encoding": {"x": {"field": "width", **axis}, "y": {"field": "height", **axis}},
        "layer": [
            {
                "data": {"values": guides.to_dict("records")},
                "mark": {
                    "type": "line",
                    "color": colour("grayColor"),
                    "opacity": 0.45,
                    "strokeDash": [3, 3],
                    "clip": True,
                },
                "encoding": {"detail": {"field": "aspect"}},
            },
            {
                "data": {"values": guides.groupby("aspect").tail(1).to_dict("records")},
                "mark": {"type": "text", "color": colour("grayColor"), "align": "right", "dx": -4, "dy": 10},
                "encoding": {"text": {"field": "aspect"}},
            },
            {
                "params": [{"name": "brush", "select": {"type": "interval"}}],
                "mark": {"type": "circle", "opacity": 0.6, "color": colour("primaryColor")},
                "encoding": {
                    "size": {
                        "field": "pictures",
                        "type": "quantitative",
                        "legend": None,
                        "scale": {"range": [24, 300] if len(sizes) <= MOST_POINTS else [4, 70]},
                    },
                    "tooltip": [{"field": "width"}, {"field": "height"}, {"field": "pictures"}],
                },
            },
        ],
    }
    event: Any = st.vega_lite_chart(table, spec, key=name, on_select="rerun", width="stretch", alt=alt)
    return {field: _whole(span) for field, span in event.selection.get("brush", {}).items()}


def _gathered(sizes: Sequence[tuple[int, int, int]], most: int) -> Sequence[tuple[float, float, int]]:
    """The sizes themselves, or the middles of a grid's squares where a browser would have too many points to draw."""
    if len(sizes) <= MOST_POINTS:
        return sizes
    step = max(1, most // CELLS)
    cells: Counter[tuple[int, int]] = Counter()
    for width, height, pictures in sizes:
        cells[width // step, height // step] += pictures
    return [((x + 0.5) * step, (y + 0.5) * step, count) for (x, y), count in cells.items()]


def _guides(most: int) -> list[tuple[str, float, float]]:
    ends = [(label, min(most, most * ratio), min(most, most / ratio)) for label, ratio in ASPECTS.items()]
    return [point for label, width, height in ends for point in ((label, 0.0, 0.0), (label, width, height))]


def _columns(title: str) -> dict[str, Any]:
    return {
        "mark": {"type": "bar", "color": colour("primaryColor"), "opacity": 0.85, "aria": False},
        "encoding": {
            "x": {
                "field": "from",
                "type": "quantitative",
                "title": title,
                "scale": {"zero": False, "nice": False},
                "axis": {"tickMinStep": 1, "grid": False},
            },
            "x2": {"field": "to"},
            "y": {"field": "pictures", "type": "quantitative", "title": None, "axis": {"tickCount": 4}},
            "y2": {"datum": 0},
        },
    }


def _targets() -> dict[str, Any]:
    """Invisible columns of full height over the others, so that a low one is as easy to hit."""
    return {
        "params": [{"name": "bar", "select": {"type": "point", "fields": ["low", "high"]}}],
        "mark": {"type": "bar", "opacity": 0, "cursor": "pointer"},
        "encoding": {
            "x": {"field": "from", "type": "quantitative"},
            "x2": {"field": "to"},
            "y": {"value": 0},
            "y2": {"value": {"expr": "height"}},
            "tooltip": [
                {"field": "low", "title": "from"},
                {"field": "high", "title": "to"},
                {"field": "pictures", "format": ","},
            ],
        },
    }


def _band(band: Span | None, bins: Sequence[Bin]) -> list[dict[str, Any]]:
    if band is None:
        return []
    low, high = max(band[0], bins[0][0]), min(band[1], bins[-1][1])
    if low >= high:
        return []
    mark = {"type": "rect", "color": colour("greenColor"), "opacity": 0.12, "aria": False}
    return [{"mark": mark, "data": {"values": [{}]}, "encoding": {"x": {"datum": low}, "x2": {"datum": high}}}]


def _line(at: int) -> dict[str, Any]:
    return {
        "data": {"values": [{}]},
        "encoding": {"x": {"datum": at + 0.5, "type": "quantitative"}},
        "layer": [
            {"mark": {"type": "rule", "color": colour("redColor"), "strokeDash": [4, 3], "aria": False}},
            {
                "mark": {"type": "text", "align": "left", "dx": 4, "color": colour("redColor"), "aria": False},
                "encoding": {"y": {"value": 8}, "text": {"value": str(at)}},
            },
        ],
    }


def _and_more(last: Bin) -> dict[str, Any]:
    """What is said over the last bar, on the left of its right end."""
    return {
        "data": {"values": [{}]},
        "mark": {"type": "text", "align": "right", "color": colour("grayColor"), "aria": False},
        "encoding": {
            "x": {"datum": last[1] + 0.5, "type": "quantitative"},
            "y": {"value": 24},
            "text": {"value": f"{last[0]:,} and more"},
        },
    }


def _within(at: int, bins: Sequence[Bin]) -> bool:
    return bins[0][0] <= at <= bins[-1][1]


def _whole(span: Sequence[float]) -> Span:
    return max(0, math.ceil(min(span))), max(0, math.floor(max(span)))
