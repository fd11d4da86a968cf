"""What can be wrong with a caption in sentences that a machine wrote, seen from the text alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

LONGEST_PHRASE = 12
TIMES = 3
"""A loop is up to so many words, standing so often in a row."""

SENTENCE_WORDS = 3
"""Shorter sentences may well be said again."""

ECHO_WORDS = 6
"""So many words of a prompt in a row are no chance."""

_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")
_SENTENCE = re.compile(r"[^.!?…。\n]+")
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
        Fault.LOOPS: looping(caption, strict=True),
        Fault.ECHOES: _echoes(words, prompt),
        Fault.UNREAL: _UNREAL.search(caption) is not None,
    }
    return tuple(fault for fault, is_so in found.items() if is_so)


@lru_cache(maxsize=65_536)
def looping(text: str, *, strict: bool = False) -> bool:
    """Whether the text says the same over and over: a phrase of up to 12 words three times in a row, or a sentence three times.

    A word alone has to stand there four times: `very, very, very good` is how people speak. `strict` is for what a machine has
    just said: a word three times, a sentence twice.
    """
    words = _WORD.findall(text.casefold())
    return _repeats_phrase(words, strict=strict) or _repeats_sentence(text, times=TIMES - strict)


def _repeats_phrase(words: Sequence[str], *, strict: bool) -> bool:
    for length in range(1, min(LONGEST_PHRASE, len(words) // TIMES) + 1):
        needed = length * (TIMES if length == 1 and not strict else TIMES - 1)
        same = 0
        for place in range(length, len(words)):
            same = same + 1 if words[place] == words[place - length] else 0
            if same == needed:
                return True
    return False


def _repeats_sentence(text: str, *, times: int) -> bool:
    sentences = Counter(tuple(_WORD.findall(sentence.casefold())) for sentence in _SENTENCE.findall(text))
    return any(found >= times and len(words) >= SENTENCE_WORDS for words, found in sentences.items())


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
