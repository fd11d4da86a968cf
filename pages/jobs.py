"""What is running, waiting and done."""

import streamlit as st

from pages.components import job_board
from pages.components.places import JOBS

st.title(JOBS.title)
st.caption(
    "Work goes on when you leave the page, close the browser or stop the server; after a crash it goes on where it stopped."
)
job_board.draw()
