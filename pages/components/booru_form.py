"""A search on Gelbooru or a booru like it: the site, its keys, the tags, the filters, and the look."""

from __future__ import annotations

import streamlit as st

from dscore.models import Category
from dscore.sources.booru.posts import RATINGS
from dscore.sources.booru.search import KEPT, MOST, Filters, Search, read_place
from pages.components import booru_found, site_keys
from pages.components.booru_found import LOOK, Seen
from pages.components.words import plain

NOTES = (
    "The pictures belong to the people who made them. Look at each before you train with it; mind the artists' wishes, the law "
    "where you live, and the site's terms of use. dscore asks slowly on purpose, and takes no more than you ask for."
)
FEW = 50
HELP = "Tags with blanks between them, as the site writes them; or the address of a search, pasted from the site."
WORDS = """
| You write | What it finds |
|---|---|
| `saber_(fate) solo` | pictures that have both tags; a blank parts two tags, within one it is `_` |
| `solo -comic` | with the first, without the second |
| `{cat ~ dog}` | either of the two |
| `blue_*` | any tag that begins so |
| `rating:general` | also `sensitive`, `questionable`, `explicit` |
| `score:>=20` | what visitors of the site liked |
| `width:>=1024 height:>=1024` | large enough to train on |
| `id:>9000000` | only what came after that post |
| `sort:score` | the best first; such a search ends at 20,000 posts |

The more exactly you say it, the less there is to throw away: a character, `solo`, a score, a size. Words that prompts use for
quality (`masterpiece`) are hardly tags there; `score:>=20`, `highres` and `-bad_anatomy` do what they promise. Begin with 50 to
100 pictures, look through them in Explore, and then ask for more: what is here already is not loaded again.
"""


def offer() -> None:
    """The form; under it, what the last look has found."""
    st.caption(NOTES)
    site = st.text_input(
        "Site", key="booru_site", placeholder="gelbooru.com", persist_state="session",
        help="Also other boorus of its kind, by their address: safebooru.org.",
    )  # fmt: skip
    _, base = read_place("", site)
    host = base.partition("://")[2]
    site_keys.of_booru(base, host)
    with st.form("booru_form", border=False):
        wide, narrow = st.columns([3, 1])
        with wide:
            tags = st.text_input("Tags", key="booru_tags", placeholder="saber_(fate) solo -comic", help=HELP)
        with narrow:
            limit = st.number_input("Pictures at most", 1, MOST, FEW, key="booru_limit", help="Begin with 50 to 100.")
        with st.expander("How to search", icon=":material/help:"):
            st.markdown(WORDS)
        filters, kinds = _filters()
        looked = st.form_submit_button("Look", key="booru_look_now", icon=":material/search:")
    if looked:
        st.session_state.pop(LOOK, None)
        tags, base = read_place(tags, site)
        with st.spinner(f"Asking {plain(host)}…"):
            search = Search(tags=tags, site=base, limit=int(limit), filters=filters, categories=kinds)
            st.session_state[LOOK] = booru_found.look(search)
    seen: Seen | None = st.session_state.get(LOOK)
    if seen is not None:
        booru_found.draw(seen)


def _filters() -> tuple[Filters, tuple[Category, ...]]:
    """What a post must be like, and which kinds of its tags become the caption."""
    with st.expander("Filters, and kinds of tags", icon=":material/filter_alt:"):
        ratings = st.pills("Ratings", RATINGS, selection_mode="multi", key="booru_ratings", help="None chosen: all.")
        grid = st.grid(2, min_column_width=260)
        with grid.cell():
            score = st.number_input("Score at least", value=None, step=1, key="booru_score", placeholder="any")
            side = st.number_input("Shorter side at least, in pixels", 0, 100_000, 0, key="booru_side")
        with grid.cell():
            wide = st.slider("Width : height, from and to", 0.2, 5.0, (0.2, 5.0), key="booru_aspect")
            excluded = st.text_input("Tags to leave out", key="booru_excluded", placeholder="comic text_focus")
        animated = st.checkbox("Animated GIFs, too, by their first frame", key="booru_animated")
        kinds = st.pills(
            "Tags that become the caption",
            [*KEPT, Category.META],
            default=KEPT,
            format_func=lambda kind: kind.value,
            selection_mode="multi",
            key="booru_kinds",
            help="Tags of the kind meta speak of the file (highres), and teach a model nothing.",
        )
    filters = Filters(
        ratings=tuple(ratings or ()),
        min_score=None if score is None else int(score),
        min_side=int(side),
        aspect=None if wide == (0.2, 5.0) else wide,
        excluded=tuple(excluded.split()),
        animated=animated,
    )
    return filters, tuple(kinds)
