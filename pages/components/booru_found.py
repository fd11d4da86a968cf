"""What a search on a booru has found: figures, thumbnails with what would stay out and why, where it goes, and the button."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dscore import worker
from dscore.catalog import booru as remembered
from dscore.catalog import datasets
from dscore.catalog.connection import open_catalog
from dscore.pipeline import booru
from dscore.pipeline.booru import Preview
from dscore.pipeline.jobs import KINDS, submit
from dscore.sources.booru.posts import Post
from dscore.sources.booru.search import Search
from pages.components import glimpses, intake, state
from pages.components.glimpses import Tile
from pages.components.trouble import spoken
from pages.components.words import counted, duration, plain

LOOK = "booru_look"
SHOWN = 12
SECONDS_EACH = 1.5
"""What a picture takes, roughly: two come at once, some 2 MB each."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A look, with the first posts as tiles."""

    preview: Preview
    tiles: tuple[Tile, ...]


def look(search: Search) -> Seen:
    """Ask the site, for posts and then for their thumbnails."""
    seen = booru.look(state.library(), search)
    pictures = booru.glimpses(state.library(), seen, most=SHOWN)
    return Seen(seen, tuple(_tile(post, reason, pictures.get(post.id)) for post, reason in seen.posts[:SHOWN]))


def _tile(post: Post, reason: str, picture: bytes | None) -> Tile:
    facts = [f"{post.width:,} x {post.height:,}" if post.width else "", post.rating, f"score {post.score:,}"]
    return Tile(
        glimpses.source(picture), f"Post {post.id}", " · ".join(filter(None, facts)), " ".join(post.tags), reason
    )


def draw(seen: Seen) -> None:
    """Draw it."""
    _figures(seen.preview)
    glimpses.draw(seen.tiles, key="booru_posts")
    count = len(seen.tiles)
    st.caption(
        f"The first {counted(count, 'post')} of {plain(seen.preview.search.label)}. The others come the same way."
    )
    _destination(seen.preview)


def _figures(seen: Preview) -> None:
    share = seen.fitting / len(seen.posts)
    most = min(seen.search.limit, int((seen.count or seen.search.limit) * share))
    facts = {
        "The search finds": "not said" if seen.count is None else f"{seen.count:,}",
        "Fit the filters": f"{seen.fitting:,} of {len(seen.posts):,}",
        "Will come, about": f"{most:,}",
        "That takes, about": duration(most * SECONDS_EACH),
    }
    for column, (label, value) in zip(st.columns(len(facts)), facts.items(), strict=True):
        column.metric(label, value)


def _destination(seen: Preview) -> None:
    name = intake.into(seen.search.suggested_name, key="booru")
    with st.container(horizontal=True):
        st.button(
            f"Import {counted(seen.search.limit, 'picture')} at most", key="booru_import", type="primary",
            icon=":material/add_photo_alternate:", disabled=not name, on_click=_begin, args=(seen.search, name, False),
        )  # fmt: skip
        if name and _was_imported(seen.search, name):
            st.button(
                "Only new posts since last time", key="booru_new", icon=":material/update:",
                on_click=_begin, args=(seen.search, name, True),
            )  # fmt: skip


def _was_imported(search: Search, name: str) -> bool:
    with open_catalog(state.library()) as db:
        into = datasets.find(db, name)
        return into is not None and remembered.newest(db, into.id, search.site, search.tags) is not None


@spoken()
def _begin(search: Search, name: str, only_newer: bool) -> None:
    library = state.library()
    plan = booru.plan(library, search, dataset=name, only_newer=only_newer)
    job = submit(library, "booru", dataset_id=plan.dataset.id, params=plan.params, items=())
    worker.start(library, KINDS["booru"].lane)
    st.session_state.pop(LOOK, None)
    state.choose_dataset(plan.dataset.name)
    st.query_params["job"] = str(job)
