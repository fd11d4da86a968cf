"""What a chat model's answer says; it may be anything."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

LONGEST = 20_000  # characters
QUOTED = 200
"""So much of a site's own words about an error is passed on."""

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_QUOTES = (('"', '"'), ("\u201c", "\u201d"), ("'", "'"))


@dataclass(frozen=True, slots=True)
class Reply:
    """The caption, as one line; `is_cut` where the model came to the limit of its tokens."""

    text: str
    is_cut: bool


def read_reply(body: bytes) -> Reply | None:
    """The first choice of a chat's answer; None where it is none."""
    answer = _json(body)
    try:
        choice = answer["choices"][0]
        content = choice["message"]["content"]
    except (KeyError, IndexError, TypeError):
        return None
    text = _text(content)
    if text is None:
        return None
    return Reply(_line(text), choice.get("finish_reason") == "length")


def said_by(body: bytes) -> str:
    """What a site says about an error, behind a blank and as a sentence; "" where it says nothing that can be read."""
    answer = _json(body)
    error = answer.get("error", answer.get("message", answer.get("detail"))) if isinstance(answer, dict) else None
    words = error.get("message") if isinstance(error, dict) else error
    if not isinstance(words, str) or not words.strip():
        return ""
    return f" It says: {_line(words)[:QUOTED].rstrip('.')}."


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _text(content: Any) -> str | None:
    """A text, or the texts of a list of parts; some models say nothing but null."""
    if content is None:
        return ""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else None


def _line(text: str) -> str:
    """One line, without what the model thought before, and without quotes around it."""
    spoken = _THOUGHT.sub(" ", text[: LONGEST * 4])
    line = " ".join("".join(char if char.isprintable() else " " for char in spoken).split())
    for left, right in _QUOTES:
        inner = line[1:-1]
        if len(line) > 1 and line[0] == left and line[-1] == right and left not in inner and right not in inner:
            line = inner.strip()
    return line[:LONGEST]
