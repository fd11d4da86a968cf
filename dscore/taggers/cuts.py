"""From which score a tag is taken: thresholds, one tag's own, and the largest gap; over all pictures at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from dscore.models import Category
from dscore.taggers.base import Label
from dscore.taggers.rules import ChoiceRules
from dscore.taggers.scores import FLOOR
from dscore.taggers.sheet import Sheet
from dscore.text.tags import tag_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dscore.taggers.sheet import Floats, Numbers

    Mask = NDArray[np.bool_]

MCUT_CHARACTER_FLOOR = 0.15  # the WD space's own: below it a largest gap says nothing about characters


def mcut(scores: Iterable[float]) -> float | None:
    """The middle of the largest gap between sorted scores (Largeron et al. 2012); None for fewer than two."""
    ordered = sorted(scores, reverse=True)
    if len(ordered) < 2:
        return None
    gaps = [high - low for high, low in pairwise(ordered)]
    widest = gaps.index(max(gaps))
    return (ordered[widest] + ordered[widest + 1]) / 2


def is_of(labels: tuple[Label, ...], category: Category) -> Mask:
    """Which labels are of that category, [labels]."""
    found: Mask = _categories(labels) == list(Category).index(category)
    return found


_KNOWN: dict[int, tuple[tuple[Label, ...], Numbers]] = {}
"""By identity: hashing ten thousand labels takes longer than what is done with them."""


def _categories(labels: tuple[Label, ...]) -> Numbers:
    known = _KNOWN.get(id(labels))
    if known is not None and known[0] is labels:
        return known[1]
    numbers = {category: number for number, category in enumerate(Category)}
    found = np.fromiter((numbers[label.category] for label in labels), np.int64, len(labels))
    if len(_KNOWN) >= 16:
        _KNOWN.clear()
    _KNOWN[id(labels)] = labels, found
    return found


def taken(labels: tuple[Label, ...], sheet: Sheet, rules: ChoiceRules) -> Mask:
    """Which lines reach their threshold; ratings never do (see `best_ratings`)."""
    characters = is_of(labels, Category.CHARACTER)
    wanted = np.where(characters, np.float32(rules.character), np.float32(rules.general))
    thresholds = wanted[sheet.label]
    if rules.mcut_general:
        general = is_of(labels, Category.GENERAL)[sheet.label]
        thresholds = np.where(general, _gaps(sheet, general, rules.general)[sheet.picture], thresholds)
    if rules.mcut_character:
        lines = characters[sheet.label]
        lowest = np.maximum(_gaps(sheet, lines, rules.character), MCUT_CHARACTER_FLOOR)
        thresholds = np.where(lines, lowest[sheet.picture], thresholds)
    if rules.per_tag:
        thresholds = _with_own(labels, sheet, thresholds, rules.per_tag)
    reached: Mask = sheet.score >= thresholds
    return reached & ~is_of(labels, Category.RATING)[sheet.label]


def _with_own(
    labels: tuple[Label, ...], sheet: Sheet, thresholds: NDArray[np.floating], per_tag: Sequence[tuple[str, float]]
) -> NDArray[np.floating]:
    own = {tag_key(name): np.float32(threshold) for name, threshold in per_tag}
    of_label = np.full(len(labels), np.nan, np.float32)
    for index, label in enumerate(labels):
        of_label[index] = own.get(tag_key(label.name), np.nan)
    of_line = of_label[sheet.label]
    return np.where(np.isnan(of_line), thresholds, of_line)


def _gaps(sheet: Sheet, lines: Mask, otherwise: float) -> NDArray[np.float64]:
    """MCut of each picture over these lines, [pictures]; `otherwise` where it has none.

    All that lies below the floor, where nothing is stored, counts as one score at the floor.
    """
    cuts = np.full(sheet.pictures, np.float64(np.float32(otherwise)))
    picture, single = sheet.picture[lines], sheet.score[lines]
    if not len(picture):
        return cuts
    score = single[np.argsort((picture << 32) | rank_high_first(single))].astype(np.float64)
    ends = np.append(picture[1:] != picture[:-1], True)
    starts = np.append(0, np.flatnonzero(ends)[:-1] + 1)
    below = np.where(ends, FLOOR, np.append(score[1:], FLOOR))
    widest = np.maximum.reduceat(score - below, starts)
    hits = np.flatnonzero(score - below == np.repeat(widest, np.diff(np.append(starts, len(score)))))
    first = hits[np.append(True, picture[hits][1:] != picture[hits][:-1])]  # of equal gaps
    cuts[picture[first]] = (score[first] + below[first]) / 2
    return cuts


def best_ratings(labels: tuple[Label, ...], sheet: Sheet) -> Numbers:
    """The line of each picture's best rating, for those that have one; of equal ones the first."""
    lines = np.flatnonzero(is_of(labels, Category.RATING)[sheet.label])
    picture: Numbers = sheet.picture[lines]
    order = np.lexsort((-sheet.score[lines], picture))
    first = np.append(True, picture[order][1:] != picture[order][:-1]) if len(lines) else np.zeros(0, bool)
    found: Numbers = lines[order[first]]
    return found


def rank_high_first(score: Floats) -> Numbers:
    """Whole numbers that sort as the scores do, the highest first; the bits of a float that is not negative sort as it does."""
    bits = np.ascontiguousarray(score, np.float32).view(np.uint32)
    return np.int64(0xFFFFFFFF) - bits.astype(np.int64)
