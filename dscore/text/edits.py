"""What bulk edits do to one tag's name or to prose: pure functions from the old to the new."""

from __future__ import annotations

import re

from dscore.errors import WrongUseError
from dscore.text.tags import spaced, tag_key, unescape_brackets

_TWO_LETTERS = re.compile(r"[^\W\d_]{2}")


def spelling_key(tag: str) -> str:
    """Equal for the spellings of one tag (case, underscores); `:D` and `:d` stay two."""
    return tag_key(tag) if _TWO_LETTERS.search(tag) else tag


def standardise_tag(tag: str, *, spaces: bool = True, unescape: bool = False) -> str:
    r"""One way to write a tag: single blanks, none as underscore but in kaomoji, `(` for `\(` if asked."""
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


def _whole(words: str) -> re.Pattern[str]:
    """The words where they stand alone: `man` is no part of `maneuver`."""
    before = r"(?<!\w)" if re.match(r"\w", words) else ""
    behind = r"(?!\w)" if re.search(r"\w\Z", words) else ""
    return re.compile(f"{before}{re.escape(words)}{behind}")


def _closed(left: str, right: str) -> str:
    """The two sides of a removed piece, without the blank that stood on both or before a mark."""
    return left + right.lstrip(" ") if right.startswith(" ") else left.rstrip(" ") + right
