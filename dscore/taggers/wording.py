"""How a chosen label is written in a caption, or that it is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from dscore.taggers.rules import ChoiceRules
from dscore.text.tags import escape_brackets, spaced, tag_key, tag_matcher


@dataclass(slots=True)
class Wording:
    """The part of the rules that is about names; it remembers what it has written."""

    replacements: dict[str, str]
    banned: tuple[Callable[[str], bool], ...]
    underscores: bool
    escaped: bool
    _names: dict[str, str] = field(default_factory=dict)

    def written(self, name: str) -> str:
        """The name as a caption writes it; "" if it is left out."""
        known = self._names.get(name)
        if known is None:
            known = self._names[name] = self._write(name)
        return known

    def _write(self, name: str) -> str:
        plain = name if self.underscores else spaced(name)
        written = self.replacements.get(tag_key(name), plain)
        if any(banned(name) or banned(written) for banned in self.banned):
            return ""
        return escape_brackets(written) if self.escaped else written


def wording(rules: ChoiceRules) -> Wording:
    """The wording of these rules; the same one for the same words, whatever the thresholds."""
    return _wording(rules.replacements, rules.blacklist, rules.underscores, rules.brackets)


@lru_cache(maxsize=32)
def _wording(
    replacements: tuple[tuple[str, str], ...], blacklist: tuple[str, ...], underscores: str, brackets: str
) -> Wording:
    return Wording(
        replacements={tag_key(name): new.strip() for name, new in replacements},
        banned=tuple(tag_matcher(pattern) for pattern in blacklist if pattern.strip()),
        underscores=underscores == "keep",
        escaped=brackets == "escaped",
    )


def bans(blacklist: tuple[str, ...], name: str) -> bool:
    """Whether a name stands in the list of what is never taken."""
    return any(tag_matcher(pattern)(name) for pattern in blacklist if pattern.strip())
