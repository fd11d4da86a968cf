"""A tag's name: how it is spelled, compared, split and matched."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from dscore.errors import WrongUseError

_FACES = "0_0 (o)_(o) +_+ +_- ._. <o>_<o> <|>_<|> =_= >_< 3_3 6_9 >_o @_@ ^_^ o_o u_u x_x |_| ||_||"
KAOMOJI = frozenset(_FACES.split())
"""Faces whose underscore is a mouth: the list of the WD taggers' own space, of taggui and of imgutils."""

_BRACKETS = re.compile(r"([\\()])")
_ESCAPED_BRACKETS = re.compile(r"\\([\\()])")
_BETWEEN_TAGS = re.compile(r"[,\r\n]")


@lru_cache(maxsize=65_536)
def tag_key(name: str) -> str:
    """What two spellings of one tag share; for matching and search only, never for a caption.

    Unicode form and case are folded, underscores are blanks, blanks are single and not at the ends; a name
    of nothing else is kept as it is. `tag_key(tag_key(name)) == tag_key(name)`.
    """
    folded = name.lower() if name.isascii() else _folded(name)
    return " ".join(folded.replace("_", " ").split()) or folded


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def spaced(name: str) -> str:
    """The name with blanks for underscores, as captions write it; kaomoji and bare underscores stay."""
    if name in KAOMOJI:
        return name
    return name.replace("_", " ").strip() or name


def clean_tag(name: str) -> str:
    """One tag as typed by a person, without stray blanks.

    Raises WrongUseError where it is empty or holds a comma.
    """
    cleaned = " ".join(name.split())
    if not cleaned:
        raise WrongUseError("A tag needs at least one character that is not a blank.")
    if "," in cleaned:
        raise WrongUseError(f"“{cleaned}” is more than one tag: a tag cannot hold a comma.")
    return cleaned


def split_tags(text: str) -> tuple[str, ...]:
    """The tags of a list as typed by a person: parted by commas or line ends, clean, empty ones left out."""
    pieces = (" ".join(piece.split()) for piece in _BETWEEN_TAGS.split(text))
    return tuple(piece for piece in pieces if piece)


def escape_brackets(name: str) -> str:
    r"""`saber (fate)` as prompts write it, `saber \(fate\)`; backslashes are escaped too, as by imgutils."""
    return _BRACKETS.sub(r"\\\1", name)


def unescape_brackets(name: str) -> str:
    """The name that `escape_brackets` was given; other backslashes stay."""
    return _ESCAPED_BRACKETS.sub(r"\1", name)


def tag_matcher(pattern: str) -> Callable[[str], bool]:
    """A test of names (or keys) against a pattern: `*` is any run of characters, the rest matches by key.

    Linear in the name, however many stars there are.
    """
    first, *middle = tag_key(pattern).split("*")
    if not middle:
        return lambda name: tag_key(name) == first
    *inner, last = middle
    shortest = len(first) + len(last)

    def matches(name: str) -> bool:
        key = tag_key(name)
        if len(key) < shortest or not key.startswith(first) or not key.endswith(last):
            return False
        start, end = len(first), len(key) - len(last)
        for piece in inner:
            found = key.find(piece, start, end)
            if found < 0:
                return False
            start = found + len(piece)
        return True

    return matches
