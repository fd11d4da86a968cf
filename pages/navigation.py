"""The router: which pages there are, and what stands around each of them."""

import streamlit as st

from pages.components import gate, sidebar
from pages.components.assets import joined
from pages.components.places import PAGES, WORKING_ORDER
from pages.components.theme import colour
from pages.components.trouble import spoken

SIDEBAR_WIDTH = 232  # pixels: the rest is for pictures

st.set_page_config(
    page_title="dscore",
    page_icon=str(PAGES / "components" / "icon.svg"),
    layout="wide",
    initial_sidebar_state=SIDEBAR_WIDTH,
)
gate.keep_closed()
st.html(f"<style>:root {{ --accent-words: {colour('linkColor')}; }} {joined('page.css')}</style>")
page = st.navigation(
    [
        st.Page(
            place.file,
            title=place.title,
            icon=place.icon,
            help=place.purpose,
            url_path=place.url_path,
            default=place.file == "overview.py",
        )
        for place in WORKING_ORDER
    ],
    position="hidden",
)
with spoken():
    sidebar.draw()
    page.run()
