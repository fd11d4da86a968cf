"""Statistics of tags: how often each is used, by category, and which stand beside one another."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dscore.catalog.tags import TagCount
from dscore.pipeline.statistics import Statistics
from dscore.text import terms
from dscore.text.query import Tag
from pages.components import clickable, facts
from pages.components.findings import MOST_TAGS, Asked
from pages.components.places import EXPLORE, go
from pages.components.words import counted

BARS = 25
ALL = "all"


def draw(asked: Asked, found: Statistics) -> None:
    """Most, least and once used; categories; company."""
    if not found.tags:
        st.text("There are no tags here yet.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        there = [one.category for one in found.categories()]
        category = st.selectbox("Category", [ALL, *there], key="statistics-category", format_func=_category, width=220)
    shown = [tag for tag in found.tags if category in {ALL, tag.category}]
    grid = st.grid(3, min_column_width=260, gap="large")
    most, least, kinds = (grid.cell() for _ in range(3))
    with most:
        st.subheader("Most used", anchor=False)
        st.caption(
            f"{min(BARS, len(shown)):,} of {counted(len(shown), 'tag')}; those in nearly every caption say little."
        )
        _bars(asked, "statistics-most", shown[:BARS])
    with least:
        rare = sorted(shown, key=lambda tag: (tag.items, tag.name))
        once = sum(tag.items == 1 for tag in rare)
        st.subheader("Least used", anchor=False)
        st.caption(f"{once:,} used once only: misspelt, or too rare to be learnt.")
        _bars(asked, "statistics-least", rare[:BARS])
    with kinds:
        _draw_categories(found)
        _draw_company(asked, shown)


def _category(name: str) -> str:
    return "Tags of all kinds" if name == ALL else f"{name.capitalize()} tags"


def _bars(asked: Asked, name: str, tags: Sequence[TagCount]) -> None:
    clicked = clickable.draw_bars(name, [(tag.name, tag.items) for tag in tags], "How many pictures have each tag")
    if clicked is not None:
        go(EXPLORE, q=terms.also(asked.query, Tag(clicked)))


def _draw_categories(found: Statistics) -> None:
    st.subheader("By category", anchor=False)
    st.dataframe(
        {
            "Category": [one.category.capitalize() for one in found.categories()],
            "Tags": [one.tags for one in found.categories()],
            "Uses": [one.uses for one in found.categories()],
        },
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(format="localized") for name in ("Tags", "Uses")},
    )


def _draw_company(asked: Asked, shown: Sequence[TagCount]) -> None:
    st.subheader("Beside a tag", anchor=False)
    names = [tag.name for tag in shown[:MOST_TAGS]]
    chosen = st.selectbox("Tag", names, key="statistics-beside", filter_mode="contains", label_visibility="collapsed")
    if not names:
        return
    pictures, others = facts.beside(asked, chosen)
    st.caption(f"{counted(pictures, 'picture')} with it, and what else those have:")
    clicked = clickable.draw_bars(
        "statistics-company", [(tag.name, tag.items) for tag in others[:15]], "How many pictures have both tags"
    )
    if clicked is not None:
        go(EXPLORE, q=terms.also(asked.query, Tag(chosen), Tag(clicked)))
