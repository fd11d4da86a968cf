"""The address of a dataset on Hugging Face, a token where it wants one, and the look at it."""

from __future__ import annotations

import streamlit as st

from dscore.fetch import secrets
from dscore.pipeline import hub
from dscore.pipeline.hub import Found
from dscore.sources.hub.address import parse
from pages.components import hub_choice, site_keys, state
from pages.components.words import plain

LOOK = "hub_look"
OFFICIAL_HOST = "huggingface.co"
NOTES = (
    "A dataset with its captions, at the very commit that you look at. Its page on Hugging Face says under which licence it "
    "stands, and whose pictures they are."
)


def offer() -> None:
    """The form; under it, what the last look has found."""
    st.caption(NOTES)
    host = _host(st.session_state.get("hub_endpoint", ""))
    if secrets.find(state.library(), host):
        site_keys.kept(host, "A token is kept for")
    with st.form("hub_form", border=False):
        text = st.text_input(
            "Dataset on Hugging Face",
            key="hub_address",
            placeholder="owner/name, or the address of its page",
            help="Also owner/name@revision, hf://…, and the address of a folder or file in it.",
        )
        with st.expander("Token and mirror", icon=":material/key:"):
            token, endpoint = _private()
        looked = st.form_submit_button("Look", key="hub_look_now", icon=":material/search:")
    if looked:
        st.session_state.pop(LOOK, None)
        if text.strip():
            _look(text, token=token, endpoint=endpoint)
    found: Found | None = st.session_state.get(LOOK)
    if found is not None:
        hub_choice.draw(found)


def _host(endpoint: str) -> str:
    """Whose token would be used: the mirror's that was named, or the hub's own."""
    return endpoint.strip().rstrip("/").rpartition("://")[2] or OFFICIAL_HOST


def _private() -> tuple[str, str]:
    grid = st.grid(2, min_column_width=300)
    with grid.cell():
        token = st.text_input(
            "Token, for private and gated datasets",
            key="hub_token",
            type="password",
            help="It is kept in the library's keys.json, which only you can read, and is sent to this hub alone.",
        )
    with grid.cell():
        endpoint = st.text_input(
            "Mirror", key="hub_endpoint", placeholder="https://huggingface.co", help="Asked instead of huggingface.co."
        )
    return token, endpoint


def _look(text: str, *, token: str, endpoint: str) -> None:
    """A token that opened it is kept, since the job needs it."""
    with st.spinner(f"Looking at {plain(text.strip()[:100])}…"):
        found = hub.look(state.library(), text, endpoint=endpoint, token=token)
    if token.strip():
        hub.keep_token(state.library(), parse(text, endpoint=endpoint), token)
    st.session_state[LOOK] = found
