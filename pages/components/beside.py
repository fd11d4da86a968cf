"""A wide and a narrow part of a page, side by side where both have room, else one below the other, each across the page.

Streamlit's own grid would leave half of a window empty where two of its three columns have room.
"""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def parts(*, narrow_first: bool = False) -> tuple[DeltaGenerator, DeltaGenerator]:
    """The wide part and the narrow one, once on a page; on the left, or above, is the wide one unless `narrow_first`."""
    with st.container(horizontal=True, gap="large"):
        narrow = st.container(key="narrow") if narrow_first else None
        wide = st.container(key="wide")
        return wide, narrow or st.container(key="narrow")
