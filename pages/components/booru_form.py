"""A search on Gelbooru or a booru like it: the keys, the tags, the filters, a look, and the button."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dscore import worker
from dscore.catalog import booru as remembered
from dscore.catalog import datasets
from dscore.catalog.connection import open_catalog
from dscore.errors import WrongUseError
from dscore.fetch import secrets
from dscore.pipeline import booru
from dscore.pipeline.booru import Preview
from dscore.pipeline.jobs import KINDS, submit
from dscore.sources.booru.posts import RATINGS
from dscore.sources.booru.search import KEPT, MOST, Filters, Search, read_place
from dscore.sources.booru.site import FIELDS
from dscore.sources.booru.sites import known
from pages.components import intake, state
from pages.components.trouble import spoken
from pages.components.words import counted, duration, plain

LOOK = "booru_look"
SECONDS_EACH = 1.5
"""What a picture takes, roughly: two come at once, some 2 MB each."""

NOTES = (
    "The pictures belong to the people who made them: look at each before you train with it, and mind the artists' wishes, the "
    "law where you live, and the site's terms. dscore asks slowly on purpose."
)
HELP = (
    "Tags with blanks between them, written as on the site: saber_(fate) solo. A minus leaves out: -comic. "
    "Also rating:general, score:>=10, width:>=1024, and any* beginning. Or paste the address of a search."
)


def offer() -> None:
    """The form; under it, what the last look has found."""
    st.caption(NOTES)
    site = st.text_input(
        "Site", key="booru_site", placeholder="gelbooru.com", persist_state="session",
        help="Also other boorus of its kind, by their address: safebooru.org.",
    )  # fmt: skip
    _, base = read_place("", site)
    host = base.partition("://")[2]
    _keys(base, host)
    with st.form("booru_form", border=False):
        tags = st.text_input("Tags", key="booru_tags", placeholder="saber_(fate) solo -comic", help=HELP)
        limit = st.number_input(
            "Pictures at most", 1, MOST, 100, key="booru_limit", help="Begin with 50 to 100, and look at them."
        )
        filters = _filters()
        looked = st.form_submit_button("Look", key="booru_look_now", icon=":material/search:")
    if looked:
        st.session_state.pop(LOOK, None)
        tags, base = read_place(tags, site)
        with st.spinner(f"Asking {plain(host)}…"):
            st.session_state[LOOK] = booru.look(
                state.library(), Search(tags=tags, site=base, limit=int(limit), filters=filters, categories=KEPT)
            )
    seen: Preview | None = st.session_state.get(LOOK)
    if seen is not None:
        _show(seen)
        _destination(seen)


def _keys(base: str, host: str) -> None:
    """Asked for where they are missing; never shown again."""
    has = set(FIELDS) <= set(secrets.find(state.library(), host))
    if has:
        st.caption(f"A user id and an API key are kept for {plain(host)}. Settings can forget them.")
        return
    keys_at = known(host).keys_at
    with st.expander("User id and API key", icon=":material/key:", expanded=bool(keys_at)):
        where = f" They are at {keys_at}." if keys_at else ""
        wants = "wants" if keys_at else "may want"
        st.caption(
            f"{plain(host)} {wants} both.{where} They are tested with one question, and kept in the library's keys.json, which "
            "only you can read."
        )
        with st.form("booru_keys", border=False, clear_on_submit=True):
            user_id = st.text_input("User id (a number), or the site's whole string", key="booru_user", type="password")
            api_key = st.text_input("API key", key="booru_key", type="password")
            if st.form_submit_button("Test and keep", key="booru_keep", icon=":material/key:"):
                with st.spinner(f"Asking {plain(host)}…"):
                    booru.try_keys(state.library(), base, booru.split_keys(user_id, api_key))
                st.rerun()


def _filters() -> Filters:
    with st.expander("Filters", icon=":material/filter_alt:"):
        ratings = st.pills("Ratings", RATINGS, selection_mode="multi", key="booru_ratings", help="None chosen: all.")
        grid = st.grid(2, min_column_width=260)
        with grid.cell():
            score = st.number_input("Score at least", value=None, step=1, key="booru_score", placeholder="any")
            side = st.number_input("Shorter side at least, in pixels", 0, 100_000, 0, key="booru_side")
        with grid.cell():
            wide = st.slider("Width : height, from and to", 0.2, 5.0, (0.2, 5.0), key="booru_aspect")
            excluded = st.text_input("Tags to leave out", key="booru_excluded", placeholder="comic text_focus")
        animated = st.checkbox("Animated GIFs, too, by their first frame", key="booru_animated")
    return Filters(
        ratings=tuple(ratings or ()),
        min_score=None if score is None else int(score),
        min_side=int(side),
        aspect=None if wide == (0.2, 5.0) else wide,
        excluded=tuple(excluded.split()),
        animated=animated,
    )


def _show(seen: Preview) -> None:
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
    shown = seen.posts[:12]
    st.dataframe(
        {
            "Post": [str(post.id) for post, _ in shown],
            "Size": [f"{post.width} x {post.height}" for post, _ in shown],
            "Rating": [post.rating for post, _ in shown],
            "Score": [post.score for post, _ in shown],
            "Tags": [" ".join(post.tags) for post, _ in shown],
            "Left out because": [reason for _, reason in shown],
        },
        hide_index=True,
        column_config={"Tags": st.column_config.Column(width="large")},
    )
    st.caption(f"The first {len(shown)} posts of {plain(seen.search.label)}.")


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
    plan = booru.plan(library, replace(search), dataset=name, only_newer=only_newer)
    job = submit(library, "booru", dataset_id=plan.dataset.id, params=plan.params, items=())
    worker.start(library, KINDS["booru"].lane)
    st.session_state.pop(LOOK, None)
    state.choose_dataset(plan.dataset.name)
    st.query_params["job"] = str(job)


def draw_kept_keys() -> None:
    """For Settings: which sites keys are kept for, each to be forgotten."""
    st.subheader("Keys of sites")
    try:
        sites = secrets.sites(state.library())
    except WrongUseError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    if not sites:
        st.caption("None are kept. The Import page asks for them where a site wants them.")
    for site in sites:
        with st.container(horizontal=True):
            st.markdown(plain(site))
            st.button("Forget", key=f"forget_{site}", icon=":material/delete:", on_click=_forget, args=(site,))


@spoken()
def _forget(site: str) -> None:
    secrets.save(state.library(), site, {})
