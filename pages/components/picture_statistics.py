"""Statistics of pictures: their sizes, their files, and where all of it came from."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dscore.pipeline.statistics import Statistics, binned
from dscore.text import terms
from dscore.text.query import Named
from pages.components import clickable
from pages.components.findings import Asked
from pages.components.places import EXPLORE, go, link
from pages.components.words import counted

MOST = 15


def draw(asked: Asked, found: Statistics) -> None:
    """Widths and heights, file sizes, formats, sources."""
    grid = st.grid(2, min_column_width=320, gap="large")
    left, right = grid.cell(), grid.cell()
    with left:
        st.subheader("Width and height", anchor=False)
        st.caption("In pixels; dashed lines are aspects. Drag over some to see them.")
        spans = clickable.scatter("statistics-sizes", found.sizes, "How many pictures have which width and height")
        if spans:
            pictures = sum(
                count
                for width, height, count in found.sizes
                if all(low <= {"width": width, "height": height}[name] <= high for name, (low, high) in spans.items())
            )
            link(EXPLORE, f"See these {counted(pictures, 'picture')}", query=terms.within(asked.query, spans))
    with right:
        st.subheader("Files", anchor=False)
        formats = ", ".join(f"{name.upper()} {count:,}" for name, count in found.formats)
        st.caption(f"{formats}. Sizes in kB:")
        if span := clickable.histogram(
            "statistics-kb", binned(found.kilobytes), "kB", "How many files have which size"
        ):
            go(EXPLORE, q=terms.within(asked.query, {"kb": span}))
        _draw_sources(asked, "Where pictures came from", "statistics-origins", found.origins)
        tags = [(one.name, one.tags or one.prose) for one in found.sources]
        _draw_sources(asked, "Who gave the tags", "statistics-sources", tags)


def _draw_sources(asked: Asked, title: str, name: str, rows: Sequence[tuple[str, int]]) -> None:
    if not rows:
        return
    st.subheader(title, anchor=False)
    if clicked := clickable.draw_bars(name, rows[:MOST], title):
        go(EXPLORE, q=terms.also(asked.query, Named("from", clicked)))
