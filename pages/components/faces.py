"""A row of small pictures, for what is said of them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dscore.catalog import images
from dscore.catalog.connection import Database
from pages.components.assets import joined

MOST = 10

_ROW = st.components.v2.component("dscore_faces", js=joined("elements.js", "faces.js"), css=joined("faces.css"))


def draw(db: Database, items: Sequence[int], *, key: str, most: int = MOST) -> None:
    """The first of these items, and how many more there are."""
    shown = list(items[:most])
    pictures, names = images.details(db, shown), images.named(db, shown)
    faces = [{"sha256": pictures[item].sha256, "name": names[item]} for item in shown if item in pictures]
    _ROW(key=key, data={"faces": faces, "more": len(items) - len(shown)})
