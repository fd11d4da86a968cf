"""Statistics of captions: how long they are, in tokens and in tags, and what the trainers' limits cut."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dscore.pipeline.statistics import Statistics, binned
from dscore.text import terms
from dscore.text.query import Compare
from dscore.text.tokens import LIMITS, SWEET_SPOT
from pages.components import clickable, facts
from pages.components.findings import Asked
from pages.components.places import EXPLORE, go, link
from pages.components.trouble import spoken
from pages.components.words import counted

TOKENIZER = "statistics-tokenizer"


def draw(asked: Asked, found: Statistics) -> None:
    """Tokens, limits, tags of a picture."""
    low, high = SWEET_SPOT
    grid = st.grid(2, min_column_width=320, gap="large")
    left, right = grid.cell(), grid.cell()
    with left:
        st.subheader("Tokens of a caption", anchor=False)
        st.caption(
            f"As CLIP counts them, trigger and commas included. {found.between(low, high):,} of {found.pictures:,} lie in "
            f"the sweet spot of {low} to {high} (green); red lines are kohya's limits."
        )
        if span := clickable.histogram(
            "statistics-tokens", binned(found.token_numbers), "tokens",
            "How many captions have how many tokens", lines=LIMITS, band=SWEET_SPOT,
        ):  # fmt: skip
            go(EXPLORE, q=terms.within(asked.query, {"tokens": span}))
    with right:
        st.subheader("Tags of a picture", anchor=False)
        st.caption(f"{found.average_tags:.1f} on average. {found.untagged:,} without any.")
        if span := clickable.histogram(
            "statistics-tag-numbers", binned(found.tag_numbers), "tags", "How many pictures have how many tags"
        ):
            go(EXPLORE, q=terms.within(asked.query, {"tags": span}))
    _draw_limits(asked, found)
    _draw_other(asked)


def _draw_limits(asked: Asked, found: Statistics) -> None:
    st.subheader("What a limit cuts", anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        limit = st.segmented_control(
            "max_token_length in kohya", LIMITS, key="statistics-limit", default=LIMITS[0], required=True
        )
        one = next(one for one in found.limits() if one.tokens == (limit or LIMITS[0]))
        if one.captions:
            more = Compare("tokens", ">", one.tokens)
            link(EXPLORE, f"{counted(one.captions, 'caption')} cut", query=terms.also(asked.query, more))
    if not one.captions:
        st.text(f"No caption has more than {one.tokens} tokens: nothing is cut.")
        return
    st.caption(
        f"{counted(one.lost, 'token')} lost in all. The longest captions, and what the trainer never sees of them:"
    )
    cuts = facts.longest(asked, one.tokens)
    st.dataframe(
        {
            "Picture": [name for name, _ in cuts],
            "Tokens": [cut.kept + cut.lost for _, cut in cuts],
            "Lost": [cut.lost for _, cut in cuts],
            "Lost text": [cut.lost_text for _, cut in cuts],
        },
        hide_index=True,
        column_config={"Lost text": st.column_config.TextColumn(width="large")},
    )


def _draw_other(asked: Asked) -> None:
    with st.expander("Count by another tokenizer (T5 for Flux, SD3)"):
        st.caption(
            "Name a tokenizer.json or spiece.model on this machine: the one that your trainer uses, from beside its model."
        )
        path = st.text_input(
            "Tokenizer file", key=TOKENIZER, persist_state="session", placeholder="/models/t5/tokenizer.json"
        )
        if not path.strip():
            return
        with spoken():
            pairs = facts.counted_by(asked, path.strip())
            if pairs:
                total = sum(count for _, count in pairs)
                mean = sum(number * count for number, count in pairs) / total
                st.text(f"{Path(path).name}: {mean:.1f} tokens on average, {pairs[-1][0]:,} at most.")
                clickable.histogram("statistics-other", binned(pairs), "tokens", "Tokens by the other tokenizer")
