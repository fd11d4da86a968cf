"""Which pages there are, in working order."""

import streamlit as st

st.set_page_config(page_title="dscore", page_icon=":material/photo_library:", layout="wide")
st.navigation([st.Page("overview.py", title="Overview", icon=":material/photo_library:")]).run()
