"""Why a search finds nothing, where a word of it is the reason: a tag that no picture has, a field that was mistyped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from dscore.catalog import tags as tag_table
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.text.query import And, Or, Query, Tag, parse_query, quote_tag
from dscore.text.query_words import FIELDS
from dscore.text.tags import tag_key

MOST_HINTS = 3
PROPOSED = 3

_FIELD = re.compile(r"(?P<field>[a-z]+)(?P<rest>(?:>=|<=|[:=<>]).*)", re.IGNORECASE)


def why_nothing(db: Database, dataset: Dataset, query: str) -> list[str]:
    """Sentences about those tags of the search that no picture of the dataset has; none where all are known."""
    used: dict[str, str] = {}
    for name in tag_table.used(db, dataset.id).values():
        used.setdefault(tag_key(name), name)
    asked = dict.fromkeys(term.pattern for term in _wanted(parse_query(query)) if not term.wildcard)
    return [_sentence(name, used) for name in asked if tag_key(name) not in used][:MOST_HINTS]


def _wanted(query: Query) -> Iterator[Tag]:
    """The tags that pictures should have, not those that they should not."""
    match query:
        case Tag():
            yield query
        case And(parts) | Or(parts):
            for part in parts:
                yield from _wanted(part)


def _sentence(name: str, used: dict[str, str]) -> str:
    proposed = _field(name) or _tags(tag_key(name), used)
    listed = " or ".join(proposed)
    return f"No picture has the tag “{name}”." + (f" Did you mean {listed}?" if listed else "")


def _field(name: str) -> list[str]:
    """`wdith>=400` is most likely a field."""
    found = _FIELD.fullmatch(name)
    close = get_close_matches(found["field"].lower(), FIELDS, n=1, cutoff=0.6) if found else []
    return [f"{field}{found['rest']}" for field in close if found]


def _tags(key: str, used: dict[str, str]) -> Sequence[str]:
    """Tags that are written nearly so, else those that hold it."""
    close = get_close_matches(key, used, n=PROPOSED, cutoff=0.75)
    holding = [other for other in used if key in other]
    return [quote_tag(used[other]) for other in dict.fromkeys([*close, *sorted(holding, key=len)])][:PROPOSED]
