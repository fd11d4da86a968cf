"""Settings that people ask for by name."""

from __future__ import annotations

from dataclasses import dataclass

from dscore.captioners.base import Wording


@dataclass(frozen=True, slots=True)
class Preset:
    """A wording under a name; `purpose` says in a sentence what it gives."""

    name: str
    title: str
    purpose: str
    wording: Wording


PRESETS = (
    # Beam search, 10 to 75 tokens: what the guide's own tool gives to the script.
    Preset("guide", "As the guide", "The likeliest sentence: calm, and the same every time.", Wording()),
    # make_captions.py without options: words are drawn, after a prompt that it feeds and cuts, with a penalty of 1.1.
    Preset(
        "kohya",
        "Same as kohya's script",
        "Words are drawn, so sentences differ more, and err more. The same seed gives the same sentence.",
        Wording(
            beams=1,
            sample=True,
            top_p=0.9,
            seed=42,
            min_length=5,
            max_length=75,
            repetition_penalty=1.1,
            prompt="a picture of",
        ),
    ),
)

BY_NAME = {preset.name: preset for preset in PRESETS}
