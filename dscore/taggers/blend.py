"""Several models' scores as one opinion. Their labels differ, so tags are matched by name and category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dscore.models import Category
from dscore.taggers.base import Label
from dscore.taggers.choose import Chosen, Votes, choose_all, write_out
from dscore.taggers.cuts import best_ratings, taken
from dscore.taggers.rules import Blend, ChoiceRules
from dscore.taggers.sheet import Sheet
from dscore.text.tags import tag_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dscore.taggers.sheet import Floats, Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """One model's labels, what it said of the pictures, and the rules with its own thresholds."""

    labels: tuple[Label, ...]
    sheet: Sheet
    rules: ChoiceRules


def choose_together(opinions: Sequence[Opinion], blend: Blend, rules: ChoiceRules) -> Chosen:
    """The tags of all pictures, which every sheet has in the same order.

    union: what any model takes, with the higher score. intersection: what all of them take, with the mean.
    mean: the mean of all that know the tag (what is not stored counts as 0), against the thresholds of
    `rules`. The rating is always the best by the mean. One opinion alone is just that model's.
    """
    if len(opinions) == 1:
        return choose_all(opinions[0].labels, opinions[0].sheet, opinions[0].rules)
    labels = _merged(opinions)
    table = _table(opinions, labels)
    mean = Sheet(table.pictures, table.picture, table.label, table.mean)
    mask: NDArray[np.bool_]
    if blend == "mean":
        mask, score, by_model = taken(labels, mean, rules), table.mean, table.scores
    elif blend == "union":
        mask = np.any(table.taken, axis=1)
        by_model = np.where(table.taken, table.scores, np.float32(np.nan))
        score = np.fmax.reduce(by_model, axis=1)
    else:
        mask, score, by_model = np.all(table.taken, axis=1), table.mean, table.scores
    if rules.rating != "off":
        best = best_ratings(labels, mean)
        mask[best], score, by_model = True, score.copy(), by_model.copy()
        score[best], by_model[best] = table.mean[best], table.scores[best]
    votes = Votes(table.pictures, table.picture, table.label, score, by_model)
    return write_out(labels, votes.at(mask), rules)


def _merged(opinions: Sequence[Opinion]) -> tuple[Label, ...]:
    """All labels, the first model's first and spelled as it does; characters stand behind the others, as WD models have them."""
    known: dict[tuple[str, Category], Label] = {}
    for opinion in opinions:
        for label in opinion.labels:
            known.setdefault(_identity(label), label)
    return tuple(sorted(known.values(), key=lambda label: label.category is Category.CHARACTER))


def _identity(label: Label) -> tuple[str, Category]:
    return tag_key(label.name), label.category


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """A line for each picture and label that any model has a score for, a column for each model."""

    pictures: int
    picture: Numbers
    label: Numbers
    scores: Floats
    taken: NDArray[np.bool_]
    mean: Floats


def _table(opinions: Sequence[Opinion], labels: tuple[Label, ...]) -> _Table:
    place = {_identity(label): number for number, label in enumerate(labels)}
    width = len(labels)
    keys, knows = [], np.zeros(width, np.float32)
    for opinion in opinions:
        to = np.fromiter((place[_identity(label)] for label in opinion.labels), np.int64, len(opinion.labels))
        knows[np.unique(to)] += 1
        keys.append(opinion.sheet.picture * width + to[opinion.sheet.label])
    every, where = np.unique(np.concatenate(keys), return_inverse=True)
    scores = np.full((len(every), len(opinions)), np.nan, np.float32)
    mask = np.zeros((len(every), len(opinions)), bool)
    first = 0
    for column, (opinion, own) in enumerate(zip(opinions, keys, strict=True)):
        lines = where[first : first + len(own)]
        first += len(own)
        scores[lines, column] = opinion.sheet.score
        mask[lines, column] = taken(opinion.labels, opinion.sheet, opinion.rules)
    label = every % width
    total = np.nansum(scores, axis=1, dtype=np.float64)
    mean = (total / knows[label]).astype(np.float32)
    return _Table(opinions[0].sheet.pictures, every // width, label, scores, mask, mean)
