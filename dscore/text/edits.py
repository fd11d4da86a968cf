"""What bulk edits do to one tag's name or to prose: pure functions from the old to the new."""

from __future__ import annotations

import re
from functools import lru_cache

import regex

from dscore.errors import WrongUseError
from dscore.text.tags import spaced, tag_key, unescape_brackets

_TWO_LETTERS = re.compile(r"[^\W\d_]{2}")
_IN_WORD = r"[\w\p{N}]"
"""For the `regex` library, whose letters include combining marks but no `²`."""
_MARKS_BEHIND = regex.compile(r"\p{M}+\Z")


def spelling_key(tag: str) -> str:
    """Equal for the spellings of one tag (case, underscores); `:D` and `:d` stay two."""
    return tag_key(tag) if _TWO_LETTERS.search(tag) else tag


def standardise_tag(tag: str, *, spaces: bool = True, unescape: bool = False) -> str:
    r"""One way to write a tag: single blanks, none as underscore but in kaomoji, `(` for `\(` if asked; case stays (`:D`)."""
    name = " ".join(tag.split())
    if unescape:
        name = unescape_brackets(name)
    return spaced(name) if spaces else name


def replace_prose(text: str, old: str, new: str) -> str:
    """All of `old`, to the letter and as whole words, replaced; where it is removed, no doubled blank is left behind."""
    if not old:
        raise WrongUseError("Say which words to replace.")
    first, *others = _whole(old).split(text)
    if not others:
        return text
    result = first
    for piece in others:
        needless = not new and (result[-1:].isspace() or not result) and piece[:1] in {" ", ",", "."}
        result = _closed(result, piece) if needless else result + new + piece
    return result.strip() if not new else result


@lru_cache(maxsize=16)
def _whole(words: str) -> regex.Pattern[str]:
    """The words where they stand alone: `man` is no part of `maneuver`, and `e` none of an `e` with a combining accent."""
    bare = _MARKS_BEHIND.sub("", words)
    before = rf"(?<!{_IN_WORD})" if regex.match(rf"(?!\p{{M}}){_IN_WORD}", words) else ""
    behind = rf"(?!{_IN_WORD})" if regex.search(rf"{_IN_WORD}\Z", bare) else r"(?!\p{M})"
    return regex.compile(f"{before}{regex.escape(words)}{behind if bare else ''}")


def _closed(left: str, right: str) -> str:
    """The two sides of a removed piece, without the blank that stood on both or before a mark."""
    return left + right.lstrip(" ") if right.startswith(" ") else left.rstrip(" ") + right
