"""How long captions are, as they are shown and trained: CLIP's tokens, words, characters.

Counted once for each state of an item: a count holds for the item's `rev` and for what the dataset's trigger and template were.
Whatever is missing or stale is counted when it is asked for, so that nobody has to remember to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from dscore.catalog import datasets
from dscore.catalog.connection import Database, reading, writing
from dscore.catalog.datasets import Dataset
from dscore.catalog.rendering import rendered
from dscore.errors import BusyCatalogError
from dscore.models import Progress
from dscore.text import tokens

CHUNK = 2000
COUNTING = "1"
"""Goes up when counting itself changes, so that older counts hold no more."""

_COLUMNS = "item_id, rev, style, tokens, words, characters"


@dataclass(frozen=True, slots=True)
class Length:
    """A caption's length at a state of its item."""

    item_id: int
    rev: int
    tokens: int
    words: int
    characters: int


def counting(db: Database, dataset_id: int) -> Iterator[Progress]:
    """Count what is missing or stale, the trash included, chunk by chunk; each chunk is kept at once.

    Raises NotFoundError, and BusyCatalogError where somebody kept the catalog locked.
    """
    stale = _stale(db, dataset_id)
    for first in range(0, len(stale), CHUNK):
        yield Progress(first, len(stale), "Counting tokens")
        with reading(db):
            dataset = datasets.by_id(db, dataset_id)
            counted = _counted(db, dataset, stale[first : first + CHUNK])
        _keep(db, style_of(dataset), counted)
    if stale:
        yield Progress(len(stale), len(stale), "Counting tokens")


def bring_up_to_date(db: Database, dataset_id: int) -> None:
    """The same without the steps between."""
    for _ in counting(db, dataset_id):
        pass


def of(db: Database, dataset_id: int, ids: Sequence[int]) -> list[Length]:
    """The lengths of these items, by id, right for the moment."""
    fresh = uncounted(db, dataset_id)
    rows = db.execute(
        f"""select c.item_id, c.rev, tokens, words, characters {_VALID}
            and c.item_id in (select value from json_each(?)) order by c.item_id""",
        (dataset_id, style_of(datasets.by_id(db, dataset_id)), json.dumps(list(ids))),
    )
    known = [Length(*row) for row in rows.fetchall()]
    if not fresh:
        return known
    wanted = set(ids)
    return sorted(known + [one for one in fresh if one.item_id in wanted], key=lambda one: one.item_id)


def uncounted(db: Database, dataset_id: int) -> list[Length]:
    """Keep the counts of what is missing or stale; those that cannot be kept just now are the answer.

    That is so inside a transaction of the caller's, and while another program keeps the catalog locked.
    """
    if not db.in_transaction:
        with suppress(BusyCatalogError):
            bring_up_to_date(db, dataset_id)
    stale = _stale(db, dataset_id)
    return _counted(db, datasets.by_id(db, dataset_id), stale) if stale else []


def comparing(db: Database, dataset_id: int, op: str, value: int) -> tuple[str, tuple[object, ...]]:
    """SQL about an item `w.item_id` whose tokens compare so, and its parameters; stale counts are counted anew first."""
    fresh = [one.item_id for one in uncounted(db, dataset_id) if _COMPARE[op](one.tokens, value)]
    sql = f"w.item_id in (select c.item_id {_VALID} and tokens {op} ?)"
    params = (dataset_id, style_of(datasets.by_id(db, dataset_id)), value)
    if not fresh:
        return sql, params
    return f"{sql} or w.item_id in (select value from json_each(?))", (*params, json.dumps(fresh))


def style_of(dataset: Dataset) -> str:
    """Stands for all of the dataset that its captions depend on, and for how tokens are counted."""
    parts = (COUNTING, dataset.trigger, dataset.style.template, dataset.style.trigger_position)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


_VALID = """from caption_length c cross join item on item.id = c.item_id
    where dataset_id = ? and c.rev = item.rev and style = ?"""

_COMPARE = {
    "=": int.__eq__,
    "<": int.__lt__,
    ">": int.__gt__,
    "<=": int.__le__,
    ">=": int.__ge__,
}


def _stale(db: Database, dataset_id: int) -> list[int]:
    rows = db.execute(
        """select item.id from item left join caption_length c on c.item_id = item.id
        where dataset_id = ? and (c.item_id is null or c.rev <> item.rev or style <> ?)""",
        (dataset_id, style_of(datasets.by_id(db, dataset_id))),
    )
    return [row[0] for row in rows.fetchall()]


def _counted(db: Database, dataset: Dataset, ids: Sequence[int]) -> list[Length]:
    captions = {one.item_id: text for chunk in rendered(db, dataset, ids) for one, text in chunk}
    rows = db.execute("select id, rev from item where id in (select value from json_each(?))", (json.dumps(list(ids)),))
    revs = dict(rows.fetchall())
    numbers = tokens.counts(list(captions.values()))
    return [
        Length(item, revs[item], number, len(text.split()), len(text))
        for (item, text), number in zip(captions.items(), numbers, strict=True)
    ]


def _keep(db: Database, style: str, counted: Sequence[Length]) -> None:
    """Items that somebody deleted meanwhile are left out."""
    with writing(db):
        db.executemany(
            f"""insert or replace into caption_length ({_COLUMNS})
            select ?, ?, ?, ?, ?, ? where exists (select 1 from item where id = ?1)""",
            [(one.item_id, one.rev, style, one.tokens, one.words, one.characters) for one in counted],
        )
