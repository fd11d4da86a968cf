"""The history: every edit is one change with a delta for each item, which `reversal` takes back and does again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dscore.catalog import datasets, deltas, state_rows, states
from dscore.catalog.clock import now
from dscore.catalog.connection import Database, bindable, reading, writing
from dscore.catalog.state_rows import Pair
from dscore.catalog.states import ItemState, Kind
from dscore.errors import NotFoundError, WrongUseError

CHUNK = 2000
"""Items in one transaction: some tens of milliseconds, so that others can write in between."""

SETTINGS = ("trigger", "trigger_position", "template", "lora_type", "name")
"""The columns of a dataset that a change may set."""

Edit = Callable[[ItemState], ItemState]
"""What becomes of an item. Where its look leaves out what is an item's own, it is asked once for all that are alike."""

InTransaction = Callable[[Database, "Written"], None]


@dataclass(frozen=True, slots=True)
class Draft:
    """A change that will be recorded once it changes something; `settings` are columns of the dataset that it sets, too."""

    dataset_id: int
    action: str
    summary: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A change as the history shows it. `left` counts the items that its undo left alone."""

    id: int
    dataset_id: int
    at: str
    action: str
    summary: str
    state: str
    items: int
    gone: int
    left: int
    redoable: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What one chunk did: the change it belongs to (None while nothing was ever changed), and the items by fate.

    `changed` were edited; `same` already were as the edit would have them; `stale` had another rev than the one expected, are
    gone, or would have got a name that another has.
    """

    change_id: int | None
    changed: tuple[int, ...] = ()
    same: tuple[int, ...] = ()
    stale: tuple[int, ...] = ()


def record(
    db: Database,
    change: Draft | int,
    ids: Sequence[int],
    edit: Edit,
    *,
    look: states.Look = states.ALL,
    revs: Mapping[int, int] | None = None,
    also: InTransaction | None = None,
) -> Written:
    """Edit up to `CHUNK` items in one transaction and note it under the change.

    The items are read and edited before the lock is taken; the few that somebody changed meanwhile are read again under it,
    so no edit is lost. With `revs`, an item that no longer has the rev that the person saw is left alone and listed as
    stale. `look` limits what is read to what the edit looks at. `also` runs in the same transaction.
    """
    ids = list(dict.fromkeys(ids))
    with reading(db):
        pairs = state_rows.tried(_as_seen(states.kinds(db, ids, look), revs), edit)
    with writing(db):
        again = state_rows.stale(db, pairs)
        if again:
            newer = state_rows.tried(_as_seen(states.kinds(db, again, look), revs), edit)
            pairs = [*state_rows.without(pairs, again), *newer]
        clashing = state_rows.clashing(db, pairs)
        written = _write(db, change, ids, state_rows.without(pairs, clashing) if clashing else pairs)
        if also is not None:
            also(db, written)
    return written


def _as_seen(found: Sequence[Kind], revs: Mapping[int, int] | None) -> Sequence[Kind]:
    """Those that have the rev that the person saw."""
    if revs is None:
        return found
    seen = ({item: rev for item, rev in kind.revs.items() if revs.get(item, rev) == rev} for kind in found)
    return [Kind(kind.state, rest) for kind, rest in zip(found, seen, strict=True) if rest]


def _write(db: Database, change: Draft | int, ids: Sequence[int], pairs: Sequence[Pair]) -> Written:
    to_write = state_rows.changed(pairs)
    change_id = change if isinstance(change, int) else None
    if isinstance(change, Draft) and (to_write or dataset_delta(db, change)):
        change_id = open_change(db, change)
    noted: dict[int, str] = {}
    for pair in to_write:
        noted |= dict.fromkeys(pair.ids, deltas.dumps(deltas.between(pair.before, pair.after)))
    if noted:
        state_rows.write(db, to_write)
        db.executemany(
            "insert into change_item (change_id, item_id, delta) values (?, ?, ?)",
            [(change_id, item, noted[item]) for item in ids if item in noted],
        )
        db.execute("update change set items = items + ? where id = ?", (len(noted), change_id))
    seen = {item for pair in pairs for item in pair.ids}
    return Written(
        change_id,
        changed=tuple([item for item in ids if item in noted]),
        same=tuple([item for item in ids if item in seen and item not in noted]),
        stale=tuple([item for item in ids if item not in seen]),
    )


def open_change(db: Database, draft: Draft) -> int:
    """Begin a change, set the dataset's columns; from now on nothing that was undone before can be done again.

    Inside the caller's transaction.
    """
    delta = dataset_delta(db, draft)
    db.execute("update change set redoable = 0 where dataset_id = ? and redoable", (draft.dataset_id,))
    cursor = db.execute(
        "insert into change (dataset_id, at, action, summary, dataset_delta) values (?, ?, ?, ?, ?)",
        (draft.dataset_id, now(), draft.action, draft.summary, json.dumps(delta)),
    )
    for column, (_, value) in delta.items():
        db.execute(f"update dataset set {column} = ?, rev = rev + 1 where id = ?", (value, draft.dataset_id))
    if "name" in delta:
        datasets.fit_key(db, draft.dataset_id)
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def set_columns(db: Database, draft: Draft) -> None:
    """A change of the dataset's own columns alone, in a transaction of its own; none where they are so already."""
    with writing(db):
        if dataset_delta(db, draft):
            close_change(db, open_change(db, draft))


def dataset_delta(db: Database, draft: Draft) -> dict[str, tuple[Any, Any]]:
    """The columns of the dataset that the draft would set to another value, as (before, after)."""
    if not draft.settings:
        return {}
    row = db.execute(f"select {', '.join(SETTINGS)} from dataset where id = ?", (draft.dataset_id,)).fetchone()
    present = dict(zip(SETTINGS, row, strict=True))
    return {column: (present[column], value) for column, value in draft.settings.items() if present[column] != value}


def dataset_of_settings(db: Database, change_id: int) -> int | None:
    """The change's dataset, where the change set columns of it; else None."""
    row = db.execute("select dataset_id from change where id = ? and dataset_delta <> '{}'", (change_id,)).fetchone()
    return None if row is None else int(row[0])


def close_change(db: Database, change_id: int | None, *, state: str = "complete") -> None:
    """All of it is done; or, with "partial", its making or its undo was stopped half way. Inside the caller's transaction."""
    if state == "partial":
        db.execute("update change set was = state where id = ? and state = 'complete'", (change_id,))
    db.execute(
        "update change set state = ?1 where id = ?2 and (state = 'open' or ?1 = 'partial' and state = 'complete')",
        (state, change_id),
    )


_COLUMNS = """select id, dataset_id, at, action, summary, state, items, gone,
    case state when 'undone'
        then (select count(*) from change_item where change_id = change.id and not undone) else 0 end, redoable
    from change"""


def get(db: Database, change_id: int, *, dataset_id: int) -> Change:
    """One change of the dataset; raises NotFoundError."""
    row = db.execute(f"{_COLUMNS} where id = ? and dataset_id = ?", (bindable(change_id), dataset_id)).fetchone()
    if row is None:
        raise NotFoundError(f"There is no change {change_id} in this dataset. “history” lists them.")
    return _change(row)


def listed(db: Database, dataset_id: int, *, limit: int = 100, before: int | None = None) -> list[Change]:
    """The dataset's changes, the latest first; `before` an id goes on from there."""
    rows = db.execute(
        f"{_COLUMNS} where dataset_id = ? and id < ? order by id desc limit ?",
        (dataset_id, before or 1 << 62, bindable(limit)),
    )
    return [_change(row) for row in rows.fetchall()]


def moment(db: Database, dataset_id: int, *, besides: str = "") -> tuple[int, ...]:
    """What differs as soon as the history has moved on, by a change, an undo or a redo; what was read then still holds.

    New changes of the action `besides` do not count; their undo does.
    """
    row: tuple[int, ...] = db.execute(
        """select coalesce(max(id) filter (where action <> ?2), 0), coalesce(max(undo_number), 0),
            coalesce(sum(state = 'undone'), 0), coalesce(sum(items) filter (where action <> ?2), 0), coalesce(sum(gone), 0)
        from change where dataset_id = ?1""",
        (dataset_id, besides),
    ).fetchone()
    return row


def to_undo(db: Database, dataset_id: int) -> Change:
    """The latest change that stands; raises WrongUseError where there is none."""
    row = db.execute(
        f"{_COLUMNS} where dataset_id = ? and state <> 'undone' order by id desc limit 1", (dataset_id,)
    ).fetchone()
    if row is None:
        raise WrongUseError("There is nothing to undo.")
    return _change(row)


def to_redo(db: Database, dataset_id: int) -> Change:
    """The change whose undo was the latest; raises WrongUseError where a newer change stands in between."""
    row = db.execute(
        f"{_COLUMNS} where dataset_id = ? and redoable and state = 'undone' order by undo_number desc limit 1",
        (dataset_id,),
    ).fetchone()
    if row is None:
        raise WrongUseError("There is nothing to redo: nothing was undone since the latest change.")
    return _change(row)


def _change(row: tuple[Any, ...]) -> Change:
    id_, dataset_id, at, action, summary, state, items, gone, left, redoable = row
    return Change(id_, dataset_id, at, action, summary, state, items, gone, left, redoable=bool(redoable))


def deltas_of(db: Database, change_id: int, *, limit: int = 100) -> list[tuple[int, deltas.Delta]]:
    """What the change did to its first items, for a look at it."""
    rows = db.execute("select item_id, delta from change_item where change_id = ? limit ?", (change_id, limit))
    return [(item, deltas.loads(text)) for item, text in rows.fetchall()]


def note_arrivals(db: Database, change_id: int, items: Sequence[int]) -> None:
    """Items came into the dataset, new or out of the trash: undo puts them into the trash. Inside the caller's transaction."""
    arrived = deltas.dumps(deltas.Delta({}, {}, {"trashed_at": ("", None)}))
    noted = db.executemany(
        "insert or ignore into change_item (change_id, item_id, delta) values (?, ?, ?)",
        [(change_id, item, arrived) for item in items],
    ).rowcount
    db.executemany(
        "update item set trashed_at = null, rev = rev + 1 where id = ? and trashed_at is not null",
        [(item,) for item in items],
    )
    db.execute("update change set items = items + ? where id = ?", (max(noted, 0), change_id))
