from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dscore.models import Category
from dscore.taggers.base import Label
from dscore.taggers.choose import choose
from dscore.taggers.cuts import mcut
from dscore.taggers.rules import ChoiceRules

G, C, R = Category.GENERAL, Category.CHARACTER, Category.RATING
LABELS = (
    Label("general", R),
    Label("explicit", R),
    Label("1girl", G),
    Label("long_hair", G),
    Label("very_long_hair", G),
    Label("solo", G),
    Label("^_^", G),
    Label("saber_(fate)", C),
    Label("hatsune_miku", C),
)


def chosen(scores: dict[str, float], **rules: Any) -> list[str]:
    indices = [k for k, label in enumerate(LABELS) if label.name in scores]
    values = np.array([scores[LABELS[k].name] for k in indices], np.float32)
    tags = choose(LABELS, np.array(indices, np.uint16), values, ChoiceRules(**rules))
    return [tag.name for tag in tags]


def test_best_first_characters_among_the_others_and_ties_in_label_order() -> None:
    scores = {"solo": 0.5, "1girl": 0.9, "long_hair": 0.5, "hatsune_miku": 0.7}
    assert chosen(scores) == ["1girl", "hatsune miku", "long hair", "solo"]
    assert chosen(scores, limit=2) == ["1girl", "hatsune miku"]


@pytest.mark.parametrize("threshold", [0.35, 0.1, 0.5296, 0.7])
def test_a_score_equal_to_its_threshold_is_taken_and_the_next_below_is_not(threshold: float) -> None:
    below = float(np.nextafter(np.float32(threshold), np.float32(0)))
    assert chosen({"solo": threshold, "1girl": below}, general=threshold) == ["solo"]


def test_general_and_character_thresholds_are_apart() -> None:
    scores = {"solo": 0.5, "hatsune_miku": 0.5}
    assert chosen(scores, general=0.6, character=0.4) == ["hatsune miku"]
    assert chosen(scores, general=0.4, character=0.85) == ["solo"]


def test_one_tags_own_threshold_goes_before_the_others() -> None:
    scores = {"solo": 0.5, "long_hair": 0.2, "1girl": 0.5}
    assert chosen(scores, per_tag=(("long hair", 0.1), ("Solo", 0.6))) == ["1girl", "long hair"]


@pytest.mark.parametrize(
    ("blacklist", "left"),
    [
        (("long hair",), ["1girl", "very long hair", "^_^"]),
        (("long_hair",), ["1girl", "very long hair", "^_^"]),
        ((" Long Hair ", "", "  "), ["1girl", "very long hair", "^_^"]),
        (("*long hair",), ["1girl", "^_^"]),
        (("*LONG_*",), ["1girl", "^_^"]),
        (("hair",), ["1girl", "long hair", "very long hair", "^_^"]),
        (("^_^",), ["1girl", "long hair", "very long hair"]),
        (("1*", "v*"), ["long hair", "^_^"]),
        (("[l]ong hair", "?girl"), ["1girl", "long hair", "very long hair", "^_^"]),
    ],
)
def test_blacklist_matches_whole_tags_however_they_are_written(blacklist: tuple[str, ...], left: list[str]) -> None:
    scores = {"1girl": 0.9, "long_hair": 0.8, "very_long_hair": 0.7, "^_^": 0.6}
    assert chosen(scores, blacklist=blacklist) == left


def test_underscores_become_blanks_but_not_in_faces() -> None:
    scores = {"long_hair": 0.9, "^_^": 0.8, "saber_(fate)": 0.7}
    assert chosen(scores) == ["long hair", "^_^", "saber (fate)"]
    assert chosen(scores, underscores="keep") == ["long_hair", "^_^", "saber_(fate)"]


def test_replacements_are_written_as_given_once_and_can_remove() -> None:
    scores = {"long_hair": 0.9, "very_long_hair": 0.8, "solo": 0.7, "1girl": 0.6}
    renamed = (("very long hair", "long hair"), ("SOLO", ""), ("1girl", "a_girl"))
    assert chosen(scores, replacements=renamed) == ["long hair", "a_girl"]
    assert chosen(scores, replacements=renamed, blacklist=("a girl", "long hair")) == []


def test_ratings_are_left_out_unless_asked_for_and_then_only_the_best() -> None:
    scores = {"general": 0.3, "explicit": 0.2, "solo": 0.5}
    assert chosen(scores) == ["solo"]
    assert chosen(scores, rating="last") == ["solo", "general"]
    assert chosen(scores, rating="first") == ["general", "solo"]


def test_the_category_is_kept_with_the_tag() -> None:
    tags = choose(LABELS, np.array([0, 8], np.uint16), np.array([0.9, 0.8], np.float32), ChoiceRules(rating="first"))
    assert [(tag.name, tag.category) for tag in tags] == [("general", R), ("hatsune miku", C)]
    assert tags[1].score == float(np.float32(0.8))


def test_mcut_is_the_middle_of_the_largest_gap() -> None:
    assert mcut([0.9, 0.1, 0.8, 0.2]) == pytest.approx(0.5)
    assert mcut([0.4]) is None
    assert mcut([]) is None


def test_mcut_replaces_one_threshold_and_leaves_the_other() -> None:
    scores = {"1girl": 0.9, "long_hair": 0.85, "solo": 0.4, "hatsune_miku": 0.4}
    assert chosen(scores, mcut_general=True) == ["1girl", "long hair", "hatsune miku"]
    scores = {"hatsune_miku": 0.3, "saber_(fate)": 0.1, "solo": 0.2}
    assert chosen(scores, mcut_character=True) == ["hatsune miku"]


def test_mcut_of_characters_never_goes_below_its_floor_and_needs_scores() -> None:
    assert chosen({"hatsune_miku": 0.12, "saber_(fate)": 0.06}, mcut_character=True) == []
    assert chosen({"solo": 0.36}, mcut_character=True, mcut_general=True) == ["solo"]
    assert chosen({}, mcut_character=True, mcut_general=True) == []
