"""The words of a search: brackets that stand alone, `or`, `-`, and terms, some of them on a field."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from dscore.errors import QueryError

MAX_QUERY = 10_000
MAX_DIGITS = 12

STATES = (
    *("untagged", "tagged", "uncaptioned", "captioned", "undescribed", "described"),
    *("trashed", "kept", "rejected", "unmarked"),
)
"""What may follow `is:`."""

CHECKS = (
    *(
        "narrow",
        "below-1024",
        "below-512",
        "odd-aspect",
        "blurred",
        "dark",
        "bright",
        "flat",
        "duplicate",
        "near-duplicate",
    ),
    *("heavy", "light", "format", "frames", "alpha", "elsewhere"),
    *("missing", "empty", "trigger-missing", "trigger-misspelt", "trigger-doubled", "separator", "doubled", "spelling"),
    *("variant", "contradiction", "loop", "markup", "long", "short", "contained", "leaking", "equal"),
)
"""What may follow `check:`: the codes of `quality.checks`."""


@dataclass(frozen=True, slots=True)
class Field:
    """How a field's value is read: a whole number, any text, a state, or what a check finds; and an example for messages."""

    kind: Literal["number", "text", "state", "check"]
    example: str


FIELDS = {
    "width": Field("number", "width>=1024"),
    "height": Field("number", "height<768"),
    "kb": Field("number", "kb>=5000"),
    "tags": Field("number", "tags<5"),
    "tokens": Field("number", "tokens>75"),
    "stars": Field("number", "stars>=4"),
    "name": Field("text", "name:*_01"),
    "from": Field("text", "from:person"),
    "is": Field("state", "is:untagged"),
    "check": Field("check", "check:blurred"),
}
"""The words that make a term a field when an operator follows; all other words are tags."""

_WORDS = {"state": STATES, "check": CHECKS}
"""Fields whose value is one of these words."""

_FIELD = re.compile(rf"({'|'.join(FIELDS)})(>=|<=|[:=><])", re.IGNORECASE)
_BLANK = re.compile(r"\s*")
_BARE = re.compile(r"\S*")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')


@dataclass(frozen=True, slots=True)
class Word:
    """One word, with its offsets in the search; `field` and `op` where it is a term on a field."""

    kind: Literal["open", "close", "or", "not", "term"]
    text: str
    start: int
    end: int
    wildcard: bool = False
    field: str | None = None
    op: str = ""


def read_words(text: str) -> list[Word]:
    """The words in order; a `not` is always followed by the start of what it excludes. Raises QueryError."""
    if len(text) > MAX_QUERY:
        raise QueryError(
            f"The search is {len(text):,} characters long; {MAX_QUERY:,} is the limit.",
            start=MAX_QUERY,
            end=len(text),
        )
    words: list[Word] = []
    at = _skip(_BLANK, text, 0)
    while at < len(text):
        word = _read_word(text, at)
        words.append(word)
        at = word.end if word.kind == "not" else _skip(_BLANK, text, word.end)
    return words


def _skip(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return at if found is None else found.end()


def _read_word(text: str, at: int) -> Word:
    end = _skip(_BARE, text, at)
    bare = text[at:end]
    if bare == "-":
        raise QueryError(
            'A - stands directly before what it excludes, as in -solo. For the tag "-", put it in quotes.',
            start=at,
            end=end,
        )
    if bare[0] == "-":
        return Word("not", "-", at, at + 1)
    if bare in {"(", ")"}:
        return Word("open" if bare == "(" else "close", bare, at, end)
    if bare.lower() == "or":
        return Word("or", bare, at, end)
    if field := _FIELD.match(text, at):
        return _field_term(text, at, field)
    return _value(text, at, at)


def _value(text: str, start: int, at: int) -> Word:
    """A term from `start` whose value begins at `at`: in quotes to the closing one, or up to a blank."""
    end = _skip(_BARE, text, at)
    if text[at : at + 1] == '"':
        return _quoted_value(text, start, at)
    value = text[at:end]
    if start == at and value[:1] == "(" and value.count("(") > value.count(")"):
        raise QueryError(
            "A bracket that opens a group stands alone, with a blank behind it, as in ( a or b ). "
            f'For a tag with this bracket, use quotes: "{value}".',
            start=at,
            end=end,
        )
    return Word("term", value, start, end, wildcard="*" in value)


def _quoted_value(text: str, start: int, at: int) -> Word:
    found = _QUOTED.match(text, at)
    if found is None:
        raise QueryError(f"The quote before “{text[at + 1 : at + 21]}” is never closed.", start=at, end=len(text))
    if found.end() < len(text) and not text[found.end()].isspace():
        rest = text[found.end() : _skip(_BARE, text, found.end())]
        raise QueryError(
            f"“{rest}” stands directly behind a closing quote. Put a blank between; "
            'a quote inside quotes is written twice ("").',
            start=found.end(),
            end=found.end() + len(rest),
        )
    value = found[1].replace('""', '"')
    if not value:
        raise QueryError("There is nothing between these quotes.", start=at, end=found.end())
    return Word("term", value, start, found.end())


def _field_term(text: str, start: int, found: re.Match[str]) -> Word:
    name, op = found[1].lower(), found[2]
    field = FIELDS[name]
    value = _value(text, start, found.end())
    problem = _problem(name, field, op, value.text)
    if problem:
        raise QueryError(f"{problem} Example: {field.example}.", start=start, end=value.end)
    text_value = value.text.lower() if field.kind in _WORDS else value.text
    wildcard = value.wildcard and field.kind == "text"
    return Word("term", text_value, start, value.end, wildcard=wildcard, field=name, op=op)


def _problem(name: str, field: Field, op: str, value: str) -> str:
    """What is wrong with a field's operator or value, as a sentence, or ""."""
    if field.kind != "number" and op not in {":", "="}:
        return f"“{name}” cannot be compared with {op}; use a colon."
    if not value:
        return f"“{name}{op}” needs a value directly behind it."
    if field.kind == "number" and not (value.isascii() and value.isdigit()):
        return f"“{name}” is compared with a whole number, and “{value}” is none."
    if field.kind == "number" and len(value) > MAX_DIGITS:
        return f"The number behind “{name}{op}” is too large."
    known = _WORDS.get(field.kind)
    if known and value.lower() not in known:
        return f"“{name}:” knows {', '.join(known)}, and “{value}” is none of them."
    return ""
