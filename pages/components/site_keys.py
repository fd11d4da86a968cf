"""Keys of sites: asked for where one is missing, never shown, and forgotten by a button."""

from __future__ import annotations

import streamlit as st

from dscore.errors import WrongUseError
from dscore.fetch import secrets
from dscore.pipeline import booru
from dscore.sources.booru.site import FIELDS
from dscore.sources.booru.sites import known
from pages.components import state
from pages.components.trouble import spoken
from pages.components.words import plain


def of_booru(base: str, host: str) -> None:
    """That they are kept, or the form that asks for them."""
    if set(FIELDS) <= set(secrets.find(state.library(), host)):
        kept(host, "A user id and an API key are kept for")
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
            grid = st.grid(2, min_column_width=300)
            with grid.cell():
                user_id = st.text_input(
                    "User id (a number), or the site's whole string", key="booru_user", type="password"
                )
            with grid.cell():
                api_key = st.text_input("API key", key="booru_key", type="password")
            if st.form_submit_button("Test and keep", key="booru_keep", icon=":material/key:"):
                _try(base, host, user_id, api_key)


@spoken()
def _try(base: str, host: str, user_id: str, api_key: str) -> None:
    """Beside the form stays what went wrong; where nothing did, the form goes."""
    with st.spinner(f"Asking {plain(host)}…"):
        booru.try_keys(state.library(), base, booru.split_keys(user_id, api_key))
    st.rerun()


def kept(host: str, sentence: str) -> None:
    """`One is kept for …`, with the button that forgets it; where the environment names them, there is nothing to forget."""
    if names := secrets.variables(host):
        st.caption(f"For {plain(host)}, {plain(' and '.join(names))} of the environment are used.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{sentence} {plain(host)}.", width="content")
        _forget_button(host, key=f"forget_here_{host}")


def draw_kept() -> None:
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
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(plain(site), width="content")
            _forget_button(site, key=f"forget_{site}")


def _forget_button(site: str, *, key: str) -> None:
    st.button("Forget", key=key, icon=":material/delete:", type="tertiary", on_click=_forget, args=(site,))


@spoken()
def _forget(site: str) -> None:
    secrets.save(state.library(), site, {})
