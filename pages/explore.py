"""Look at a dataset: what is in it, as charts and pictures; filter, choose, edit."""

from __future__ import annotations

import streamlit as st

from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.pipeline import hints
from dscore.text import terms
from pages.components import charts, filter_bar, findings, frame, gallery, saved_filters, scope, state, undoing

st.title("Explore", anchor=False)
st.caption("Click a bar to see its pictures; choose some, and edit their tags. Press ? in the gallery for the keys.")


def _draw(db: Database, dataset: Dataset) -> None:
    asked = filter_bar.ask(db, dataset)
    query = asked.query
    rest = [
        findings.ask(db, state.library(), dataset.id, terms.without(query, *fields))
        for fields in (("width", "height"), ("tags",))
    ]
    found = findings.found(db, asked)
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        filter_bar.draw(db, asked, count=found.count)
        saved_filters.draw(db, query)
        undoing.draw_buttons(dataset)
    if query and not found.count:
        for hint in hints.why_nothing(db, dataset, query):
            st.text(hint)
    elif not found.count:
        scope.nothing_found(db, dataset, query)
    with st.container(horizontal=True, gap="small", wrap=False):
        left, right = st.container(width=216), st.container(width="stretch")
    with right:
        gallery.draw(db, asked, found, dataset=dataset)
    with left:
        charts.draw_tags(findings.tags(db, asked), query)
    small = st.columns(2)
    with small[0]:
        st.caption("Width and height: drag over some to filter")
        charts.draw_sizes(findings.sizes(db, rest[0]))
    with small[1]:
        st.caption("Tags of a picture: drag over some to filter")
        charts.draw_tag_numbers(findings.tag_numbers(db, rest[1]))


frame.draw("There are no pictures to look at yet.", _draw)
