"""The taggers there are, as cards, of which one is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Any

import streamlit as st

from dscore.taggers.base import TaggerSpec, Thresholds
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
    """A tagger: its name, what it is good for, and what is known of it here."""

    name: str
    title: str
    goodFor: str  # noqa: N815 - as the script reads it
    facts: tuple[Fact, ...]
    pinned: str = ""


def choose(
    specs: Sequence[TaggerSpec], *, here: Mapping[str, bool], rates: Mapping[str, float], chosen: str, key: str
) -> str:
    """Draw the cards; returns the chosen tagger's name, or `OWN`. Those with the newer tags come first."""
    cards = {spec.name: _card(spec, here=here[spec.name], rate=rates.get(spec.name)) for spec in specs}
    own = Card(
        OWN, "A folder of your own", "A model.onnx with its list of tags, of any kind above.", (Fact("No download"),)
    )
    older = [name for name in cards if name.endswith("-v2")]
    first = [name for name in cards if name not in older]
    st.session_state.setdefault(f"{key}-chosen", chosen)

    def remember() -> None:
        st.session_state[f"{key}-chosen"] = st.session_state[key]["chosen"]

    now: str = st.session_state[f"{key}-chosen"]
    data: dict[str, Any] = {
        "first": [asdict(cards[name]) for name in first] + [asdict(own)],
        "older": [asdict(cards[name]) for name in older],
        "olderTitle": f"Older models, with fewer tags ({len(older)})",
        "chosen": now,
    }
    _CARDS(key=key, data=data, on_chosen_change=remember)
    return now if now in cards else OWN


def _card(spec: TaggerSpec, *, here: bool, rate: float | None) -> Card:
    size = f"{spec.size / 1e9:.1f} GB" if spec.size >= 1e9 else f"{spec.size / 1e6:,.0f} MB"
    facts = [Fact("On this machine", "here") if here else Fact(f"{size} to download")]
    if here:
        facts.append(Fact(size))
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
