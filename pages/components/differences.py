"""Captions before and after, with the changed words marked; texts are drawn as texts, whatever they hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dscore.text.differences import shortened, word_changes
from pages.components.assets import joined

_TABLE = st.components.v2.component(
    "differences", js=joined("elements.js", "differences.js"), css=joined("differences.css")
)


@dataclass(frozen=True, slots=True)
class Pair:
    """One picture's text before and after; `sha256` "" draws no thumbnail."""

    name: str
    sha256: str
    before: str
    after: str


def draw(pairs: Iterable[Pair], *, key: str) -> None:
    """A row for each."""
    _TABLE(key=key, data={"rows": [_row(pair) for pair in pairs]})


def _row(pair: Pair) -> dict[str, Any]:
    stretches = shortened(word_changes(pair.before, pair.after))
    return {
        "name": pair.name,
        "sha256": pair.sha256,
        "before": [[one.before, one.changed] for one in stretches if one.before],
        "after": [[one.after, one.changed] for one in stretches if one.after],
    }
