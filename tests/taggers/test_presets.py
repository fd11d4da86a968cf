"""What the presets promise: above all, the very captions of sd-scripts."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from dscore.models import Category
from dscore.taggers.base import Label
from dscore.taggers.choose import choose_all
from dscore.taggers.presets import BALANCED, BY_NAME, PRESETS, advice
from dscore.taggers.registry import find_tagger
from dscore.taggers.rules import ChoiceRules
from dscore.taggers.scores import FLOOR, pack
from dscore.taggers.sheet import read_sheet
from dscore.text.tags import KAOMOJI
from tests.taggers.drawn import LABELS, drawn
from tests.taggers.sd_scripts import MENDED_FACES, sd_scripts_caption

NUMBERS = {Category.RATING: 9, Category.GENERAL: 0, Category.CHARACTER: 4}


def dscore_captions(labels: tuple[Label, ...], rows: Any, preset: str, **rules: Any) -> list[str]:
    known = BY_NAME[preset]
    assert known.general is not None
    assert known.character is not None
    thresholds = {"general": known.general, "character": known.character}
    chosen = choose_all(labels, read_sheet([pack(row) for row in rows]), replace(known.rules, **thresholds | rules))
    return [", ".join(tag.name for tag in tags) for tags in chosen.tags()]


def script_captions(labels: tuple[Label, ...], rows: Any, **options: Any) -> list[str]:
    names, numbers = [label.name for label in labels], [NUMBERS[label.category] for label in labels]
    return [sd_scripts_caption(names, numbers, row, **options) for row in rows]


@pytest.mark.parametrize(("preset", "remove_underscore"), [("sd-scripts", False), ("kohya-gui", True)])
@pytest.mark.parametrize("seed", range(3))
def test_the_preset_writes_what_the_script_writes(preset: str, remove_underscore: bool, seed: int) -> None:
    rows = drawn(200, seed=seed)
    expected = script_captions(LABELS, rows, remove_underscore=remove_underscore)
    assert dscore_captions(LABELS, rows, preset) == expected
    assert len(set(expected)) > 150


@pytest.mark.parametrize(
    ("rating", "characters_first", "general", "character"),
    list(product(["off", "first", "last"], [False, True], [0.35, 0.6], [0.35, 0.85])),
)
def test_with_the_scripts_options_too(rating: str, characters_first: bool, general: float, character: float) -> None:
    rows = drawn(60, seed=9)
    # Where not even the best rating reaches what is stored, there is none to write; a real model's ratings add up to about 1.
    rows[:, :4] = np.maximum(rows[:, :4], np.float32(FLOOR))
    expected = script_captions(
        LABELS,
        rows,
        remove_underscore=True,
        general_threshold=general,
        character_threshold=character,
        character_tags_first=characters_first,
        use_rating_tags=rating == "first",
        use_rating_tags_as_last_tag=rating == "last",
        undesired_tags=("tag 1", "sensitive"),
        mended=True,  # characters that come first stand as the model lists them, not in reverse
    )
    found = dscore_captions(
        LABELS,
        rows,
        "kohya-gui",
        general=general,
        character=character,
        rating=rating,
        characters_first=characters_first,
        blacklist=("tag 1", "sensitive"),
    )
    assert found == expected


def test_its_bugs_are_left_out_faces_keep_their_mouths() -> None:
    faces = tuple(sorted(KAOMOJI))
    labels = (*LABELS[:4], *(Label(face, Category.GENERAL) for face in faces))
    rows = np.full((1, len(labels)), 0.9, np.float32)
    assert dscore_captions(labels, rows, "kohya-gui") == [", ".join(faces)]
    broken = script_captions(labels, rows, remove_underscore=True)
    assert set(faces) - set(broken[0].split(", ")) == set(MENDED_FACES)
    assert script_captions(labels, rows, remove_underscore=True, mended=True) == [", ".join(faces)]


@pytest.mark.parametrize("tagger", BALANCED)
def test_balanced_points_are_of_taggers_that_there_are(tagger: str) -> None:
    assert find_tagger(tagger).name == tagger


def test_advice_follows_the_guide() -> None:
    assert {advice(score).split()[0] for score in (0.3, 0.33, 0.35)} == {"Comprehensive"}
    assert {advice(score).split()[0] for score in (0.25, 0.29)} == {"Generous:"}
    assert {advice(score).split()[0] for score in (0.4, 0.45, 0.5)} == {"Clean"}
    assert len({advice(score) for score in (0.1, 0.3, 0.45, 0.8)}) == 4


def test_every_preset_says_what_it_gives_and_only_the_first_leaves_the_thresholds_open() -> None:
    assert PRESETS[0].general is None
    assert all(preset.title and preset.purpose.endswith(".") for preset in PRESETS)
    assert all(preset.general is not None for preset in PRESETS[1:])
    assert PRESETS[0].rules == ChoiceRules()
