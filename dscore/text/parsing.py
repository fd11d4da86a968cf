"""An imported caption taken apart into tags and prose, so that it renders back to the very same text.

Standard form: tags joined by ", ", no empty ones, none twice, no blanks at the ends; a final line end is no
part of it. Prose is kept as it is, with its line ends. A line end between tags parts them as a comma does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from dscore.models import CaptionStyle, Layers
from dscore.text.captions import render

Kind = Literal["tags", "prose", "mixed"]

MAX_BOUNDARIES = 40
"""How many sentence ends are tried as the place where tags end and prose begins."""

MAX_SAMPLE = 4000
"""How many characters of a text show whether it is prose."""

_TAG_SEPARATOR = re.compile(r",[^\S\n]*\n\s*|\n\s*|,")
_SENTENCE_BREAK = re.compile(r"[.;:]?[ \t\r]{0,8}\n{1,8}|[.;] {1,8}")
_LAST_SENTENCE_BREAK = re.compile(r"(?<=[.!?…。”\"])( {1,8}|\n{1,8})(?=\S)")
_SENTENCE_END = re.compile(r"\w\W{0,3}[.!?…。\uff01\uff1f][)”\u2019\"']*$")
_INNER_SENTENCE = re.compile(r"\w{4}[.!?…][”\"]? [A-Z“]")
_SENTENCE_WORD = re.compile(r"\b(?:is|are|was|were|has|have|he|she|they|who|which)\b", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:an?|the)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedCaption:
    """A caption's layers, and the template under which they render back to the text.

    `changes` says in plain words what will be different; it is empty exactly where nothing is (but a final
    line end).
    """

    tags: tuple[str, ...]
    prose: str
    template: str
    kind: Kind
    changes: tuple[str, ...] = ()

    @property
    def layers(self) -> Layers:
        """The tags and the prose, without a trigger."""
        return Layers(tags=self.tags, prose=self.prose)


def parse_caption(text: str, *, kind: Literal["auto", "tags", "prose", "mixed"] = "auto") -> ParsedCaption:
    """The layers of an imported caption; `mixed` where no border is found is read as `auto` does.

    Nothing inside a tag or sentence is touched: escapes, weights, wildcards and case pass. A caption whose
    `auto` reading would change it although another reading does not is taken as prose whole.
    """
    body = text.removesuffix("\n").removesuffix("\r")
    stripped = body.strip()
    if not stripped.strip(", \t\r\n"):
        dropped = ("only blanks and commas: the caption is empty",) if body else ()
        return ParsedCaption((), "", "{tags}", "tags", dropped)
    parsed = _READERS[kind](stripped)
    if stripped == body:
        return parsed
    changes = ("blanks at the ends dropped", *parsed.changes)
    return ParsedCaption(parsed.tags, parsed.prose, parsed.template, parsed.kind, changes)


def shared_template(captions: Iterable[ParsedCaption]) -> str:
    """The template for a dataset of these captions, with {trigger} in front: the commonest of the mixed ones.

    Captions of tags alone or prose alone render back under any; others may need a look.
    """
    counts = Counter(caption.template for caption in captions if caption.kind == "mixed")
    if not counts:
        return CaptionStyle().template
    return "{trigger}, " + counts.most_common(1)[0][0]


def _as_tags(text: str) -> ParsedCaption:
    tags, changes = _tag_list(text)
    return ParsedCaption(tags, "", "{tags}", "tags", changes)


def _as_prose(text: str) -> ParsedCaption:
    return ParsedCaption((), text, "{prose}", "prose")


def _as_mixed(text: str) -> ParsedCaption:
    border = _border(text) or next(_breaks(text), None)
    parsed = border.parsed() if border else None
    if parsed is None or not (_renders_back(parsed, text) or parsed.changes):
        return _as_tags(text) if _looks_like_tags(text) else _as_prose(text)
    return parsed


def _as_found(text: str) -> ParsedCaption:
    border = _border(text)
    if border is None:
        return _as_tags(text) if _looks_like_tags(text) else _as_prose(text)
    mixed = border.parsed()
    if _renders_back(mixed, text):
        return mixed
    is_standard = not mixed.changes or not _as_tags(text).changes
    return _as_prose(text) if is_standard else mixed


_READERS = {"auto": _as_found, "tags": _as_tags, "prose": _as_prose, "mixed": _as_mixed}


class _Border(NamedTuple):
    """A place that may part tags from prose: the text before, the separator, the text behind."""

    before: str
    separator: str
    behind: str
    tags_first: bool = True

    def parsed(self) -> ParsedCaption:
        listed, prose = (self.before, self.behind) if self.tags_first else (self.behind, self.before)
        first, second = ("{tags}", "{prose}") if self.tags_first else ("{prose}", "{tags}")
        tags, changes = _tag_list(listed)
        return ParsedCaption(tags, prose, first + self.separator + second, "mixed", changes)


def _renders_back(parsed: ParsedCaption, text: str) -> bool:
    return render(parsed.layers, CaptionStyle(template=parsed.template), seed=0) == text


def _tag_list(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tags of a comma-separated text, and what joining them by ", " will change."""
    pieces = _TAG_SEPARATOR.split(text)
    tags = [stripped for piece in pieces if (stripped := piece.strip())]
    changes = []
    if lines := text.count("\n"):
        changes.append(_counted(lines, "line end") + " between tags read as a comma")
    elif any(piece.strip() and piece != " " + piece.strip() for piece in pieces[1:]) or pieces[0][-1:].isspace():
        changes.append("blanks around commas became one behind each")
    if empty := len(pieces) - len(tags):
        changes.append(_counted(empty, "empty tag") + " dropped")
    changes += [f"doubled tag “{name}” dropped" for name, count in Counter(tags).items() if count > 1]
    return tuple(dict.fromkeys(tags)), tuple(changes)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}"


def _border(text: str) -> _Border | None:
    """Where tags end and sentences begin, or the other way round; None where all looks like one of them."""
    for border in _breaks(text):
        if _looks_like_list(border.before) and _looks_like_prose(border.behind):
            return border
    return _border_at_comma(text) or _border_before_tags(text)


def _breaks(text: str) -> Iterator[_Border]:
    for number, match in enumerate(_SENTENCE_BREAK.finditer(text)):
        if number == MAX_BOUNDARIES:
            return
        yield _Border(text[: match.start()], match[0], text[match.end() :])


def _border_at_comma(text: str) -> _Border | None:
    """`1girl, solo, A girl sits on a bench.`: the first long piece has a capital and ends as prose."""
    start = 0
    for piece in text.split(", "):
        if len(piece.split()) > 5:
            before, behind = text[: max(0, start - 2)], text[start:]
            fits = piece[0].isupper() and _looks_like_list(before) and _ends_sentence(behind)
            return _Border(before, ", ", behind) if fits else None
        start += len(piece) + 2
    return None


def _border_before_tags(text: str) -> _Border | None:
    """`A girl sits on a bench. 1girl, solo, outdoors`: behind the last sentence stands a list."""
    breaks = list(_LAST_SENTENCE_BREAK.finditer(text))
    if not breaks:
        return None
    last = breaks[-1]
    before, behind = text[: last.start()], text[last.end() :]
    fits = not behind[0].isupper() and behind.count(",") > 1 and _looks_like_list(behind)
    return _Border(before, last[0], behind, tags_first=False) if fits and _looks_like_prose(before) else None


def _ends_sentence(text: str) -> bool:
    return _SENTENCE_END.search(text[-12:]) is not None


def _pieces(text: str) -> list[str]:
    return [piece for piece in _TAG_SEPARATOR.split(text) if piece.strip()]


def _looks_like_list(text: str) -> bool:
    """Short pieces without a verb: at least two, three where the first begins with a capital."""
    pieces = _pieces(text)
    if len(pieces) < 2 + text[:1].isupper() or _SENTENCE_WORD.search(text):
        return False
    return not _ends_sentence(text) and all(len(piece.split()) < 8 for piece in pieces)


def _looks_like_prose(text: str) -> bool:
    """At least four words that end as a sentence does, or more than four to a piece between commas."""
    sample = text[:MAX_SAMPLE]
    words = len(sample.split())
    return words > 3 and (_ends_sentence(text) or words > 4.5 * len(_pieces(sample)))


def _looks_like_tags(text: str) -> bool:
    pieces, words = _pieces(text), len(text.split())
    ends = _ends_sentence(text) and text[:1] not in {"(", "<"}
    if len(pieces) == 1:
        return words < 4 and not ends and not _ARTICLE.match(text)
    if (ends and (text[0].isupper() or text[0] in "“\"'")) or _INNER_SENTENCE.search(text):
        return False
    return words <= 4 * len(pieces) and all(len(piece.split()) < 10 for piece in pieces)
