"""The models there are, as cards, of which one is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Any

import streamlit as st

from dscore.taggers.base import TaggerSpec, Thresholds
from dscore.text.sizes import readable_size
from pages.components.assets import joined
from pages.components.words import pace

OWN = "own"
"""The card for a folder that the person names."""

_CARDS = st.components.v2.component(
    "model_cards", js=joined("elements.js", "model_cards.js"), css=joined("model_cards.css")
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A word at the foot of a card; "here" is a good one."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A model: its name, what it is good for, and what is known of it here."""

    name: str
    title: str
    goodFor: str  # noqa: N815 - as the script reads it
    facts: tuple[Fact, ...]
    pinned: str = ""


def choose(
    specs: Sequence[TaggerSpec], *, here: Mapping[str, bool], rates: Mapping[str, float], chosen: str, key: str
) -> str:
    """Draw the cards; returns the chosen tagger's name, or `OWN`, which is the second. Those with the newer tags come first."""
    cards = {spec.name: _card(spec, here=here[spec.name], rate=rates.get(spec.name)) for spec in specs}
    own = Card(
        OWN, "A folder of your own", "A model.onnx with its list of tags, of any kind here.", (Fact("No download"),)
    )
    older = [card for name, card in cards.items() if name.endswith("-v2")]
    first, *others = (card for name, card in cards.items() if not name.endswith("-v2"))
    title = f"Older models, with fewer tags ({len(older)})"
    return pick([first, own, *others], older, older_title=title, label="Tagger", chosen=chosen, key=key)


def pick(
    first: Sequence[Card], older: Sequence[Card] = (), *, older_title: str = "", label: str, chosen: str, key: str
) -> str:
    """Draw the cards, older ones folded away; returns the chosen one's name, which is `OWN` where it is none of these."""
    st.session_state.setdefault(f"{key}-chosen", chosen)

    def remember() -> None:
        st.session_state[f"{key}-chosen"] = st.session_state[key]["chosen"]

    now: str = st.session_state[f"{key}-chosen"]
    data: dict[str, Any] = {
        "first": [asdict(card) for card in first],
        "older": [asdict(card) for card in older],
        "olderTitle": older_title,
        "label": label,
        "chosen": now,
    }
    _CARDS(key=key, data=data, on_chosen_change=remember)
    return now if now in {card.name for card in (*first, *older)} else OWN


def size_facts(size: int, *, here: bool) -> list[Fact]:
    """Whether a model is on this machine, and how large it is."""
    text = readable_size(size)
    return [Fact("On this machine", "here"), Fact(text)] if here else [Fact(f"{text} to download")]


def _card(spec: TaggerSpec, *, here: bool, rate: float | None) -> Card:
    facts = size_facts(spec.size, here=here)
    if spec.tags:
        facts.append(Fact(f"{spec.tags:,} tags"))
    facts.append(Fact(f"takes tags from {_from(spec.thresholds)}"))
    if rate is not None:
        facts.append(Fact(f"{pace(rate)} here"))
    pinned = f"Version {spec.revision[:10]} · {spec.licence}"
    return Card(spec.name, spec.name.removeprefix("wd14-"), spec.good_for, tuple(facts), pinned)


def _from(thresholds: Thresholds) -> str:
    """`0.35`, or `0.30, characters 0.85`."""
    general, character = (f"{value:.4f}".rstrip("0").ljust(4, "0") for value in astuple(thresholds))
    return general if general == character else f"{general}, characters from {character}"
