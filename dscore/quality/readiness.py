"""Whether a set is ready for a kind of LoRA: a score with its reasons, and what its tags cover.

Numbers of pictures are those of the guide: character 15 to 50, style 50 to 200, concept 20 to 100. How many pictures each cell of
the coverage should have stands in `words.toml`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dscore.quality.findings import Finding, Level
from dscore.quality.subjects import Captions, ids
from dscore.quality.words import CellWords, words
from dscore.text.query import Or, Tag, format_query
from dscore.text.tags import tag_key, tag_matcher

NUMBERS: Mapping[str, tuple[int, int]] = {"character": (15, 50), "style": (50, 200), "concept": (20, 100)}
"""For each kind of LoRA how many pictures there should be, from and to."""

KINDS = tuple(NUMBERS)
TRIGGER = frozenset({"trigger-missing", "trigger-misspelt", "trigger-doubled"})
BARE = frozenset({"missing", "empty"})
OF_PICTURES = frozenset({
    "damaged", "narrow", "below-1024", "below-512", "odd-aspect", "blurred", "dark", "bright", "flat", "duplicate",
    "near-duplicate",
})  # fmt: skip
Place = tuple[int, int]
"""A cell of the coverage by its row and column."""

MOST_TERMS = 60
"""Tags of a cell that its search names."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the coverage: who fills it, how many should, and a search for them ("" where nobody does)."""

    name: str
    items: tuple[int, ...]
    wanted: int
    query: str

    @property
    def missing(self) -> int:
        """How many more there should be."""
        return max(0, self.wanted - len(self.items))


@dataclass(frozen=True, slots=True)
class Axis:
    """A row of the coverage; at least `kinds` of its cells should have somebody."""

    title: str
    cells: tuple[Cell, ...]
    kinds: int

    @property
    def filled(self) -> float:
        """How well it is covered, 0 to 1."""
        shares = [min(1.0, len(cell.items) / cell.wanted) for cell in self.cells if cell.wanted]
        shares.append(min(1.0, sum(bool(cell.items) for cell in self.cells) / self.kinds))
        return sum(shares) / len(shares)

    @property
    def advice(self) -> str:
        """What is missing: `4 more from behind, 2 more from above`; "" where all is there."""
        said = [f"{cell.missing:,} more {cell.name}" for cell in self.cells if cell.missing]
        there = sum(bool(cell.items) for cell in self.cells)
        if not said and there < self.kinds:
            more = self.kinds - there
            said = [
                f"{more} other kind{'' if more == 1 else 's'}"
                if there
                else f"{more} kind{'' if more == 1 else 's'} of it"
            ]
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of the score: its points out of `most`, and why, in a sentence. `query` finds what takes points; "" for none."""

    title: str
    points: float
    most: int
    words: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class Readiness:
    """How ready a set is, 0 to 100."""

    kind: str
    pictures: int
    reasons: tuple[Reason, ...]
    axes: tuple[Axis, ...]

    @property
    def score(self) -> int:
        """0 for an empty set; never rounded up to 100."""
        return math.floor(sum(reason.points for reason in self.reasons) + 1e-9) if self.pictures else 0


def readiness(captions: Captions, findings: Iterable[Finding], kind: str) -> Readiness:
    """Of the whole dataset; `findings` are what its checks found."""
    number = len(captions.items)
    found = {one.code: one for one in findings}
    axes = coverage(captions, kind)
    reasons = (
        _size(number, kind),
        _captioned(captions, number),
        _trigger(captions, number, found),
        _clean("Pictures", 20, number, [one for one in found.values() if one.code in OF_PICTURES]),
        _clean("Captions", 10, number, _of_captions(found)),
        _covered(captions, axes),
    )
    return Readiness(kind, number, reasons, axes)


def _size(number: int, kind: str) -> Reason:
    least, most = NUMBERS[kind]
    said = f"{number:,} pictures; a {kind} wants {least} to {most}."
    if number < least:
        said = f"{least - number:,} more pictures: a {kind} wants {least} to {most}, and there are {number:,}."
    elif number > most:
        said = f"{number:,} pictures are more than the {most} that a {kind} needs: keep the best, if they differ in quality."
    return Reason("Number", 25 * min(1.0, number / least), 25, said)


def _captioned(captions: Captions, number: int) -> Reason:
    bare = number - len(captions.captioned)
    words = "Every picture has a caption." if not bare else f"{bare:,} of {number:,} have no caption."
    return Reason("Captions there", 20 * _share(number - bare, number), 20, words, "is:uncaptioned" if bare else "")


def _trigger(captions: Captions, number: int, found: Mapping[str, Finding]) -> Reason:
    wrong = {code: found[code] for code in TRIGGER if code in found}
    bad = {item for one in wrong.values() for item in one.items}
    if not captions.trigger.strip():
        return Reason("Trigger word", 0.0, 10, "The dataset has no trigger word.")
    words = f"“{captions.trigger}” stands right in every caption."
    if bad:
        words = f"It is missing, misspelt or doubled in {len(bad):,} of {number:,}."
    return Reason("Trigger word", 10 * _share(number - len(bad), number), 10, words, _any_check(wrong))


def _of_captions(found: Mapping[str, Finding]) -> list[Finding]:
    others = OF_PICTURES | TRIGGER | BARE
    return [one for one in found.values() if one.code not in others and one.level is not Level.HINT]


def _clean(title: str, most: int, number: int, findings: Sequence[Finding]) -> Reason:
    bad = {item for one in findings for item in one.items}
    if not bad:
        return Reason(f"{title} without faults", float(most), most, "No check finds an error or a warning.")
    worst = sorted(findings, key=lambda one: -len(one.items))[:3]
    said = ", ".join(f"{one.title[0].lower()}{one.title[1:]} {len(one.items):,}" for one in worst)
    words = f"{len(bad):,} of {number:,} have a fault: {said}."
    query = _any_check({one.code: one for one in findings})
    return Reason(f"{title} without faults", most * _share(number - len(bad), number), most, words, query)


def _any_check(found: Mapping[str, Finding]) -> str:
    queries = [one.query for one in found.values() if one.query]
    return " or ".join(queries) if len(queries) == len(found) else ""


def _covered(captions: Captions, axes: Sequence[Axis]) -> Reason:
    filled = sum(axis.filled for axis in axes) / len(axes)
    weak = [axis.title.lower() for axis in axes if axis.advice]
    words = f"More of {_listed(weak)} is wanted." if weak else "Tags show all that is wanted."
    untagged = len(captions.captioned) - len(captions.tagged)
    if weak and untagged > len(captions.tagged):
        words = f"Only tags tell it, and {untagged:,} captions have none."
    return Reason("Coverage", 15 * filled, 15, words)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else "".join(names)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def coverage(captions: Captions, kind: str) -> tuple[Axis, ...]:
    """What the tags show of each axis, and what is missing for a set of this size."""
    least, most = NUMBERS[kind]
    size = min(most, max(least, len(captions.items)))
    filling: dict[Place, list[int]] = {}
    for tag in captions.numbers:
        for place in _places(kind, tag_key(captions.names[tag])):
            filling.setdefault(place, []).append(tag)
    return tuple(
        Axis(
            axis.title,
            tuple(
                _cell(captions, cell, filling.get((row, column), []), size) for column, cell in enumerate(axis.cells)
            ),
            axis.kinds,
        )
        for row, axis in enumerate(words().coverage[kind])
    )


def _cell(captions: Captions, cell: CellWords, tags: Sequence[int], size: int) -> Cell:
    items = ids(captions.having_any(tags)) if tags else ()
    used = sorted(tags, key=lambda tag: -captions.numbers[tag])
    keys = list(dict.fromkeys(tag_key(captions.names[tag]) for tag in used))[:MOST_TERMS]
    terms = tuple(Tag(key) for key in keys)
    query = "" if not terms else format_query(Or(terms) if len(terms) > 1 else terms[0])
    return Cell(cell.name, items, math.ceil(cell.want * size - 1e-9), query)


@lru_cache(maxsize=65_536)
def _places(kind: str, key: str) -> tuple[Place, ...]:
    """(row, column) of the cells that a tag fills."""
    exact, patterns = _cells(kind)
    return exact.get(key, ()) + tuple(place for place, matches in patterns if matches(key))


@lru_cache(maxsize=8)
def _cells(kind: str) -> tuple[dict[str, tuple[Place, ...]], tuple[tuple[Place, Callable[[str], bool]], ...]]:
    """Which cells each key fills, and what tests a key for the patterns of which cell."""
    exact: dict[str, tuple[Place, ...]] = {}
    patterns = []
    for row, axis in enumerate(words().coverage[kind]):
        for column, cell in enumerate(axis.cells):
            for tag in cell.tags:
                if "*" in tag:
                    patterns.append(((row, column), tag_matcher(tag)))
                else:
                    exact[tag_key(tag)] = (*exact.get(tag_key(tag), ()), (row, column))
    return exact, tuple(patterns)
