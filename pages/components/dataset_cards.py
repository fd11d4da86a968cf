"""The cards of datasets: four faces, a name, and how far each is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from pages.components.assets import joined

_CARDS = st.components.v2.component(
    "dscore_dataset_cards",
    js=joined("elements.js", "dataset_cards.js"),
    css=joined("dataset_cards.css"),
)


@dataclass(frozen=True, slots=True)
class Card:
    """What a card shows: `faces` are sha256 of pictures, `facts` lines of text."""

    name: str
    faces: tuple[str, ...]
    facts: tuple[str, ...]


def draw(cards: Sequence[Card], *, chosen: str, on_choose: Callable[[str], None]) -> None:
    """Draw them; a click calls `on_choose` with the name."""
    key = "dataset_cards"

    def clicked() -> None:
        name = st.session_state[key].get("choose")
        if name:
            on_choose(name)

    # A tuple: for a list Streamlit loads pandas, half a second after a start, to see whether that is a table.
    _CARDS(key=key, data={"cards": tuple(map(asdict, cards)), "chosen": chosen}, on_choose_change=clicked)
