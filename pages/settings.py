"""The library, what its owner may set, backups, the keys."""

import streamlit as st

from pages.components import library_settings, site_keys
from pages.components.places import SETTINGS

st.title(SETTINGS.title)
st.caption("Where everything lies, its limits and its backups.")
above = st.container()
library_settings.draw_backup()
with above:  # which counts the backup that was just made
    library_settings.draw_library()
library_settings.draw_limits()
site_keys.draw_kept()
library_settings.draw_keys()
