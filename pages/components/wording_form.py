"""How a model on this machine puts its sentence into words: a preset, and all that stands behind it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import streamlit as st

from dscore.captioners.base import Wording
from dscore.captioners.presets import BY_NAME, PRESETS
from dscore.errors import DscoreError
from pages.components import trouble


def draw() -> Wording | None:
    """Draw the preset, the prompt, and the rest behind "More"; None where they make no sense together."""
    for field in fields(Wording):
        st.session_state.setdefault(f"wording-{field.name}", getattr(PRESETS[0].wording, field.name))
    st.segmented_control(
        "How it puts things into words",
        [preset.name for preset in PRESETS],
        format_func=lambda name: BY_NAME[name].title,
        default=PRESETS[0].name,
        required=True,
        key="wording-preset",
        on_change=_take_preset,
        persist_state="session",
    )
    preset = BY_NAME.get(str(st.session_state.get("wording-preset")), PRESETS[0])
    note = st.empty()
    prompt = st.text_input(
        "The sentence begins with",
        key="wording-prompt",
        placeholder="a picture of",
        help="It leads the model, and is cut from the caption.",
        persist_state="session",
    )
    try:
        wording = Wording(prompt=prompt, **_more())
    except DscoreError as error:
        trouble.show(error)
        return None
    changed = "" if wording == preset.wording else " Changed below."
    note.caption(preset.purpose + changed)
    return wording


def _take_preset() -> None:
    preset = BY_NAME[st.session_state["wording-preset"]]
    for field in fields(Wording):
        st.session_state[f"wording-{field.name}"] = getattr(preset.wording, field.name)


def _more() -> dict[str, Any]:
    """All of the wording but the prompt."""
    with st.expander("More"):
        sample = st.toggle(
            "Draw words by chance",
            key="wording-sample",
            help="Instead of searching for the likeliest sentence.",
            persist_state="session",
        )
        one, two = st.columns(2)
        with one:
            searched = {
                "beams": _number(
                    "Beams", "beams", 1, 16, "How many sentences are followed at once. More take longer.", off=sample
                ),
                "min_length": _number("Tokens at least", "min_length", 0, 400),
                "repetition_penalty": _number(
                    "Repetition penalty",
                    "repetition_penalty",
                    1.0,
                    5.0,
                    "Above 1, words that were said become less likely: against sentences that loop.",
                ),
            }
        with two:
            drawn = {
                "top_p": _number(
                    "Likeliest words",
                    "top_p",
                    0.01,
                    1.0,
                    "Words are drawn from those that have this share of the probability together.",
                    off=not sample,
                ),
                "max_length": _number(
                    "Tokens at most", "max_length", 2, 400, "A token is a word or a part of one; the beginning counts."
                ),
                "seed": _number(
                    "Seed", "seed", 0, (1 << 32) - 1, "The same one gives a picture the same sentence.", off=not sample
                ),
            }
    return {"sample": sample, **searched, **drawn}


def _number(label: str, name: str, least: float, most: float, help_: str = "", *, off: bool = False) -> float:
    """A number of the wording; whole where its limits are."""
    step = 1 if isinstance(least, int) else 0.05
    return st.number_input(
        label,
        least,
        most,
        step=step,
        key=f"wording-{name}",
        help=help_ or None,
        disabled=off,
        persist_state="session",
    )
