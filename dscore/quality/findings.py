"""What a check says: how bad it is, why, which pictures it means, and what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar


class Level(StrEnum):
    """How bad a finding is, the worst first."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Repair:
    """An edit that mends `items`, in the words of `pipeline.operations.Operation`: its kind, text, new text, and so on."""

    kind: str
    items: tuple[int, ...]
    text: str = ""
    new: str = ""
    where: str = "tags"
    regex: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that a check found, such as a tag and its other spelling, or a group of equal pictures.

    `words` say it; "" where the check's own reason says enough. `query` finds its pictures, "" where no search can. `repair`
    mends it, where that is safe.
    """

    items: tuple[int, ...]
    words: str = ""
    query: str = ""
    repair: Repair | None = None


Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Check(Generic[Subject]):
    """One check: the word for it in a search (`check:blurred`), a title, the reason in plain words, and what finds its cases.

    `mend` says what its repairs do; "" where there are none.
    """

    code: str
    level: Level
    title: str
    reason: str
    find: Callable[[Subject], Iterable[Case]]
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that found something. `items` are all that its cases mean, by id; `query` finds them."""

    code: str
    level: Level
    title: str
    reason: str
    items: tuple[int, ...]
    cases: tuple[Case, ...]
    query: str
    mend: str = ""

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """What would mend all of it that can be mended."""
        return tuple(case.repair for case in self.cases if case.repair is not None)


def run(check: Check[Subject], subject: Subject) -> Finding | None:
    """What the check finds; None where all is well."""
    cases = tuple(case for case in check.find(subject) if case.items)
    items = tuple(sorted({item for case in cases for item in case.items}))
    if not items:
        return None
    query = f"check:{check.code}"
    return Finding(check.code, check.level, check.title, check.reason, items, cases, query, check.mend)
