"""Whole captions: missing, empty, short, long, equal, looping, with markup, with a wrong trigger word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from dscore.quality.findings import Case, Repair
from dscore.quality.prose import markup
from dscore.quality.subjects import Captions, Numbers, ids
from dscore.quality.tags import removing
from dscore.text.prose import looping
from dscore.text.query import Tag, format_query
from dscore.text.tags import KAOMOJI, tag_key
from dscore.text.tokens import LONG, SHORT

_WORD = re.compile(r"\w+")
_MARK = re.compile(r"[^\w ]")
_DIGITS = re.compile(r"\d+")
_NEAR_LETTERS, _FAR_LETTERS = 5, 9
"""A word of so many letters may be one, or two, letters off and is still the trigger, misspelt."""


def missing(captions: Captions) -> list[Case]:
    """No caption at all, and none came along."""
    bare = np.setdiff1d(captions.items, captions.captioned)
    return [Case(ids(item for item in bare.tolist() if item not in captions.came))]


def empty(captions: Captions) -> list[Case]:
    """A caption file that held nothing, or layers that the template does not show."""
    bare = np.setdiff1d(captions.items, captions.captioned)
    blank = Case(
        ids(item for item in bare.tolist() if item in captions.came), "The caption file that came along is empty."
    )
    tagged, hidden = set(captions.tagged.tolist()), []
    shows = {template: ("{tags}" in template, "{prose}" in template) for template in _templates(captions)}
    if all(all(shown) for shown in shows.values()):
        return [blank]
    for item in captions.captioned.tolist():
        tags, prose = shows[captions.template_of(item)]
        if not (tags and item in tagged) and not (prose and item in captions.prose):
            hidden.append(item)
    return [blank, Case(ids(hidden), "The template shows nothing of what these pictures have.")]


def _templates(captions: Captions) -> set[str]:
    return {captions.template, *captions.templates.values()}


def short(captions: Captions) -> list[Case]:
    """Under 20 tokens, but not without a caption."""
    few = captions.items[captions.tokens < SHORT]
    return [Case(ids(np.intersect1d(few, captions.captioned)))]


def long(captions: Captions) -> list[Case]:
    """Over 200 tokens."""
    return [Case(ids(captions.items[captions.tokens > LONG]))]


def equal(captions: Captions) -> list[Case]:
    """Groups of pictures with the same tags and the same sentences."""
    seen: dict[tuple[bytes, str, str], list[int]] = {}
    likely = _with_equal_sums(captions)
    starts = np.searchsorted(captions.item, likely).tolist()
    ends = np.searchsorted(captions.item, likely, side="right").tolist()
    for item, start, end in zip(likely.tolist(), starts, ends, strict=True):
        prose = captions.prose.get(item, "")
        if start < end or prose:
            key = (captions.tag[start:end].tobytes(), prose, captions.triggers.get(item, ""))
            seen.setdefault(key, []).append(item)
    groups = [group for group in seen.values() if len(group) > 1]
    return [
        Case(tuple(group), f"{len(group):,} pictures with one caption")
        for group in sorted(groups, key=len, reverse=True)
    ]


def _with_equal_sums(captions: Captions) -> Numbers:
    """The items whose tags add up to what another's do, once they are spread over 64 bits: nearly no others have equal tags."""
    sums = np.zeros(len(captions.items), np.uint64)
    if len(captions.tag):
        spread = captions.tag.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        spread ^= spread >> np.uint64(29)
        begins = np.flatnonzero(np.diff(captions.item, prepend=-1))
        sums[np.searchsorted(captions.items, captions.item[begins])] = np.add.reduceat(spread * spread, begins)
    _, places, times = np.unique(sums, return_inverse=True, return_counts=True)
    return captions.items[times[places.reshape(-1)] > 1]


def loops(captions: Captions) -> list[Case]:
    """Prose that says the same over and over."""
    return [Case(ids(item for item, text in captions.prose.items() if looping(text)))]


def left_markup(captions: Captions) -> list[Case]:
    """Markup in tags, each of them a case, and in prose."""
    tags = [
        Case(ids(captions.having(tag)), f"“{piece}” in the tag “{name}”", format_query(Tag(name)))
        for tag in captions.numbers
        if (name := captions.names[tag]) not in KAOMOJI and (piece := markup(name))
    ]
    prose = ids(item for item, text in captions.prose.items() if markup(text))
    return [*tags, Case(prose, "In sentences")]


def trigger_missing(captions: Captions) -> list[Case]:
    """Pictures without a trigger word; the dataset's is the cure where it has one."""
    bare = ids(item for item in captions.items.tolist() if not captions.trigger_of(item).strip())
    if not captions.trigger.strip():
        return [Case(bare, "The dataset has no trigger word.")]
    return [Case(bare, "Their own trigger word is none.", repair=Repair("trigger", bare, captions.trigger))]


def trigger_misspelt(captions: Captions) -> Iterator[Case]:
    """Tags, words in prose and own trigger words that are the trigger but for a letter or two."""
    word = tag_key(captions.trigger)
    if len(word) < _NEAR_LETTERS:
        return
    for tag in captions.numbers:
        name = captions.names[tag]
        if _is_nearly_known(tag_key(name), word):
            found = ids(captions.having(tag))
            yield Case(found, f"The tag “{name}”", format_query(Tag(name)), removing(found, [name]))
    yield from _misspelt_in_prose(captions, word)
    for own in sorted(set(captions.triggers.values())):
        if _is_nearly(tag_key(own), word):
            found = ids(item for item, text in captions.triggers.items() if text == own)
            yield Case(found, f"Their own trigger word “{own}”", repair=Repair("trigger", found, captions.trigger))


def _misspelt_in_prose(captions: Captions, word: str) -> Iterator[Case]:
    if not _WORD.fullmatch(word):
        return
    wrong: dict[str, set[int]] = {}
    for item, text in captions.prose.items():
        for written in _near_words(text, word):
            wrong.setdefault(written, set()).add(item)
    for written, items in sorted(wrong.items()):
        found = ids(items)
        repair = Repair("replace", found, written, captions.trigger, where="prose")
        yield Case(found, f"“{written}” in sentences", repair=repair)


@lru_cache(maxsize=65_536)
def _near_words(text: str, word: str) -> tuple[str, ...]:
    """The words of a text that are the trigger, misspelt; remembered, since after an edit most texts are the same."""
    return tuple(written for written in set(_WORD.findall(text)) if _is_nearly_known(tag_key(written), word))


@lru_cache(maxsize=65_536)
def _is_nearly_known(key: str, word: str) -> bool:
    return _is_nearly(key, word)


@lru_cache(maxsize=65_536)
def _times(text: str, word: str) -> int:
    """How often the trigger stands in a text as a word of its own."""
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    return len(pattern.findall(text.replace("_", " ")))


def trigger_doubled(captions: Captions) -> list[Case]:
    """Tags that are the trigger once more, and prose that has it more than once."""
    word = tag_key(captions.trigger)
    if not word:
        return []
    cases = []
    for tag in captions.numbers:
        name = captions.names[tag]
        key = tag_key(name)
        if key != word and _is_again(key, word):
            found = ids(captions.having(tag))
            cases.append(Case(found, f"The tag “{name}”", format_query(Tag(name)), removing(found, [name])))
    twice = ids(item for item, text in captions.prose.items() if _times(text, word) > 1)
    return [*cases, Case(twice, "In sentences")]


def _is_again(key: str, word: str) -> bool:
    """Whether a tag is nothing but the trigger, several times or with marks around it: `mychar mychar`, `mychar.`"""
    rest = key.replace(word, " ")
    return rest != key and not _WORD.search(rest)


def _is_nearly(text: str, word: str) -> bool:
    """Whether it is the word with a letter or two wrong, missing, too many, or in each other's place; never the word itself.

    A plural or another number is another word: so a difference in a digit does not count, nor an s at the end. Nor do marks.
    """
    text, most = _MARK.sub("", text), 2 if len(word) >= _FAR_LETTERS else 1
    if text == word or abs(len(text) - len(word)) > most or text.rstrip("s") == word.rstrip("s"):
        return False
    return _DIGITS.findall(text) == _DIGITS.findall(word) and _distance(text, word) <= most


def _distance(one: str, other: str) -> int:
    """Letters to put in, take out, change or swap with their neighbour (optimal string alignment)."""
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before, row = before, row, [i, *([0] * len(other))]
        for j, wanted in enumerate(other, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                row[j] = min(row[j], last[j - 2] + 1)
    return row[-1]
