"""The search language: one line of text to a tree, and back. The grammar for users is docs/search.md."""

from __future__ import annotations

from dataclasses import dataclass

from dscore.errors import QueryError
from dscore.text.query_words import FIELDS, Word, read_words

MAX_TERMS = 500
"""More would pass what SQLite takes as one expression."""

MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Everything:
    """The empty search: all items."""


@dataclass(frozen=True, slots=True)
class Tag:
    """Items with this tag, compared by key; with `wildcard`, `*` in the pattern is any run of characters."""

    pattern: str
    wildcard: bool = False


@dataclass(frozen=True, slots=True)
class Compare:
    """A number field against a value; `op` is one of = < > <= >=."""

    field: str
    op: str
    value: int


@dataclass(frozen=True, slots=True)
class Named:
    """A text field that equals the pattern; `wildcard` as for Tag."""

    field: str
    pattern: str
    wildcard: bool = False


@dataclass(frozen=True, slots=True)
class Is:
    """Items in a state, one of `STATES`."""

    word: str


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; two or more."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any part holds; two or more."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Query


Query = Everything | Tag | Compare | Named | Is | And | Or | Not


def parse_query(text: str) -> Query:
    """The tree of a search; raises QueryError, which points at the word that cannot be read."""
    words = read_words(text)
    if not words:
        return Everything()
    terms = [word for word in words if word.kind == "term"]
    if len(terms) > MAX_TERMS:
        raise QueryError(
            f"The search has {len(terms)} terms; {MAX_TERMS} is the limit. Split it into several searches.",
            start=terms[MAX_TERMS].start,
            end=len(text),
        )
    reader = _Reader(words, end=len(text))
    query = reader.alternatives(0)
    if (left := reader.next_word()) is not None:
        raise QueryError(
            "This ) closes no group. For a tag that is a bracket, put it in quotes.",
            start=left.start,
            end=left.end,
        )
    return query


def format_query(query: Query) -> str:
    """The search as text; `parse_query` reads it back to an equal tree, if one can be written at all."""
    text = ""
    match query:
        case Or(parts):
            text = " or ".join(_grouped(part, Or) for part in parts)
        case And(parts):
            text = " ".join(_grouped(part, Or, And) for part in parts)
        case Not(part):
            text = "-" + _grouped(part, Or, And)
        case Is(word):
            text = f"is:{word}"
        case Compare(field, op, value):
            text = f"{field}{op}{value}"
        case Named(field, pattern, wildcard):
            text = f"{field}:{pattern if wildcard or _is_plain(pattern) else _quoted(pattern)}"
        case Tag(pattern, wildcard):
            text = pattern if wildcard else quote_tag(pattern)
    return text


def quote_tag(name: str) -> str:
    """The search that finds exactly this tag: the bare name where it is read as one, or else in quotes."""
    try:
        if parse_query(name) == Tag(name):
            return name
    except QueryError:
        pass
    return _quoted(name)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _is_plain(value: str) -> bool:
    return bool(value) and value[0] != '"' and "*" not in value and not any(map(str.isspace, value))


def _grouped(query: Query, *kinds: type) -> str:
    text = format_query(query)
    return f"( {text} )" if isinstance(query, kinds) else text


class _Reader:
    """Reads words from left to right: `or` binds loosest, then standing side by side, then `-`."""

    def __init__(self, words: list[Word], *, end: int) -> None:
        self._words = words
        self._at = 0
        self._end = end

    def next_word(self) -> Word | None:
        return self._words[self._at] if self._at < len(self._words) else None

    def alternatives(self, depth: int) -> Query:
        parts = [self._side_by_side(depth)]
        while (word := self.next_word()) is not None and word.kind == "or":
            self._at += 1
            parts.append(self._side_by_side(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _side_by_side(self, depth: int) -> Query:
        word = self.next_word()
        if word is None or word.kind in {"or", "close"}:
            raise self._missing(word)
        parts = []
        while word is not None and word.kind not in {"or", "close"}:
            parts.append(self._one(word, depth))
            word = self.next_word()
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self, word: Word, depth: int) -> Query:
        if word.kind in {"or", "close"}:
            raise self._missing(word)
        if depth >= MAX_DEPTH:
            raise QueryError(f"Groups and - are nested deeper than {MAX_DEPTH} here.", start=word.start, end=word.end)
        self._at += 1
        if word.kind == "not":
            following = self._words[self._at]
            return Not(self._one(following, depth + 1))
        return self._group(word, depth) if word.kind == "open" else _term(word)

    def _group(self, opening: Word, depth: int) -> Query:
        query = self.alternatives(depth + 1)
        if self.next_word() is None:
            raise QueryError(
                "This ( is never closed. A closing bracket needs a blank before it, as in ( a or b ).",
                start=opening.start,
                end=opening.end,
            )
        self._at += 1
        return query

    def _missing(self, word: Word | None) -> QueryError:
        """Why there is no term where one has to be: beside an `or`, behind a `-`, or in a group."""
        before = self._words[self._at - 1] if self._at else None
        for beside in (before, word):
            if beside is not None and beside.kind == "or":
                message = 'A term is missing beside “or”. For the tag "or", put it in quotes.'
                return QueryError(message, start=beside.start, end=beside.end)
        if before is not None and before.kind == "open":
            end = before.end if word is None else word.end
            return QueryError("This group is empty.", start=before.start, end=end)
        start, end = (word.start, word.end) if word is not None else (0, self._end)
        return QueryError("This ) closes no group.", start=start, end=end)


def _term(word: Word) -> Query:
    if word.field is None:
        return Tag(word.text, wildcard=word.wildcard)
    kind = FIELDS[word.field].kind
    if kind == "number":
        return Compare(word.field, "=" if word.op == ":" else word.op, int(word.text))
    return Is(word.text) if kind == "state" else Named(word.field, word.text, wildcard=word.wildcard)
