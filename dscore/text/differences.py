"""Which words of a caption an edit changed, for people to see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST = 1500
"""Pieces, or words: longer stretches count as changed altogether, since comparing takes time that grows with the square."""

AROUND = 60
"""Characters that stay on each side of a change."""

_BETWEEN = re.compile(r"(,\s*|\.(?:\s+|$))")
"""What stands between tags, and between sentences."""

_WORDS = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of two texts: the same in both, or what the one has where the other has something else, or nothing ("")."""

    before: str
    after: str
    changed: bool


def word_changes(before: str, after: str) -> tuple[Stretch, ...]:
    """Both texts, by tags and sentences, and by words within those that changed; joined, the stretches are the texts."""
    parts = _compared(_pieces(before), _pieces(after), within=_by_word)
    return tuple(_merged([part for part in parts if part.before or part.after]))


def _pieces(text: str) -> list[str]:
    return [piece for piece in _BETWEEN.split(text) if piece]


def _by_word(old: str, new: str) -> Iterator[Stretch]:
    return _compared(_WORDS.findall(old), _WORDS.findall(new), within=_altogether)


def _altogether(old: str, new: str) -> Iterator[Stretch]:
    yield Stretch(old, new, changed=True)


def _compared(old: list[str], new: list[str], *, within: Callable[[str, str], Iterator[Stretch]]) -> Iterator[Stretch]:
    """Part by part; those that stand in the same places are compared by `within`, where there are as many in both."""
    start = _in_common(old, new)
    end = _in_common(old[start:][::-1], new[start:][::-1])
    rest = len(old) - end, len(new) - end
    yield Stretch("".join(old[:start]), "".join(new[:start]), changed=False)
    yield from _between(old[start : rest[0]], new[start : rest[1]], within)
    yield Stretch("".join(old[rest[0] :]), "".join(new[rest[1] :]), changed=False)


def _between(old: list[str], new: list[str], within: Callable[[str, str], Iterator[Stretch]]) -> Iterator[Stretch]:
    if max(len(old), len(new)) > MOST:
        yield Stretch("".join(old), "".join(new), changed=True)
        return
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "replace" and old_to - old_from == new_to - new_from:
            for pair in zip(old[old_from:old_to], new[new_from:new_to], strict=True):
                yield from within(*pair)
        else:
            yield Stretch("".join(old[old_from:old_to]), "".join(new[new_from:new_to]), changed=kind != "equal")


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


def _merged(parts: list[Stretch]) -> Iterator[Stretch]:
    """Neighbours of one kind as one; a blank or a comma between two changes is changed with them."""
    waiting: Stretch | None = None
    for place, part in enumerate(parts):
        is_between = not part.before.strip(" ,.") and 0 < place < len(parts) - 1
        now = Stretch(part.before, part.after, part.changed or is_between)
        if waiting is not None and waiting.changed == now.changed:
            waiting = Stretch(waiting.before + now.before, waiting.after + now.after, now.changed)
            continue
        if waiting is not None:
            yield waiting
        waiting = now
    if waiting is not None:
        yield waiting
