"""How the pages say numbers, times and other people's texts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from dscore.catalog.changes import Change

WORD_JOINER = "\u2060"

_MARKS = re.compile(r"([\\`*_{}\[\]()#+.!|<>$:~^&=@-])")
# Streamlit looks for these once more in what its Markdown has made, where a backslash is gone already.
_NAMED = re.compile(r":(?=[a-z0-9_+/-]+:)", re.IGNORECASE)


def plain(text: str) -> str:
    """A text of unknown origin for a widget that reads Markdown: it shows as it is, and means nothing."""
    lines = (_MARKS.sub(r"\\\1", _NAMED.sub(f":{WORD_JOINER}", line)) for line in text.splitlines())
    return "  \n".join(lines)


def counted(number: int, noun: str) -> str:
    """`1 picture`, `2,000 pictures`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def reach(change: Change, items: int) -> str:
    """So many pictures; a change without pictures sets something of the dataset, such as its trigger word."""
    return counted(items, "picture") if change.items else "the whole dataset"


def gone(change: Change) -> str:
    """A sentence about the pictures of the change that no undo or redo brings back, behind a blank; "" where there are none."""
    return f" Gone for ever, since the trash was emptied: {counted(change.gone, 'picture')}." if change.gone else ""


def stays(settings: Iterable[str]) -> str:
    """Sentences about settings of the dataset that an undo or redo left as a later change has set them, each behind a blank."""
    return "".join(f" The {setting} stays as it is: it was set again since." for setting in settings)


def duration(seconds: float) -> str:
    """`42 s`, `3 min`, `1 h 5 min`, `2 days`."""
    whole = max(1, round(seconds))
    if whole < 100:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{round(hours / 24)} days"


def since(moment: str) -> str:
    """How long ago a time of the catalog (ISO 8601) was: `just now`, `3 min ago`, `12 March 2026`."""
    then = datetime.fromisoformat(moment)
    seconds = (datetime.now(UTC) - then).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 7 * 86_400:
        return f"{duration(seconds)} ago"
    return f"{then.astimezone():%d %B %Y}".removeprefix("0")


def pace(rate: float) -> str:
    """Pictures a second: `38/s`, `2.4/s`."""
    return f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"
