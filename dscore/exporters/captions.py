"""A caption's text as the bytes of its file: UTF-8 without a mark, one line, no line end."""

from __future__ import annotations

_BYTE_ORDER_MARK = "\ufeff"


def caption_line(text: str) -> str:
    """One line: line ends of every kind become a blank, blanks at the ends go, all else stays; may be "".

    Trainers differ on all of these: kohya reads only the first line and keeps a byte order mark in the first
    tag, OneTrainer takes each line as another caption, ai-toolkit keeps the final newline.
    """
    lines = (line.strip() for line in text.lstrip(_BYTE_ORDER_MARK).splitlines())
    return " ".join(line for line in lines if line)


def caption_bytes(text: str) -> bytes:
    """The file's content; b"" means that no file may be written, since kohya stops at an empty one.

    A lone surrogate, which UTF-8 cannot hold, becomes `?`.
    """
    return caption_line(text).encode("utf-8", errors="replace")
