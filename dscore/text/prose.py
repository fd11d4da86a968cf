"""What can be wrong with a caption in sentences that a machine wrote, seen from the text alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

LONGEST_LOOP = 8
TIMES = 3
"""A loop is up to so many words, standing so often in a row."""

SENTENCE_WORDS = 4
"""A sentence of so many words or more does not stand twice by chance."""

ECHO_WORDS = 6
"""So many words of a prompt in a row are no chance."""

_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")
_SENTENCE = re.compile(r"[.!?]+(?:\s+|$)")
_UNREAL = re.compile(r"\baraff?e[ds]?\b", re.IGNORECASE)
_GAP = re.compile(r"\{\w+\}")


class Fault(StrEnum):
    """What is wrong, as a sentence about the caption."""

    EMPTY = "The model said nothing."
    LOOPS = "It says the same thing over and over."
    ECHOES = "It repeats the prompt."
    UNREAL = "It holds “arafed” or the like, a word that BLIP made up."


def faults_of(caption: str, prompt: str = "") -> tuple[Fault, ...]:
    """The faults, the worst first; none for a good caption.

    `caption` is what was written, the prompt cut from its start already; `prompt` may hold gaps such as `{tags}`.
    """
    words: list[str] = [word.casefold() for word in _WORD.findall(caption)]
    if not words:
        return (Fault.EMPTY,)
    found = {
        Fault.LOOPS: _loops(words) or _says_twice(caption),
        Fault.ECHOES: _echoes(words, prompt),
        Fault.UNREAL: _UNREAL.search(caption) is not None,
    }
    return tuple(fault for fault, is_so in found.items() if is_so)


def _loops(words: list[str]) -> bool:
    """Whether one to eight words stand three times in a row."""
    return any(
        words[start : start + size] * TIMES == words[start : start + size * TIMES]
        for size in range(1, min(LONGEST_LOOP, len(words) // TIMES) + 1)
        for start in range(len(words) - size * TIMES + 1)
    )


def _says_twice(caption: str) -> bool:
    sentences = [tuple(_WORD.findall(part.casefold())) for part in _SENTENCE.split(caption)]
    long = [sentence for sentence in sentences if len(sentence) >= SENTENCE_WORDS]
    return len(set(long)) < len(long)


def _echoes(words: Sequence[str], prompt: str) -> bool:
    """Whether a whole short prompt, or six words of a long one, stand in the caption."""
    spoken = "|".join(words)
    for part in _GAP.split(prompt):
        asked = [word.casefold() for word in _WORD.findall(part)]
        size = min(ECHO_WORDS, len(asked))
        pieces = ("|".join(asked[start : start + size]) for start in range(len(asked) - size + 1))
        if size > 1 and any(f"|{piece}|" in f"|{spoken}|" for piece in pieces):
            return True
    return False
