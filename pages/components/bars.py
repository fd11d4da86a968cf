"""Bars under their names, to click or to reach by key: how many pictures have each tag, for one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.components.assets import joined


@dataclass(frozen=True, slots=True)
class Clicks:
    """What was clicked since Python drew the bars for `query`: `names` an odd number of times, `last` just now."""

    query: str
    names: tuple[str, ...]
    last: str


_BARS = st.components.v2.component(
    "dscore_bars",
    html='<div class="bars"></div>',
    css=joined("bars.css"),
    js=joined("elements.js", "bar_list.js"),
)


def draw(
    key: str,
    rows: Sequence[tuple[str, int]],
    label: str,
    on_click: Callable[[Clicks], None],
    *,
    query: str = "",
    active: Collection[str] = (),
) -> None:
    """Draw a bar for each (name, pictures); those that are `active` in the accent colour, and pressed."""

    def clicked() -> None:
        told = st.session_state[key].get("clicked")
        if told is not None:
            on_click(Clicks(told["q"], tuple(told["names"]), told["last"]))

    data: dict[str, Any] = {
        "q": query,
        "label": label,
        "rows": [{"name": name, "pictures": number, "active": name in active} for name, number in rows],
    }
    _BARS(key=key, data=data, on_clicked_change=clicked)
