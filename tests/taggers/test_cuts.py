"""All pictures at once give just what each gives alone."""

from __future__ import annotations

import numpy as np
import pytest

from dscore.models import Category
from dscore.taggers.base import Label
from dscore.taggers.choose import choose, choose_all
from dscore.taggers.cuts import mcut, taken
from dscore.taggers.rules import ChoiceRules
from dscore.taggers.scores import FLOOR, pack, unpack
from dscore.taggers.sheet import read_sheet
from tests.taggers.drawn import LABELS, drawn


@pytest.mark.parametrize(
    "rules",
    [
        ChoiceRules(),
        ChoiceRules(general=0.6, character=0.2, characters_first=True, rating="first"),
        ChoiceRules(order="model", rating="last", per_tag=(("tag 3", 0.1), ("tag 4", 0.9))),
        ChoiceRules(mcut_general=True, mcut_character=True, limit=5),
        ChoiceRules(blacklist=("tag 1*",), replacements=(("tag 3", "tag 4"), ("tag 5", "")), limit=3, rating="first"),
    ],
)
def test_many_pictures_at_once_are_chosen_as_each_alone(rules: ChoiceRules) -> None:
    packed = [pack(scores, floor=FLOOR) for scores in drawn(50)]
    together = choose_all(LABELS, read_sheet(packed), rules).tags()
    assert together == [choose(LABELS, *unpack(one), rules) for one in packed]
    assert any(together)


def test_the_gap_is_that_of_mcut_over_what_is_stored_and_the_floor() -> None:
    rows = drawn(200, seed=7)
    sheet = read_sheet([pack(row) for row in rows])
    mask = taken(LABELS, sheet, ChoiceRules(mcut_general=True))
    general = np.array([label.category is Category.GENERAL for label in LABELS])
    for picture, row in enumerate(rows):
        stored = [score for score in row[general].tolist() if score >= FLOOR]
        cut = mcut([*stored, FLOOR])
        assert cut is not None
        lines = (sheet.picture == picture) & general[sheet.label]
        assert sheet.score[lines & mask].tolist() == [score for score in stored if score >= cut]


def test_pictures_without_scores_have_no_tags() -> None:
    empty = read_sheet([b"", b""])
    for rules in (ChoiceRules(), ChoiceRules(mcut_general=True, rating="first", limit=1, order="frequency")):
        assert choose_all(LABELS, empty, rules).tags() == [(), ()]


def test_the_most_frequent_come_first_and_equal_ones_as_the_model_has_them() -> None:
    labels = tuple(Label(name, Category.GENERAL) for name in ("a", "b", "c", "d"))
    rows = np.array([[0.9, 0.5, 0.9, 0.9], [0.1, 0.5, 0.9, 0.1]], np.float32)
    chosen = choose_all(labels, read_sheet([pack(row) for row in rows]), ChoiceRules(order="frequency"))
    assert [[tag.name for tag in tags] for tags in chosen.tags()] == [["b", "c", "a", "d"], ["b", "c"]]
