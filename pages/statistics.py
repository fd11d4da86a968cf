"""What a dataset is made of: captions, tags, pictures, buckets; each number leads to its pictures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.media.buckets import PRESETS
from dscore.pipeline.report import Heading, report
from dscore.pipeline.statistics import Statistics
from dscore.text import terms
from dscore.text.query import Is
from pages.components import (
    bucket_statistics,
    caption_statistics,
    facts,
    filter_bar,
    frame,
    picture_statistics,
    scope,
    tag_statistics,
)
from pages.components.findings import Asked
from pages.components.places import EXPLORE, link
from pages.components.words import counted

TABS: dict[str, Callable[[Asked, Statistics], None]] = {
    "Captions": caption_statistics.draw,
    "Tags": tag_statistics.draw,
    "Pictures": picture_statistics.draw,
    "Buckets": bucket_statistics.draw,
}

st.title("Statistics", anchor=False)
st.caption("What your pictures and captions are made of. Click a bar, and Explore shows those pictures.")


def _draw(db: Database, dataset: Dataset) -> None:
    asked = filter_bar.ask(db, dataset)
    found = facts.statistics(asked)
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        filter_bar.draw(db, asked, count=found.pictures)
        _draw_report(asked, dataset, found)
    if not found.pictures:
        scope.nothing_found(db, dataset, asked.query)
        return
    _draw_figures(asked, found)
    for tab, draw in zip(st.tabs(list(TABS), key="statistics-tab", on_change="rerun"), TABS.values(), strict=True):
        if tab.open:
            with tab:
                draw(asked, found)


def _draw_report(asked: Asked, dataset: Dataset, found: Statistics) -> None:
    def made() -> str:
        heading = Heading(dataset.name, asked.query, datetime.now().astimezone())
        return report(heading, found, {name: facts.buckets(asked, one, 1, 1) for name, one in PRESETS.items()})

    st.download_button(
        "Report", made, f"{dataset.name} statistics.html", "text/html",
        icon=":material/download:", help="All of it as one HTML file", on_click="ignore", key="statistics-report",
    )  # fmt: skip


def _draw_figures(asked: Asked, found: Statistics) -> None:
    with st.container(horizontal=True, gap="medium"):
        for label, value in (
            ("Pictures", f"{found.pictures:,}"),
            ("Untagged", f"{found.untagged:,}"),
            ("Different tags", f"{len(found.tags):,}"),
            ("Tags a picture", f"{found.average_tags:.1f}"),
            ("Tokens a caption", f"{found.average_tokens:.1f}"),
            ("Words a caption", f"{found.words:.1f}"),
            ("Characters a caption", f"{found.characters:.0f}"),
        ):
            st.metric(label, value, width="content")
    with st.container(horizontal=True):
        for number, word, words in (
            (found.untagged, "untagged", "without tags"),
            (found.uncaptioned, "uncaptioned", "without a caption"),
        ):
            if number:
                link(EXPLORE, f"{counted(number, 'picture')} {words}", query=terms.also(asked.query, Is(word)))


frame.draw("There are no pictures to count yet.", _draw)
