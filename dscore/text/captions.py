"""Layers (trigger, tags, prose) put together to the caption that a trainer reads."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from dscore.errors import WrongUseError
from dscore.models import CaptionStyle, Layers, TriggerPosition
from dscore.text.tags import tag_key

PARTS = ("trigger", "tags", "prose")
"""What a template may name, each once, in braces."""

MAX_TEMPLATE = 1000

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_SENTENCE_END = (".", "!", "?", "…", ".”", '."', "!”", '!"', "?”", '?"')


def validate_template(template: str) -> None:
    """Raises WrongUseError, saying what is wrong, unless layers can be put together by this template."""
    if len(template) > MAX_TEMPLATE:
        raise WrongUseError(f"The template is longer than {MAX_TEMPLATE:,} characters.")
    names = _PLACEHOLDER.findall(template)
    for name in names:
        if name not in PARTS:
            raise WrongUseError(f"The template names “{{{name}}}”; it may hold {{trigger}}, {{tags}} and {{prose}}.")
        if names.count(name) > 1:
            raise WrongUseError(f"The template holds {{{name}}} more than once; leave one of them.")
    if not names:
        raise WrongUseError("The template needs at least one of {trigger}, {tags} and {prose}.")
    if re.search(r"[{}]", _PLACEHOLDER.sub("", template)):
        raise WrongUseError("The template has a brace without its partner.")


def one_line(text: str) -> str:
    """The text with each line end, and the blanks around it, as one blank; nothing else inside is touched."""
    return " ".join(line for line in map(str.strip, text.splitlines()) if line)


class Renderer:
    """Puts layers together in one style; made once for many captions.

    The text between two parts stands only where both do: an empty part takes the text behind it along (the
    last one the text before it). What a template has before its first and behind its last part belongs to
    those. A separator that would double a mark is shortened: behind prose that ends a sentence, `. ` and `, `
    are one blank.

    The trigger stands once. A tag that equals it (by `tag_key`) is left out; where the shown prose has it as
    a word, that is its place. Otherwise by the style's position:
    start: where the template has {trigger}, or else in front of all;
    end: behind the last tag, or, without tags, behind all;
    random: somewhere among the tags, the same for the same seed; without tags as for start.

    `flat` gives one line: line ends become blanks, and a bare one in the template becomes `. `.
    Raises WrongUseError for a template that `validate_template` refuses.
    """

    def __init__(self, style: CaptionStyle, *, flat: bool = False) -> None:
        validate_template(style.template)
        literals = _PLACEHOLDER.split(style.template)
        self._parts = tuple(literals[1::2])
        self._literals = tuple(_flat(text) if flat else text for text in literals[::2])
        self._position = style.trigger_position
        self._flat = flat
        self._shows_prose = "prose" in self._parts
        self._trigger: _Trigger | None = None

    def render(self, layers: Layers, *, seed: int) -> str:
        """One caption; `seed` (the item's id) chooses the random place of the trigger."""
        caption = self._render(layers, layers.prose.strip(), seed)
        return one_line(caption) if self._flat else caption

    def _render(self, layers: Layers, prose: str, seed: int) -> str:
        word = layers.trigger.strip(", \t\r\n")
        if not word:
            return self._join("", ", ".join(layers.tags), prose)
        trigger = self._trigger
        if trigger is None or trigger.word != word:
            self._trigger = trigger = _Trigger(word)
        tags = trigger.without_twins(layers.tags)
        if prose and self._shows_prose and trigger.stands_in(prose):
            return self._join("", ", ".join(tags), prose)
        return self._with_trigger(word, tags, prose, seed)

    def _with_trigger(self, trigger: str, tags: list[str], prose: str, seed: int) -> str:
        among_tags = bool(tags) and "tags" in self._parts
        if among_tags and self._position is not TriggerPosition.START:
            at_end = self._position is TriggerPosition.END
            tags.insert(len(tags) if at_end else _place(seed, len(tags) + 1), trigger)
            return self._join("", ", ".join(tags), prose)
        if self._position is TriggerPosition.END:
            return _glue(self._join("", ", ".join(tags), prose), trigger)
        joined = self._join(trigger, ", ".join(tags), prose)
        return joined if "trigger" in self._parts else _glue(trigger, joined)

    def _join(self, trigger: str, tags: str, prose: str) -> str:
        texts = {"trigger": trigger, "tags": tags, "prose": prose}
        caption, before = "", -1
        for place, part in enumerate(self._parts):
            text = texts[part]
            if not text:
                continue
            if before < 0:
                caption = (self._literals[0] if place == 0 else "") + text
            else:
                follows_prose = self._parts[before] == "prose"
                caption += _separator(self._literals[before + 1], caption, follows_prose) + text
            before = place
        return caption + self._literals[-1] if before == len(self._parts) - 1 else caption


@lru_cache(maxsize=256)
def _renderer(style: CaptionStyle, flat: bool) -> Renderer:
    return Renderer(style, flat=flat)


def render(layers: Layers, style: CaptionStyle, *, seed: int, flat: bool = False) -> str:
    """One caption; see `Renderer`, which is quicker for many in one style."""
    return _renderer(style, flat).render(layers, seed=seed)


def _flat(literal: str) -> str:
    if "\n" not in literal and "\r" not in literal:
        return literal
    return f"{literal.strip() or '.'} "


def _separator(literal: str, left: str, follows_prose: bool) -> str:
    """The separator without a mark that `left` makes needless."""
    if follows_prose and left.endswith(_SENTENCE_END):
        return literal.lstrip(".,") or " "
    if literal[:1] in {".", ",", ";"} and left.endswith(literal[0]):
        return literal[1:]
    return literal


def _glue(left: str, right: str) -> str:
    if not left or not right:
        return left or right
    return left + _separator(", ", left, follows_prose=True) + right


def _place(seed: int, places: int) -> int:
    """A place from 0 to places - 1, evenly spread over seeds (Knuth's multiplicative hashing)."""
    return ((seed * 0x9E3779B1) & 0xFFFFFFFF) * places >> 32


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text.casefold())


class _Trigger:
    """A trigger word, prepared to be looked for in many captions; it remembers the tags that it has seen."""

    def __init__(self, word: str) -> None:
        self.word = word
        self._keys = {tag_key(piece) for piece in (word, *word.split(",")) if piece.strip()}
        self._folded = _folded(word)
        self._pattern = re.compile(rf"(?<!\w){re.escape(self._folded)}(?!\w)")
        self._seen: set[str] = set()
        self._twins: set[str] = set()

    def without_twins(self, tags: tuple[str, ...]) -> list[str]:
        """The tags but those equal to the trigger, or to one of its pieces where it has commas."""
        if not self._seen.issuperset(tags):
            # Twins first: another thread may ask between the two lines.
            self._twins.update(tag for tag in tags if tag_key(tag) in self._keys)
            self._seen.update(tags)
        return [tag for tag in tags if tag not in self._twins] if self._twins else list(tags)

    def stands_in(self, prose: str) -> bool:
        """Whether the prose has the trigger as a word of its own, whatever its case."""
        folded = _folded(prose)
        return self._folded in folded and self._pattern.search(folded) is not None
