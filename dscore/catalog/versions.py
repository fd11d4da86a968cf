"""Datasets frozen under a name: which items at which rev, and what each was then.

A rev stands for one state of an item for ever, so an item that has not changed since is the same without a look at it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dscore.catalog import datasets, deltas, images, states
from dscore.catalog.clock import now
from dscore.catalog.connection import Database, reading, wait_for_turn, writing
from dscore.catalog.states import ItemState
from dscore.errors import NotFoundError, WrongUseError

CHUNK = 2000
SETTINGS = ("trigger", "trigger_position", "template", "lora_type")


@dataclass(frozen=True, slots=True)
class Version:
    """A dataset as it was; `settings` are its columns then."""

    id: int
    dataset_id: int
    name: str
    at: str
    settings: Mapping[str, Any]
    items: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """An item as it was."""

    name: str
    state: ItemState


_COLUMNS = "select id, dataset_id, name, at, settings, items from version"


def listed(db: Database, dataset_id: int) -> list[Version]:
    """The dataset's versions, the latest first."""
    return [_version(row) for row in db.execute(f"{_COLUMNS} where dataset_id = ? order by id desc", (dataset_id,))]


def get(db: Database, dataset_id: int, name: str) -> Version:
    """The version of that name; raises NotFoundError with the names there are."""
    row = db.execute(f"{_COLUMNS} where dataset_id = ? and key = ?", (dataset_id, datasets.folded(name))).fetchone()
    if row is None:
        names = ", ".join(one.name for one in listed(db, dataset_id))
        known = f"There are: {names}." if names else "There is none yet; freeze one first."
        raise NotFoundError(f"There is no version “{name}” of this dataset. {known}")
    return _version(row)


def by_id(db: Database, version_id: int) -> Version:
    """The version with that id; raises NotFoundError."""
    row = db.execute(f"{_COLUMNS} where id = ?", (version_id,)).fetchone()
    if row is None:
        raise NotFoundError("That version is gone.")
    return _version(row)


def _version(row: tuple[Any, ...]) -> Version:
    id_, dataset_id, name, at, settings, items = row
    return Version(id_, dataset_id, name, at, json.loads(settings), items)


def freeze(db: Database, dataset_id: int, name: str) -> Version:
    """Keep the dataset as it is now, without its trash; raises WrongUseError where the name is taken.

    What is new since the last version is kept in short transactions first; the one that makes the version sees to the rest.
    """
    require_free(db, dataset_id, name)
    for _ in keep(db, dataset_id):
        pass
    return make(db, dataset_id, name)


def keep(db: Database, dataset_id: int) -> Iterator[int]:
    """Keep what is new since the last version, in short transactions; gives how many items are kept so far."""
    done = 0
    while missing := _missing(db, dataset_id, limit=CHUNK):
        with reading(db):
            kept = _kept(db, missing)
        with writing(db):
            _keep(db, kept)
        done += len(missing)
        yield done
        wait_for_turn()


def make(
    db: Database, dataset_id: int, name: str, *, also: Callable[[Database, Version], None] = lambda _db, _version: None
) -> Version:
    """The version, of all that is there at this moment; `also` runs in its transaction. Raises WrongUseError, as `freeze`."""
    with writing(db):
        require_free(db, dataset_id, name)
        _keep(db, _kept(db, _missing(db, dataset_id, limit=-1)))
        row = db.execute(f"select {', '.join(SETTINGS)} from dataset where id = ?", (dataset_id,)).fetchone()
        settings = json.dumps(dict(zip(SETTINGS, row, strict=True)))
        name = datasets.checked_name(name, of="version")
        cursor = db.execute(
            "insert into version (dataset_id, name, key, at, settings, items) values (?, ?, ?, ?, ?, 0)",
            (dataset_id, name, datasets.folded(name), now(), settings),
        )
        items = db.execute(
            "insert into version_item select ?, id, rev from item where dataset_id = ? and trashed_at is null",
            (cursor.lastrowid, dataset_id),
        ).rowcount
        db.execute("update version set items = ? where id = ?", (items, cursor.lastrowid))
        made = get(db, dataset_id, name)
        also(db, made)
    return made


def unkept(db: Database, dataset_id: int) -> int:
    """How many items no version keeps as they are now."""
    return len(_missing(db, dataset_id, limit=-1))


def require_free(db: Database, dataset_id: int, name: str) -> None:
    """Raises WrongUseError for a name that no version can have, or that one has already."""
    key = datasets.folded(datasets.checked_name(name, of="version"))
    if db.execute("select 1 from version where dataset_id = ? and key = ?", (dataset_id, key)).fetchone():
        raise WrongUseError(f"There is a version “{name}” already, and versions do not change. Choose another name.")


def _missing(db: Database, dataset_id: int, *, limit: int) -> list[int]:
    """Items whose present state is not kept yet."""
    rows = db.execute(
        """select id from item where dataset_id = ? and trashed_at is null
        and not exists (select 1 from frozen_item where item_id = item.id and frozen_item.rev = item.rev) limit ?""",
        (dataset_id, limit),
    )
    return [row[0] for row in rows]


def _kept(db: Database, ids: Sequence[int]) -> list[tuple[int, int, str, str]]:
    names = images.named(db, ids)
    return [
        (item, state.rev, names[item], deltas.dumps(deltas.between(ItemState(item, state.rev), state)))
        for item, state in states.load(db, ids).items()
    ]


def _keep(db: Database, kept: Sequence[tuple[int, int, str, str]]) -> None:
    db.executemany("insert or ignore into frozen_item (item_id, rev, name, state) values (?, ?, ?, ?)", kept)


def delete(db: Database, version_id: int) -> None:
    """Forget a version, and what no other holds. Inside the caller's transaction."""
    held = json.dumps(
        [row[0] for row in db.execute("select item_id from version_item where version_id = ?", (version_id,))]
    )
    db.execute("delete from version where id = ?", (version_id,))
    db.execute(
        """delete from frozen_item where item_id in (select value from json_each(?)) and not exists
        (select 1 from version_item where item_id = frozen_item.item_id and version_item.rev = frozen_item.rev)""",
        (held,),
    )


def revs(db: Database, version_id: int) -> dict[int, int]:
    """Item → rev of all that the version holds."""
    return dict(db.execute("select item_id, rev from version_item where version_id = ?", (version_id,)).fetchall())


def present_revs(db: Database, dataset_id: int) -> dict[int, int]:
    """Item → rev of all that is in the dataset now."""
    rows = db.execute("select id, rev from item where dataset_id = ? and trashed_at is null", (dataset_id,))
    return dict(rows.fetchall())


def frozen(db: Database, version_id: int, ids: Collection[int]) -> Iterator[dict[int, Frozen]]:
    """What these items were in the version, in chunks."""
    wanted = list(ids)
    for first in range(0, len(wanted), CHUNK):
        rows = db.execute(
            """select frozen_item.item_id, frozen_item.rev, name, state from json_each(?) wanted
            cross join version_item held on held.version_id = ? and held.item_id = wanted.value
            join frozen_item on frozen_item.item_id = held.item_id and frozen_item.rev = held.rev""",
            (json.dumps(wanted[first : first + CHUNK]), version_id),
        )
        yield {
            item: Frozen(name, deltas.apply(deltas.loads(text), ItemState(item, rev))._replace(name=name))
            for item, rev, name, text in rows.fetchall()
        }


def renamed(db: Database, version_id: int) -> dict[int, str]:
    """The items that have another name now, with the one that they had in the version."""
    rows = db.execute(
        """select held.item_id, frozen_item.name from version_item held
        join frozen_item on frozen_item.item_id = held.item_id and frozen_item.rev = held.rev
        join item on item.id = held.item_id where version_id = ? and item.name <> frozen_item.name""",
        (version_id,),
    )
    return dict(rows.fetchall())


def named_so_since(db: Database, version: Version, keys: Collection[str]) -> dict[int, tuple[int, str]]:
    """What the version does not hold, in the trash or not, and has a name by one of these keys now: its rev and name."""
    rows = db.execute(
        """select id, rev, name from item where dataset_id = ? and key in (select value from json_each(?))
        and not exists (select 1 from version_item where version_id = ? and item_id = item.id)""",
        (version.dataset_id, json.dumps(list(keys)), version.id),
    )
    return {item: (rev, name) for item, rev, name in rows.fetchall()}


def holders(db: Database, dataset_id: int) -> tuple[int, list[str]]:
    """How many items of the dataset's trash a version holds, and the names of those versions."""
    rows = db.execute(
        """select distinct item.id, version.name from item indexed by item_trashed
        join version_item held on held.item_id = item.id join version on version.id = held.version_id
        where item.dataset_id = ? and trashed_at is not null""",
        (dataset_id,),
    ).fetchall()
    return len({item for item, _ in rows}), sorted({name for _, name in rows})
