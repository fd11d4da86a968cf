"""Sentences that a captioner broke: that loop, or hold what is no caption."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")
_SENTENCE = re.compile(r"[^.!?…。\n]+")

MOST_TIMES = 3
"""So often in a row, or as a sentence, is a loop."""

LONGEST_PHRASE = 12
SENTENCE_WORDS = 3

_MARKUP = re.compile(
    r"""</?(?:a|b|big|blockquote|br|center|code|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|s|small|span|strong|su[bp]|table|td|th|tr|u|ul)
        (?:\s[^<>]*)?/?>                            # <b>, </p>, <br/>, <a href=...>
    | <\|?(?:im_start|im_end|endoftext|eot_id|pad|unk|bos|eos|loc_\d+)\|?>  # a captioner's own marks
    | &(?:amp|lt|gt|quot|nbsp|\#\d{1,6}|\#x[0-9a-f]{1,5});
    | <(?:lora|lyco|hypernet)\s*:[^<>]*>
    | __[\w/-]+__                                   # a wildcard's file
    | \{[^{}|]*\|[^{}]*\}                           # {red|blue}
    | \([^()]*[^\W\d_][^():]*:\d(?:\.\d+)?\)        # (red dress:1.2)
    | \w\ ?\\[()]                                   # saber \(fate\)
    | (?<![\w])\*\*\S[^*]*\*\*                      # **bold**
    | !?\[[^\[\]]*\]\([^()\s]+\)                    # [link](address)
    | ```
    | ^\#{1,6}\ \S                                  # a heading
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_WORDS_OF_PROMPTS = re.compile(r"(?<!\w)(?:BREAK|ADDCOMM|ADDBASE)(?!\w)")


@lru_cache(maxsize=65_536)
def looping(text: str) -> bool:
    """Whether the text says the same over and over: a phrase of up to 12 words three times in a row, or a sentence three times.

    A word alone has to stand there four times: `very, very, very good` is how people speak. So is a sentence of a word or two.
    """
    words = _WORD.findall(text.lower())
    return _repeats_phrase(words) or _repeats_sentence(text)


def _repeats_phrase(words: list[str]) -> bool:
    for length in range(1, min(LONGEST_PHRASE, len(words) // MOST_TIMES) + 1):
        needed = length * (MOST_TIMES if length == 1 else MOST_TIMES - 1)
        same = 0
        for place in range(length, len(words)):
            same = same + 1 if words[place] == words[place - length] else 0
            if same == needed:
                return True
    return False


def _repeats_sentence(text: str) -> bool:
    sentences = Counter(tuple(_WORD.findall(sentence.lower())) for sentence in _SENTENCE.findall(text))
    return any(times >= MOST_TIMES and len(words) >= SENTENCE_WORDS for words, times in sentences.items())


@lru_cache(maxsize=65_536)
def markup(text: str) -> str:
    """The first piece of markup that was left in a tag or a sentence: HTML, weights, wildcards, BREAK, Markdown; "" for none."""
    if not _may_hold_markup(text):
        return ""
    found = _MARKUP.search(text) or _WORDS_OF_PROMPTS.search(text)
    return "" if found is None else found[0]


def _may_hold_markup(text: str) -> bool:
    return any(mark in text for mark in "<&{[(\\*`#_") or "BREAK" in text or "ADD" in text
