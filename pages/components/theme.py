"""The colours of the theme, for what has none of its own accord."""

import streamlit as st


def colour(name: str) -> str:
    """A colour of the theme that the person sees, `primaryColor` for one."""
    kind = st.context.theme.type or "light"
    return str(st.get_option(f"theme.{kind}.{name}"))
