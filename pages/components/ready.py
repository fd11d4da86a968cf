"""How ready a dataset is for its kind of LoRA: the score, its reasons, and what its tags cover."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dscore.catalog import images
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.quality.readiness import KINDS, Axis, Readiness
from pages.components.assets import joined
from pages.components.places import EXPLORE, go

FACES = 3
GOING = "check-go"
"""The search whose pictures were asked for by a click."""

_REASONS = st.components.v2.component(
    "dscore_reasons", js=joined("elements.js", "reasons.js"), css=joined("reasons.css")
)
_COVERAGE = st.components.v2.component(
    "dscore_coverage", js=joined("elements.js", "coverage.js"), css=joined("coverage.css")
)


def choose_kind(dataset: Dataset) -> str:
    """The kind of LoRA to be ready for: the dataset's own, unless another is looked at."""
    own = dataset.lora_type if dataset.lora_type in KINDS else KINDS[0]
    chosen = st.segmented_control(
        "The LoRA is of a", KINDS, key=f"check-kind-{dataset.id}", format_func=str.capitalize, default=own, required=True,
        persist_state="session",
    )  # fmt: skip
    return chosen or own


def draw(ready: Readiness) -> None:
    """The score and its reasons; a click on one leads to its pictures."""
    reasons = [
        {"title": one.title, "points": one.points, "most": one.most, "words": one.words, "query": one.query}
        for one in ready.reasons
    ]
    data = {
        "label": f"Ready for a {ready.kind}",
        "score": ready.score,
        "note": "All pictures of the dataset, whatever the filter.",
        "reasons": reasons,
    }
    with st.container(border=True, key="readiness"):
        _REASONS(key="reasons", data=data, on_see_change=_asked("reasons", "see"))
    _go()


def draw_coverage(db: Database, ready: Readiness) -> None:
    """A table of what is there; a click on a cell leads to its pictures."""
    st.caption("What the tags of all pictures show. Click a cell to see who fills it; dashed ones want more.")
    shown = {item for axis in ready.axes for cell in axis.cells for item in cell.items[:FACES]}
    pictures = {item: one.sha256 for item, one in images.details(db, shown).items()}
    axes = [_axis(axis, pictures) for axis in ready.axes]
    _COVERAGE(key="coverage", data={"axes": axes}, on_cell_change=_asked("coverage", "cell"))
    _go()


def _asked(key: str, trigger: str) -> Callable[[], None]:
    def clicked() -> None:
        st.session_state[GOING] = st.session_state[key].get(trigger)

    return clicked


def _go() -> None:
    if query := st.session_state.pop(GOING, None):
        go(EXPLORE, q=query)


def _axis(axis: Axis, pictures: dict[int, str]) -> dict[str, Any]:
    return {
        "title": axis.title,
        "advice": axis.advice,
        "cells": [
            {
                "name": cell.name,
                "pictures": len(cell.items),
                "wanted": cell.wanted,
                "missing": cell.missing,
                "query": cell.query,
                "faces": [pictures[item] for item in cell.items[:FACES] if item in pictures],
            }
            for cell in axis.cells
        ],
    }
