"""Tags and scores of very many items as columns of numbers, for what looks at all of them at once.

SQLite hands each column over as one long text: three times as quick as rows.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dscore.catalog.connection import Database

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class TagColumns:
    """A line for each tag of each item, by item and then as the caption has them.

    `item` and `tag` are ids; `free` says that taggers claim it, and nobody else.
    """

    item: Numbers
    tag: Numbers
    free: NDArray[np.bool_]


def tags_of(db: Database, ids: Collection[int], *, taggers: Collection[int]) -> TagColumns:
    """The tags that these items have now."""
    wanted = json.dumps(sorted(ids))  # so both tables come sorted by item and tag
    row = db.execute(
        """select group_concat(w.item_id), group_concat(w.tag_id), group_concat(w.position)
        from json_each(?) i cross join item_tag w on w.item_id = i.value""",
        (wanted,),
    ).fetchone()
    item, tag = (np.fromstring(text or "", np.int64, sep=",") for text in row[:2])
    position = np.fromstring(row[2] or "", np.float64, sep=",")
    claimed = _read(
        db,
        """select group_concat(s.item_id), group_concat(s.tag_id), group_concat(s.source_id)
        from json_each(?) i cross join item_tag_source s on s.item_id = i.value""",
        wanted,
    )
    free = _free(item, tag, claimed, taggers)
    order = np.lexsort((position, item))
    return TagColumns(item[order], tag[order], free[order])


def _free(item: Numbers, tag: Numbers, claimed: Sequence[Numbers], taggers: Collection[int]) -> NDArray[np.bool_]:
    """Which tags a tagger claims, and nobody else."""
    widest = max(tag.max(initial=0), claimed[1].max(initial=0)) + 1
    keys, claims = item * widest + tag, claimed[0] * widest + claimed[1]
    by_tagger = np.isin(claimed[2], list(taggers))
    return among(keys, claims[by_tagger]) & ~among(keys, claims[~by_tagger])


def among(keys: NDArray[Any], known: NDArray[Any]) -> NDArray[np.bool_]:
    """Which of the keys stand in `known`, which is sorted; several times as quick as `isin`."""
    if not len(known):
        return np.zeros(len(keys), bool)
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    found: NDArray[np.bool_] = known[place] == keys
    return found


def vetoes_of(db: Database, ids: Collection[int]) -> tuple[Numbers, Numbers]:
    """The tags that a person took from these items: item ids and tag ids."""
    item, tag = _read(
        db,
        """select group_concat(v.item_id), group_concat(v.tag_id)
        from json_each(?) i cross join item_veto v on v.item_id = i.value""",
        json.dumps(list(ids)),
    )
    return item, tag


def revs_of(db: Database, ids: Collection[int]) -> dict[int, int]:
    """Item id → its rev, of those that are there."""
    rows = db.execute("select id, rev from item where id in (select value from json_each(?))", (json.dumps(list(ids)),))
    return dict(rows.fetchall())


def scores_of(db: Database, ids: Collection[int], *, models: Sequence[tuple[int, str]]) -> dict[int, tuple[bytes, ...]]:
    """Item id → packed scores by each of the models (id, preparation), of those that all of them have scored."""
    columns = ", ".join(f"p{n}.scores" for n in range(len(models)))
    joins = " ".join(
        f"join prediction p{n} on p{n}.image_id = item.image_id and p{n}.model_id = ? and p{n}.preparation = ?"
        for n in range(len(models))
    )
    rows = db.execute(
        f"select item.id, {columns} from json_each(?) i cross join item on item.id = i.value {joins}",
        (json.dumps(list(ids)), *(value for model in models for value in model)),
    )
    return {row[0]: row[1:] for row in rows.fetchall()}


def scored_by(db: Database, dataset_id: int) -> dict[int, int]:
    """Model id → how many pictures of the dataset, outside the trash, it has scored as it last prepared them."""
    rows = db.execute(
        """select model.id, count(*) from item cross join prediction on prediction.image_id = item.image_id
        join model on model.id = model_id and model.preparation = prediction.preparation
        where dataset_id = ? and trashed_at is null and kind = 'tagger' group by model.id""",
        (dataset_id,),
    )
    return dict(rows.fetchall())


def _read(db: Database, sql: str, *values: str) -> list[Numbers]:
    """The columns of the one line that the query gives, each a list of whole numbers."""
    row = db.execute(sql, values).fetchone()
    return [np.fromstring(text or "", np.int64, sep=",") for text in row]
