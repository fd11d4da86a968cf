"""Which words of a caption an edit changed, for people to see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_WORDS = 1500
"""Longer stretches count as changed altogether: the time that comparing takes grows with the square."""

AROUND = 60
"""Characters that stay on each side of a change."""

_WORDS = re.compile(r"\s+|[^\s,]+|,")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of two texts: the same in both, or what the one has where the other has something else, or nothing ("")."""

    before: str
    after: str
    changed: bool


def word_changes(before: str, after: str) -> tuple[Stretch, ...]:
    """Both texts, word by word; joined, the stretches are the texts."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    start = _in_common(old, new)
    end = _in_common(old[start:][::-1], new[start:][::-1])
    rest = len(old) - end, len(new) - end
    parts = [
        Stretch("".join(old[:start]), "".join(new[:start]), changed=False),
        *_compared(old[start : rest[0]], new[start : rest[1]]),
        Stretch("".join(old[rest[0] :]), "".join(new[rest[1] :]), changed=False),
    ]
    return tuple(_merged([part for part in parts if part.before or part.after]))


def shortened(stretches: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    """Stretches that are the same in both, without their middle."""
    last = len(stretches) - 1
    return tuple(
        part if part.changed else _without_middle(part.before, is_first=place == 0, is_last=place == last)
        for place, part in enumerate(stretches)
    )


def _without_middle(text: str, *, is_first: bool, is_last: bool) -> Stretch:
    head = "" if is_first and not is_last else text[:AROUND].rpartition(" ")[0]
    tail = "" if is_last and not is_first else text[-AROUND:].partition(" ")[2]
    if len(text) <= 2 * AROUND:
        return Stretch(text, text, changed=False)
    # A blank beside what changed belongs to what is read; only the cut end loses its own.
    short = f"{head} … {tail}"
    short = short if head else short.lstrip(" ")
    short = short if tail else short.rstrip(" ")
    return Stretch(short, short, changed=False)


def _in_common(old: list[str], new: list[str]) -> int:
    """How many words both begin with."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(old), len(new)))


def _compared(old: list[str], new: list[str]) -> Iterator[Stretch]:
    if max(len(old), len(new)) > MOST_WORDS:
        yield Stretch("".join(old), "".join(new), changed=True)
        return
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield Stretch("".join(old[old_from:old_to]), "".join(new[new_from:new_to]), changed=kind != "equal")


def _merged(parts: list[Stretch]) -> Iterator[Stretch]:
    """Neighbours of one kind as one; a blank or a comma between two changes is changed with them."""
    waiting: Stretch | None = None
    for place, part in enumerate(parts):
        is_between = not part.before.strip(" ,") and 0 < place < len(parts) - 1
        now = Stretch(part.before, part.after, part.changed or is_between)
        if waiting is not None and waiting.changed == now.changed:
            waiting = Stretch(waiting.before + now.before, waiting.after + now.after, now.changed)
            continue
        if waiting is not None:
            yield waiting
        waiting = now
    if waiting is not None:
        yield waiting
