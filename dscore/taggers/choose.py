"""From raw scores to tags: thresholds, blacklist, replacements, underscores, order; all without a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Literal

import numpy as np

from dscore.models import Category, TagScore
from dscore.taggers.base import Label, Scores
from dscore.taggers.scores import FLOOR
from dscore.text.tags import spaced, tag_key, tag_matcher

if TYPE_CHECKING:
    from numpy.typing import NDArray

MCUT_CHARACTER_FLOOR = 0.15  # the WD space's own: below it a largest gap says nothing about characters


@dataclass(frozen=True, slots=True)
class ChoiceRules:
    """Which tags are taken, and how they are written. A score equal to its threshold is taken.

    `general` is for all categories but characters. `per_tag` goes before both, and before MCut. `blacklist`
    and `replacements` are matched by key: case, and underscore or blank, make no difference; `*` in the
    blacklist is any run of characters, and a tag is out if its label or what is written for it matches. A
    replacement by "" leaves the tag out. `ratings` adds the one best rating. `limit` is the most tags, the
    best first.
    """

    general: float = 0.35
    character: float = 0.35
    per_tag: tuple[tuple[str, float], ...] = ()
    blacklist: tuple[str, ...] = ()
    replacements: tuple[tuple[str, str], ...] = ()
    ratings: bool = False
    underscores: Literal["space", "keep"] = "space"
    mcut_general: bool = False
    mcut_character: bool = False
    limit: int | None = None


def choose(
    labels: Sequence[Label], indices: NDArray[np.uint16], scores: Scores, rules: ChoiceRules
) -> tuple[TagScore, ...]:
    """One picture's tags as a caption writes them: best first, equal ones in the labels' order, each once.

    `indices` (ascending) and `scores` are a picture's stored scores, as `scores.unpack` gives them.
    """
    plan = _plan(rules)
    taken = list(_above(labels, indices, scores, plan))
    taken.sort(key=itemgetter(1), reverse=True)  # stable: equal scores stay in the labels' order
    chosen: dict[str, TagScore] = {}
    for index, score in taken:
        label = labels[index]
        written = plan.written(label.name)
        if written and written not in chosen:
            chosen[written] = TagScore(written, label.category, score)
    return tuple(chosen.values())[: rules.limit]


def mcut(scores: Iterable[float]) -> float | None:
    """The middle of the largest gap between sorted scores (Largeron et al. 2012); None for fewer than two."""
    ordered = sorted(scores, reverse=True)
    if len(ordered) < 2:
        return None
    gaps = [high - low for high, low in pairwise(ordered)]
    widest = gaps.index(max(gaps))
    return (ordered[widest] + ordered[widest + 1]) / 2


def _above(
    labels: Sequence[Label], indices: NDArray[np.uint16], scores: Scores, plan: _Plan
) -> Iterator[tuple[int, float]]:
    pairs = list(zip(indices.tolist(), scores.tolist(), strict=True))
    general, character = plan.thresholds(labels, pairs)
    if plan.rules.ratings:
        ratings = [pair for pair in pairs if labels[pair[0]].category is Category.RATING]
        yield from sorted(ratings, key=itemgetter(1), reverse=True)[:1]
    for index, score in pairs:
        category = labels[index].category
        threshold = character if category is Category.CHARACTER else general
        if plan.per_tag:
            threshold = plan.per_tag.get(tag_key(labels[index].name), threshold)
        if score >= threshold and category is not Category.RATING:
            yield index, score


@dataclass(slots=True)
class _Plan:
    """Rules made ready for any number of pictures; remembers what is written for each label."""

    rules: ChoiceRules
    per_tag: dict[str, float]
    replacements: dict[str, str]
    banned: tuple[Callable[[str], bool], ...]
    _names: dict[str, str] = field(default_factory=dict)

    def written(self, name: str) -> str:
        """The name as a caption writes it; "" if it is left out."""
        known = self._names.get(name)
        if known is None:
            known = self._names[name] = self._write(name)
        return known

    def _write(self, name: str) -> str:
        plain = spaced(name) if self.rules.underscores == "space" else name
        written = self.replacements.get(tag_key(name), plain)
        out = any(banned(name) or banned(written) for banned in self.banned)
        return "" if out else written

    def thresholds(self, labels: Sequence[Label], pairs: list[tuple[int, float]]) -> tuple[float, float]:
        """For all but characters, and for characters."""
        general, character = _single(self.rules.general), _single(self.rules.character)
        if self.rules.mcut_general:
            general = self._mcut(labels, pairs, Category.GENERAL, otherwise=general)
        if self.rules.mcut_character:
            cut = self._mcut(labels, pairs, Category.CHARACTER, otherwise=character)
            character = max(MCUT_CHARACTER_FLOOR, cut)
        return general, character

    def _mcut(
        self, labels: Sequence[Label], pairs: list[tuple[int, float]], category: Category, *, otherwise: float
    ) -> float:
        """MCut over what is stored; all that lies below the floor counts as one score at the floor."""
        stored = [score for index, score in pairs if labels[index].category is category]
        cut = mcut([*stored, FLOOR]) if stored else None
        return otherwise if cut is None else cut


@lru_cache(maxsize=32)
def _plan(rules: ChoiceRules) -> _Plan:
    return _Plan(
        rules=rules,
        per_tag={tag_key(name): _single(threshold) for name, threshold in rules.per_tag},
        replacements={tag_key(name): new.strip() for name, new in rules.replacements},
        banned=tuple(tag_matcher(pattern) for pattern in rules.blacklist if pattern.strip()),
    )


def _single(threshold: float) -> float:
    """The threshold in single precision, as the scores are: a score of 0.35 has to reach 0.35."""
    return float(np.float32(threshold))
