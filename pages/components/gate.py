"""The gate: where a login is configured, nobody sees a page before it."""

import streamlit as st


def keep_closed() -> None:
    """Stops the page with a button to log in, unless the user has. Without a login configured, only this machine is served."""
    if getattr(st.user, "is_logged_in", True):
        return
    st.title("dscore")
    st.caption("Log in to see the pictures.")
    st.button("Log in", icon=":material/login:", type="primary", key="login", on_click=st.login)
    st.stop()
