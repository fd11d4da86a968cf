"""Pictures that look alike and are different ones: said once of a group, remembered, and taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from dscore.catalog import different, search
from dscore.catalog.connection import Database, open_catalog, writing
from dscore.catalog.datasets import Dataset
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.quality.likeness import Group
from dscore.text.query import parse_query

MOST = 1000
"""Pictures of a group that are told apart at once: half a million pairs."""


def mark(library: Library, groups: Sequence[Group], *, odd: int | None = None) -> list[int]:
    """All pictures of each group are different ones, or only item `odd` from the others; returns an answer's id for each.

    Raises WrongUseError for a group that is too large.
    """
    if any(len(group.pictures) > MOST for group in groups):
        raise WrongUseError(f"A group has more than {MOST:,} pictures. Look at a part of it first, by a filter.")
    with open_catalog(library) as db, writing(db):
        return [different.mark(db, _pairs(group, odd)) for group in groups]


def _pairs(group: Group, odd: int | None) -> Iterator[tuple[int, int]]:
    for one, other in combinations(group.pictures, 2):
        if odd is None or odd in (one.item, other.item):
            yield one.image, other.image


def take_back(library: Library, answers: Sequence[int]) -> None:
    """Forget these answers."""
    with open_catalog(library) as db, writing(db):
        different.take_back(db, answers)


def count(db: Database, dataset: Dataset, *, query: str = "") -> int:
    """How many groups were marked among what the search finds. Raises QueryError."""
    return different.count(db, search.ids(db, dataset.id, parse_query(query)))


def forget(library: Library, dataset: Dataset, *, query: str = "") -> int:
    """Take back all that was said of what the search finds; returns of how many groups that was. Raises QueryError."""
    with open_catalog(library) as db:
        items = search.ids(db, dataset.id, parse_query(query))
        with writing(db):
            groups = different.count(db, items)
            different.forget(db, items)
    return groups
