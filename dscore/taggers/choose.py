"""From raw scores to tags: thresholds, blacklist, replacements, underscores, order; all without a model.

One implementation, over the columns of a `Sheet`: for one picture, a batch of a run, or 100,000 that are tuned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dscore.models import Category, TagScore
from dscore.taggers.base import Label, Scores
from dscore.taggers.cuts import best_ratings, is_of, rank_high_first, taken
from dscore.taggers.rules import ChoiceRules
from dscore.taggers.sheet import Sheet
from dscore.taggers.wording import wording

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dscore.taggers.sheet import Floats, Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """Tags that were taken, before they are written: a line for each, by picture and then by label.

    `by_model` [lines, models] holds each model's own score, NaN where it does not speak for the tag.
    """

    pictures: int
    picture: Numbers
    label: Numbers
    score: Floats
    by_model: Floats

    def at(self, lines: NDArray[np.integer] | NDArray[np.bool_]) -> Votes:
        """Only these lines, in their order."""
        return Votes(self.pictures, self.picture[lines], self.label[lines], self.score[lines], self.by_model[lines])


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The tags of all pictures, a line for each, by picture and then in the order of the caption.

    `name` points into `names` and `categories`; `by_model` as in `Votes`.
    """

    pictures: int
    picture: Numbers
    name: Numbers
    score: Floats
    by_model: Floats
    names: tuple[str, ...]
    categories: tuple[Category, ...]

    def tags(self) -> list[tuple[TagScore, ...]]:
        """As values, for each picture."""
        found: list[list[TagScore]] = [[] for _ in range(self.pictures)]
        lines = zip(self.picture.tolist(), self.name.tolist(), self.score.tolist(), strict=True)
        for picture, name, score in lines:
            found[picture].append(TagScore(self.names[name], self.categories[name], score))
        return [tuple(tags) for tags in found]


def choose(
    labels: Sequence[Label], indices: NDArray[np.uint16], scores: Scores, rules: ChoiceRules
) -> tuple[TagScore, ...]:
    """One picture's tags as a caption writes them, each once; equal ones in the labels' order.

    `indices` (ascending) and `scores` are a picture's stored scores, as `scores.unpack` gives them.
    """
    sheet = Sheet(1, np.zeros(len(indices), np.int64), indices.astype(np.int64), scores.astype(np.float32))
    return choose_all(tuple(labels), sheet, rules).tags()[0]


def choose_all(labels: tuple[Label, ...], sheet: Sheet, rules: ChoiceRules) -> Chosen:
    """The tags of all pictures of one model's sheet."""
    return write_out(labels, votes_of(labels, sheet, rules), rules)


def votes_of(labels: tuple[Label, ...], sheet: Sheet, rules: ChoiceRules) -> Votes:
    """What one model takes."""
    mask = taken(labels, sheet, rules)
    if rules.rating != "off":
        mask[best_ratings(labels, sheet)] = True
    score = sheet.score[mask]
    return Votes(sheet.pictures, sheet.picture[mask], sheet.label[mask], score, score[:, None])


def write_out(labels: tuple[Label, ...], votes: Votes, rules: ChoiceRules) -> Chosen:
    """Name what was taken, leave out what the rules ban, and put it in order."""
    codes, names, categories = _named(labels, votes, rules)
    code = codes[votes.label]
    votes, code = votes.at(code >= 0), code[code >= 0]
    if len(names) < np.count_nonzero(codes >= 0):  # two labels are written alike
        votes, code = _joined(votes, code, len(names))
    if rules.limit is not None:
        within = _best(votes, is_of(labels, Category.RATING)[votes.label], rules.limit)
        votes, code = votes.at(within), code[within]
    order = _ordered(labels, votes, code, rules)
    votes, code = votes.at(order), code[order]
    return Chosen(votes.pictures, votes.picture, code, votes.score, votes.by_model, tuple(names), tuple(categories))


def _named(
    labels: tuple[Label, ...], votes: Votes, rules: ChoiceRules
) -> tuple[Numbers, dict[str, int], list[Category]]:
    """For each label that was taken the number of its written name, else -1; the names, and their categories."""
    words, codes = wording(rules), np.full(len(labels), -1, np.int64)
    names: dict[str, int] = {}
    categories: list[Category] = []
    for index in np.flatnonzero(np.bincount(votes.label, minlength=len(labels))).tolist():
        label = labels[index]
        written = "" if label.category in rules.without else words.written(label.name)
        if written:
            codes[index] = names.setdefault(written, len(names))
            if len(categories) < len(names):
                categories.append(label.category)
    return codes, names, categories


def _joined(votes: Votes, code: Numbers, names: int) -> tuple[Votes, Numbers]:
    """Each name once in a picture: with the best score, in the place of its first label."""
    key = votes.picture * names + code
    order = np.lexsort((-votes.score, key))
    starts = np.flatnonzero(np.append(True, key[order][1:] != key[order][:-1])) if len(key) else order
    if not len(starts):
        return votes, code
    best, sorted_ = order[starts], votes.at(order)
    joined = replace(
        votes.at(best),
        label=np.minimum.reduceat(sorted_.label, starts),
        by_model=np.fmax.reduceat(sorted_.by_model, starts, axis=0),
    )
    again = np.lexsort((joined.label, joined.picture))
    return joined.at(again), code[best][again]


def _best(votes: Votes, is_rating: NDArray[np.bool_], limit: int) -> NDArray[np.bool_]:
    """The lines that stay where a picture keeps no more than so many tags, the best; ratings always."""
    order = np.lexsort((rank_high_first(votes.score), is_rating, votes.picture))
    starts = np.searchsorted(votes.picture[order], np.arange(votes.pictures))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order)) - starts[votes.picture[order]]
    return (rank < limit) | is_rating


def _ordered(labels: tuple[Label, ...], votes: Votes, code: Numbers, rules: ChoiceRules) -> Numbers:
    """One number for each line that sorts by picture, group and then as asked; equal ones stay in the labels' order."""
    group = np.full(len(labels), 2, np.int64)
    if rules.characters_first:
        group[is_of(labels, Category.CHARACTER)] = 1
    group[is_of(labels, Category.RATING)] = 0 if rules.rating == "first" else 3
    match rules.order:
        case "score":
            within = rank_high_first(votes.score)
        case "frequency":
            within = len(code) - np.bincount(code, minlength=1)[code]
        case "model":
            within = votes.label
    order: Numbers = np.argsort((votes.picture << 36) | (group[votes.label] << 33) | within, kind="stable")
    return order
