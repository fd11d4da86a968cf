"""Small pictures of what a look has found. They come to the browser with the page, since it may load nothing from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from pages.components.assets import joined

KINDS = {b"\xff\xd8\xff": "jpeg", b"\x89PNG": "png", b"GIF8": "gif", b"RIFF": "webp"}
"""What the pictures that a browser shows begin with."""

_GLIMPSES = st.components.v2.component("glimpses", js=joined("elements.js", "glimpses.js"), css=joined("glimpses.css"))


@dataclass(frozen=True, slots=True)
class Tile:
    """A picture (`src` from `source`, or "") with a name, facts, words (tags, a caption), and why it would stay out, or ""."""

    src: str
    name: str
    facts: str
    words: str
    reason: str = ""


def source(content: bytes | None) -> str:
    """The picture as an address that holds it; "" where a browser would not show it."""
    kind = next((kind for head, kind in KINDS.items() if content and content.startswith(head)), "")
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}" if kind and content else ""


def draw(tiles: Sequence[Tile], *, key: str) -> None:
    """Draw them, in their order."""
    _GLIMPSES(key=key, data={"tiles": [asdict(tile) for tile in tiles]})
