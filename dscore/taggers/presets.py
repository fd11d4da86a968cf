"""Settings that people ask for by name, and the guide's advice on thresholds in plain words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from dscore.taggers.rules import ChoiceRules


@dataclass(frozen=True, slots=True)
class Preset:
    """Thresholds (None: the tagger's own) and rules under a name; `purpose` says in a sentence what it gives."""

    name: str
    title: str
    purpose: str
    general: float | None = None
    character: float | None = None
    rules: ChoiceRules = field(default_factory=ChoiceRules)


SD_SCRIPTS = ChoiceRules(order="model", underscores="keep")

PRESETS = (
    Preset("own", "As the tagger suggests", "The tagger's own thresholds; the surest tags first."),
    Preset(
        "comprehensive",
        "More tags",
        "From a score of 0.30: the guide's 0.30 to 0.35 for comprehensive captions. Read some: wrong tags come along.",
        general=0.30,
        character=0.30,
    ),
    Preset(
        "clean",
        "Fewer, surer tags",
        "From a score of 0.45: the guide's 0.40 to 0.50 for clean captions, and for complex art.",
        general=0.45,
        character=0.45,
    ),
    # tag_images_by_wd14_tagger.py without options: one threshold of 0.35, the order of the model's list, no rating.
    Preset(
        "sd-scripts",
        "Same as sd-scripts",
        "The captions of kohya's tagging script without options: from 0.35, in the order of the model's list, with long_hair.",
        general=0.35,
        character=0.35,
        rules=SD_SCRIPTS,
    ),
    Preset(
        "kohya-gui",
        "Same as kohya's window",
        "The same with blanks, as the window of kohya_ss asks the script for: long hair.",
        general=0.35,
        character=0.35,
        rules=replace(SD_SCRIPTS, underscores="space"),
    ),
)

BY_NAME = {preset.name: preset for preset in PRESETS}

# Where a model finds as much as it gets right (precision equals recall), by its card. It cannot be compared between models.
BALANCED = {
    "wd14-vit-v2": 0.3537,
    "wd14-convnext-v2": 0.3685,
    "wd14-convnextv2-v2": 0.3710,
    "wd14-swinv2-v2": 0.3771,
    "wd14-moat-v2": 0.3771,
    "wd14-vit-v3": 0.2614,
    "wd14-swinv2-v3": 0.2653,
    "wd14-eva02-large-v3": 0.5296,
}


def advice(threshold: float) -> str:
    """What a general threshold gives, in the guide's words (0.30 to 0.35 comprehensive, 0.40 to 0.50 clean)."""
    if threshold < 0.25:
        return "Very low: a good part of these tags will be wrong."
    if threshold < 0.295:
        return "Generous: nearly all of what is there, and a part that is not."
    if threshold < 0.375:
        return "Comprehensive (0.30 to 0.35): most of what is there, and some that is not."
    if threshold <= 0.5:
        return "Clean (0.40 to 0.50): fewer tags, of which nearly all are right."
    return "Strict: only what the model is very sure of; much that is there will be missing."
