"""The drop zone: ZIPs, pictures and whole folders go to the disk in chunks, and an interrupted upload goes on."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dscore.sources.kinds import CAPTION_EXTENSIONS, PICTURE_EXTENSIONS, UNREADABLE_PICTURES, ZIP_EXTENSIONS
from pages.components.assets import joined

_UPLOAD = st.components.v2.component(
    "dscore_upload",
    js=joined("elements.js", "sending.js", "upload.js"),
    css=joined("upload.css"),
)
_WANTED = sorted({*PICTURE_EXTENSIONS, *CAPTION_EXTENSIONS, *UNREADABLE_PICTURES, *ZIP_EXTENSIONS})
"""Of a dropped folder only these are sent; pictures that cannot be read are, since the import says why."""


def drop_zone(*, key: str, on_session: Callable[[str], None], large: bool = False) -> None:
    """Draw it; `on_session` is called, once all is there, with the session that `dscore.web.inbox.places` knows."""

    def arrived() -> None:
        session = st.session_state[key].get("session")
        if session:
            on_session(session)

    _UPLOAD(key=key, data={"wanted": _WANTED, "large": large}, on_session_change=arrived)
