"""Terms put into the filter and taken out of it, whatever else stands there."""

from __future__ import annotations

from dscore.text.query import And, Compare, Everything, Query, Tag, format_query, parse_query
from dscore.text.tags import tag_key

Range = tuple[int, int]


def tags_in(query: str) -> tuple[str, ...]:
    """The tags that every picture must have, as the filter writes them. Raises QueryError, as all of this file."""
    return tuple(part.pattern for part in _parts(query) if isinstance(part, Tag) and not part.wildcard)


def toggled(query: str, tag: str) -> str:
    """With the tag as one more condition, or without it where it is one."""
    parts = _parts(query)
    others = [part for part in parts if not _is_tag(part, tag)]
    return _text(others if len(others) < len(parts) else [*parts, Tag(tag)])


def also(query: str, *more: Query) -> str:
    """With these as more conditions."""
    return _text([*_parts(query), *more])


def without(query: str, *fields: str) -> str:
    """Without the conditions on these numbers."""
    return _text([part for part in _parts(query) if not _compares(part, fields)])


def compared(query: str, *fields: str) -> str:
    """Only the conditions on these numbers."""
    return _text([part for part in _parts(query) if _compares(part, fields)])


def within(query: str, ranges: dict[str, Range]) -> str:
    """With each number between two values, the ends included, instead of what was said of it before."""
    parts = _parts(without(query, *ranges))
    for field, (low, high) in ranges.items():
        ends = (Compare(field, ">=", low), Compare(field, "<=", high))
        parts += [Compare(field, "=", low)] if low == high else ends
    return _text(parts)


def _parts(query: str) -> list[Query]:
    """What must hold all together."""
    match parse_query(query):
        case Everything():
            return []
        case And(parts):
            return list(parts)
        case other:
            return [other]


def _text(parts: list[Query]) -> str:
    if not parts:
        return ""
    return format_query(parts[0] if len(parts) == 1 else And(tuple(parts)))


def _is_tag(part: Query, tag: str) -> bool:
    return isinstance(part, Tag) and not part.wildcard and tag_key(part.pattern) == tag_key(tag)


def _compares(part: Query, fields: tuple[str, ...]) -> bool:
    return isinstance(part, Compare) and part.field in fields
