"""The rules by which tags are chosen, as values: nothing here loads what computes with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dscore.models import Category

Rating = Literal["off", "first", "last"]
Order = Literal["score", "frequency", "model"]
Blend = Literal["union", "intersection", "mean"]
BLENDS: tuple[Blend, ...] = ("union", "intersection", "mean")


@dataclass(frozen=True, slots=True)
class ChoiceRules:
    """Which tags are taken, how they are written, and in which order. A score equal to its threshold is taken.

    `general` is for all categories but characters. `per_tag` goes before both, and before MCut. `blacklist`
    and `replacements` are matched by key: case, and underscore or blank, make no difference; `*` in the
    blacklist is any run of characters, and a tag is out if its label or what is written for it matches. A
    replacement by "" leaves the tag out, `without` leaves out whole categories. `rating` adds the one best
    rating. `order`: "frequency" is by how many of the pictures looked at have it, "model" as the model lists
    its labels (WD: general by popularity, then characters). `limit` is the most tags besides the rating, the
    best first.
    """

    general: float = 0.35
    character: float = 0.35
    per_tag: tuple[tuple[str, float], ...] = ()
    blacklist: tuple[str, ...] = ()
    replacements: tuple[tuple[str, str], ...] = ()
    without: tuple[Category, ...] = ()
    rating: Rating = "off"
    underscores: Literal["space", "keep"] = "space"
    brackets: Literal["plain", "escaped"] = "plain"
    order: Order = "score"
    characters_first: bool = False
    mcut_general: bool = False
    mcut_character: bool = False
    limit: int | None = None
