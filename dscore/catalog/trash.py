"""The trash emptied: items, and pictures that no dataset has any more, are gone for ever; the history says how many."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from dscore.catalog.connection import Database
from dscore.catalog.owners import is_somebody_working
from dscore.errors import WrongUseError

EMPTIED = "It was emptied from the trash."


@dataclass(frozen=True, slots=True)
class GoneImage:
    """A picture that the catalog no longer knows: its file below `images/`."""

    sha256: str
    file: str


def require_quiet(db: Database) -> None:
    """Raise WrongUseError while a job runs, which may need what goes. Inside the caller's transaction."""
    if is_somebody_working(db):
        raise WrongUseError("A job is under way. Wait until it is through, or cancel it, and empty the trash then.")


def items(db: Database, dataset_id: int, *, after: int = 0, limit: int = -1) -> list[int]:
    """What can be emptied from a dataset's trash, by id: what no version holds."""
    rows = db.execute(
        """select id from item indexed by item_trashed
        where dataset_id = ? and trashed_at is not null and id > ?
        and not exists (select 1 from version_item where item_id = item.id) order by id limit ?""",
        (dataset_id, after, limit),
    )
    return [row[0] for row in rows]


def all_items(db: Database, dataset_id: int, *, limit: int = -1) -> list[int]:
    """Every item of a dataset, in the trash or not."""
    rows = db.execute("select id from item where dataset_id = ? order by id limit ?", (dataset_id, limit))
    return [row[0] for row in rows]


def still_there(db: Database, ids: Sequence[int]) -> list[int]:
    """Those of the items that can still be emptied: nobody has taken them, or their dataset, out of the trash meanwhile."""
    rows = db.execute(
        """select item.id from json_each(?) wanted cross join item on item.id = wanted.value
        join dataset on dataset.id = dataset_id where deleted_at is not null or trashed_at is not null
        and not exists (select 1 from version_item where item_id = item.id)""",
        (json.dumps(list(ids)),),
    )
    return [row[0] for row in rows]


def is_deleted(db: Database, dataset_id: int) -> bool:
    """Whether the dataset is in the trash."""
    row = db.execute("select deleted_at from dataset where id = ?", (dataset_id,)).fetchone()
    return row is not None and row[0] is not None


def delete_items(db: Database, ids: Sequence[int]) -> list[GoneImage]:
    """Delete items for ever, and the pictures that nobody has then. Inside the caller's transaction."""
    wanted = json.dumps(list(ids))
    pictures = json.dumps([row[0] for row in db.execute(
        "select distinct image_id from item where id in (select value from json_each(?))", (wanted,)
    )])  # fmt: skip
    db.execute(
        """update change set gone = gone + found.number
        from (select change_id, count(*) as number from json_each(?) wanted
            cross join change_item indexed by change_item_item on item_id = wanted.value group by change_id) found
        where id = found.change_id""",
        (wanted,),
    )
    db.execute("delete from change_item where item_id in (select value from json_each(?))", (wanted,))
    db.execute(
        """update job_item set state = 'skipped', reason = ?
        where job_id in (select id from job where state in ('queued', 'running', 'paused')) and state = 'waiting'
        and item_id in (select value from json_each(?))""",
        (EMPTIED, wanted),
    )
    # A freeze that was stopped has kept some for a version that never was.
    db.execute("delete from frozen_item where item_id in (select value from json_each(?))", (wanted,))
    db.execute("delete from item where id in (select value from json_each(?))", (wanted,))
    unused = """id in (select value from json_each(?)) and not exists (select 1 from item where image_id = image.id)"""
    gone = [GoneImage(*row) for row in db.execute(f"select sha256, file from image where {unused}", (pictures,))]
    db.execute(f"delete from image where {unused}", (pictures,))
    return gone


def delete_dataset(db: Database, dataset_id: int) -> bool:
    """Delete a dataset in the trash that has no items any more, with its history. Inside the caller's transaction."""
    return bool(
        db.execute(
            """delete from dataset where id = ? and deleted_at is not null
            and not exists (select 1 from item where dataset_id = dataset.id)""",
            (dataset_id,),
        ).rowcount
    )


def still_gone(db: Database, images: Sequence[GoneImage]) -> list[GoneImage]:
    """Those of the pictures that have not come back since."""
    rows = db.execute(
        "select sha256 from image where sha256 in (select value from json_each(?))",
        (json.dumps([one.sha256 for one in images]),),
    )
    back = {row[0] for row in rows}
    return [one for one in images if one.sha256 not in back]


def require_idle(db: Database, dataset_id: int) -> None:
    """Raise WrongUseError where a job of the dataset is not over yet. Inside the caller's transaction."""
    row = db.execute(
        "select id from job where dataset_id = ? and state in ('queued', 'running', 'paused') order by id desc",
        (dataset_id,),
    ).fetchone()
    if row is not None:
        raise WrongUseError(f"Job {row[0]} of this dataset is not over yet. Let it end, or cancel it, and delete then.")
