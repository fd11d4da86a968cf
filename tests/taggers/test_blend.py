"""Several models as one, with vocabularies that differ."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dscore.models import Category
from dscore.taggers.base import Label
from dscore.taggers.blend import Opinion, choose_together
from dscore.taggers.rules import Blend, ChoiceRules
from dscore.taggers.scores import pack
from dscore.taggers.sheet import read_sheet

G, C, R = Category.GENERAL, Category.CHARACTER, Category.RATING
FIRST = (Label("general", R), Label("explicit", R), Label("solo", G), Label("long_hair", G), Label("miku", C))
SECOND = (Label("explicit", R), Label("general", R), Label("miku", G), Label("Long hair", G), Label("new_tag", G))
A = {"general": 0.5, "explicit": 0.4, "solo": 0.9, "long_hair": 0.4, "miku": 0.8}
B = {"explicit": 0.9, "miku": 0.3, "Long hair": 0.7, "new_tag": 0.6}


def opinion(labels: tuple[Label, ...], scores: dict[str, float], **rules: Any) -> Opinion:
    row = np.array([scores.get(label.name, 0) for label in labels], np.float32)
    return Opinion(labels, read_sheet([pack(row)]), ChoiceRules(**rules))


def together(blend: Blend, **rules: Any) -> dict[str, float]:
    chosen = choose_together([opinion(FIRST, A, **rules), opinion(SECOND, B, **rules)], blend, ChoiceRules(**rules))
    return {tag.name: round(tag.score, 3) for tag in chosen.tags()[0]}


def test_what_any_model_takes_has_the_higher_score_and_the_first_models_spelling() -> None:
    assert together("union") == {"solo": 0.9, "miku": 0.8, "long hair": 0.7, "new tag": 0.6}


def test_what_all_take_is_what_both_know_by_name_and_category() -> None:
    assert together("intersection") == {"long hair": 0.55}
    assert together("intersection", general=0.5) == {}


def test_the_mean_is_over_the_models_that_know_the_tag_and_what_is_not_stored_counts_as_nothing() -> None:
    assert together("mean") == {"solo": 0.9, "miku": 0.8, "new tag": 0.6, "long hair": 0.55}
    assert together("mean", general=0.56) == {"solo": 0.9, "new tag": 0.6, "miku": 0.8}
    chosen = choose_together(
        [opinion(FIRST, A), opinion(SECOND, {"Long hair": 0.01})], "mean", ChoiceRules(general=0.15)
    )
    assert [round(tag.score, 3) for tag in chosen.tags()[0] if tag.name == "long hair"] == [0.2]


@pytest.mark.parametrize("blend", ["union", "intersection", "mean"])
def test_the_rating_is_the_best_by_the_mean(blend: Blend) -> None:
    assert next(iter(together(blend, rating="first"))) == "explicit"


def test_each_model_has_its_own_thresholds() -> None:
    both = [opinion(FIRST, A, general=0.95, character=0.95), opinion(SECOND, B, general=0.65)]
    assert [tag.name for tag in choose_together(both, "union", ChoiceRules()).tags()[0]] == ["long hair"]


def test_each_tag_tells_which_models_speak_for_it() -> None:
    chosen = choose_together([opinion(FIRST, A), opinion(SECOND, B)], "union", ChoiceRules())
    said = {chosen.names[name]: np.isnan(row).tolist() for name, row in zip(chosen.name, chosen.by_model, strict=True)}
    assert said["solo"] == [False, True]
    assert said["long hair"] == [False, False]
    assert said["new tag"] == [True, False]


def test_one_model_alone_is_itself_in_every_blend() -> None:
    one = opinion(FIRST, A, general=0.5)
    names = [tag.name for tag in choose_together([one], "mean", ChoiceRules()).tags()[0]]
    assert names == ["solo", "miku"]


def test_characters_stand_behind_all_others_in_the_models_order() -> None:
    rules = ChoiceRules(order="model")
    chosen = choose_together([opinion(FIRST, A, order="model"), opinion(SECOND, B)], "union", rules)
    assert [tag.name for tag in chosen.tags()[0]] == ["solo", "long hair", "new tag", "miku"]
