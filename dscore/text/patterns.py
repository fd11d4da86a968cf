"""A regular expression as typed by a user: bounded in size, memory and time."""

from __future__ import annotations

import re

import regex

from dscore.errors import WrongUseError

MAX_PATTERN = 1000
MAX_RESULT = 4_000_000
MAX_EXPANSION = 100_000
"""Length times repeat counts: the library writes counted repeats out, at about 1 kB each (measured)."""

_COUNT = re.compile(r"(.)?\{\s*(\d*)\s*,?\s*(\d*)\s*\}", re.DOTALL)


class Pattern:
    """A regular expression of the `regex` library, whose matching stops itself after `seconds` per text.

    Raises WrongUseError where the text is no pattern, or could take too much memory.
    """

    def __init__(self, text: str, *, ignore_case: bool = False, seconds: float = 1.0) -> None:
        if len(text) > MAX_PATTERN:
            raise WrongUseError(f"The pattern is longer than {MAX_PATTERN:,} characters.")
        self.text = text
        self.seconds = seconds
        self._flags = regex.IGNORECASE if ignore_case else 0
        self._compiled = _compiled(text, self._flags)
        self._checked: str | None = None

    def matches(self, text: str) -> bool:
        """Whether the pattern is found anywhere; raises WrongUseError when that takes too long."""
        try:
            return self._compiled.search(text, timeout=self.seconds) is not None
        except TimeoutError as error:
            raise self._too_slow() from error

    def replace(self, text: str, new: str) -> str:
        r"""The text with all matches replaced; `\1` and `\g<name>` are groups, an unmatched one is empty.

        Raises WrongUseError when `new` names a group that is not there, when it takes too long, and when the
        result would pass 4 million characters.
        """
        self.require(new)
        room = MAX_RESULT - len(text)

        def expand(match: regex.Match[str]) -> str:
            nonlocal room
            replacement = match.expand(new)
            room -= len(replacement)
            if room < 0:
                raise WrongUseError(f"Replacing “{self.text}” would give over {MAX_RESULT:,} characters.")
            return replacement

        try:
            return self._compiled.sub(expand, text, timeout=self.seconds)
        except TimeoutError as error:
            raise self._too_slow() from error

    def require(self, new: str) -> None:
        """Try the replacement on an empty match, so that a bad one is known before the first real one; raises WrongUseError."""
        if new == self._checked:
            return
        if len(new) > MAX_PATTERN:
            raise WrongUseError(f"The replacement is longer than {MAX_PATTERN:,} characters.")
        try:
            match = regex.compile("|" + self.text, self._flags).search("", timeout=self.seconds)
            if match is not None:
                match.expand(new)
        except (regex.error, IndexError) as error:
            groups = f"{self._compiled.groups} group{'' if self._compiled.groups == 1 else 's'}"
            raise WrongUseError(
                f"The replacement “{new}” does not fit the pattern: {error}. The pattern has "
                f"{groups}; write \\1 for the first and \\\\ for a backslash."
            ) from error
        except TimeoutError as error:
            raise self._too_slow() from error
        self._checked = new

    def _too_slow(self) -> WrongUseError:
        return WrongUseError(
            f"The pattern “{self.text}” took longer than {self.seconds:g} s on one text and was stopped; "
            "repeats inside repeats, as in (a|aa)+, are the usual cause."
        )


def _compiled(text: str, flags: int) -> regex.Pattern[str]:
    if len(text) * _repeats(text) > MAX_EXPANSION:
        raise WrongUseError(
            f"The counted repeats of the pattern “{text}” multiply too far; use smaller counts, or * and +."
        )
    try:
        return regex.compile(text, flags)
    except regex.error as error:
        place = getattr(error, "pos", None) or 0
        said = getattr(error, "msg", str(error))
        raise WrongUseError(
            f"The pattern “{text}” cannot be read: {said}, at character {place + 1}{_mark(text, place)}."
        ) from error
    except RecursionError as error:
        raise WrongUseError(f"The pattern “{text}” has groups nested too deep.") from error


def _mark(text: str, place: int) -> str:
    return f" (“{text[place : place + 12]}”)" if place < len(text) else " (its end)"


def _repeats(text: str) -> int:
    """At most how often the pattern's repeats write out one part of it.

    Only groups nest, so counts multiply unless they follow a plain character or set.
    """
    product, largest = 1, 1
    for before, low, high in _COUNT.findall(text):
        count = max(int(low or 1), int(high or 1), 1)
        if before in {"]", "."} or before.isalnum():
            largest = max(largest, count)
        else:
            product *= count
    return product * largest
