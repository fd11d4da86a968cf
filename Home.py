"""The server: `streamlit run Home.py` finds `app` here, and serves the pages."""

import streamlit as st

app = st.App("pages/navigation.py")
