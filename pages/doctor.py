"""What is well with this machine and this library, what is not, and the cure."""

import streamlit as st

from pages.components import health
from pages.components.places import DOCTOR

st.title(DOCTOR.title, anchor=False)
st.caption("What your graphics card, your disks and your library can do, what is in the way, and what to do about it.")
health.draw()
