"""Undo and redo: a change is taken back, or done again, item by item; what somebody changed later is left."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import NamedTuple

from dscore.catalog import datasets, deltas, state_rows, states
from dscore.catalog.changes import CHUNK, SETTINGS, Change, InTransaction, Written
from dscore.catalog.clock import now
from dscore.catalog.connection import Database, reading, writing
from dscore.catalog.state_rows import Pair
from dscore.catalog.states import ItemState, Kind

OWN = frozenset(["name", "prose"])
"""The layers that each item has of its own, see `states.Look`."""


def revert(
    db: Database, change_id: int, ids: Sequence[int], *, redo: bool = False, also: InTransaction | None = None
) -> Written:
    """Take the change back (or, with `redo`, do it again) on these items, in one transaction.

    Items whose same tag or layer was changed since are left, and listed as stale; those that it is done on already are `same`.
    """
    ids = list(dict.fromkeys(ids))
    with reading(db):
        steps = _steps(db, change_id, ids, redo=redo)
    with writing(db):
        again = state_rows.stale(db, [step.pair for step in steps])
        if again:
            steps = [*_without(steps, again), *_steps(db, change_id, again, redo=redo)]
        steps = _without(steps, state_rows.clashing(db, [step.pair for step in steps]))
        todo = [step for step in steps if step.free]
        state_rows.write(db, [step.pair for step in todo])
        done = {item: step.delta for step in todo for item in step.pair.ids}
        db.executemany(
            "update change_item set undone = ?, delta = coalesce(?, delta) where change_id = ? and item_id = ?",
            [(int(not redo), done[item], change_id, item) for item in ids if item in done],
        )
        written = _reverted(db, change_id, ids, done, redo=redo)
        if also is not None:
            also(db, written)
    return written


class _Step(NamedTuple):
    """The way back of items that are alike, which are left where it is not free; `delta` is what must be noted anew."""

    pair: Pair
    free: bool = False
    delta: str | None = None


def _without(steps: Sequence[_Step], gone: Collection[int]) -> Sequence[_Step]:
    if not gone:
        return steps
    return [step._replace(pair=pair) for step in steps for pair in state_rows.without([step.pair], gone)]


def _steps(db: Database, change_id: int, ids: Collection[int], *, redo: bool) -> Sequence[_Step]:
    noted = _noted(db, change_id, ids, undone=redo)
    later = {} if redo else _later(db, change_id, noted)
    read = {text: deltas.loads(text) for text in {*noted.values(), *chain.from_iterable(later.values())}}
    of_change = [read[text] for text in set(noted.values())]
    touched = {tag for delta in of_change for tag in (*delta.tags, *delta.vetoes)}
    look = states.Look(touched, own=not OWN.isdisjoint(part for delta in of_change for part in delta.parts))
    steps = []
    for kind in states.kinds(db, list(noted), look, apart={item: (noted[item], later.get(item)) for item in noted}):
        made, others = read[noted[kind.state.id]], [read[text] for text in later.get(kind.state.id, ())]
        steps.append(_step(kind, made, others, redo=redo))
    return steps


def _step(kind: Kind, made: deltas.Delta, later: Sequence[deltas.Delta], *, redo: bool) -> _Step:
    state, delta = kind.state, made if redo else made.inverse
    if not deltas.applies(delta, state) or any(deltas.meet(made, other) for other in later):
        return _Step(Pair(state, state, kind.revs))
    there = deltas.placed_as(delta, state)
    anew = None if there is delta else deltas.dumps(there if redo else there.inverse)
    return _Step(Pair(state, _stamped(deltas.apply(there, state)), kind.revs), free=True, delta=anew)


def _noted(db: Database, change_id: int, ids: Collection[int], *, undone: bool) -> dict[int, str]:
    rows = db.execute(
        """select item_id, delta from change_item
        where change_id = ? and undone = ? and item_id in (select value from json_each(?))""",
        (change_id, int(undone), json.dumps(list(ids))),
    )
    return dict(rows.fetchall())


def _later(db: Database, change_id: int, ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """What later changes that stand did to these items: a value that only looks as this change left it may be theirs."""
    rows = db.execute(
        """select later.item_id, later.delta from json_each(?) wanted
        cross join change_item later indexed by change_item_item on later.item_id = wanted.value and later.change_id > ?
        where not later.undone""",
        (json.dumps(list(ids)), change_id),
    )
    return {item: tuple([text for _, text in of_item]) for item, of_item in groupby(rows, itemgetter(0))}


def _reverted(db: Database, change_id: int, ids: Sequence[int], changed: Collection[int], *, redo: bool) -> Written:
    """The items by fate; what is left is what the change still (with `redo`: still not) stands on."""
    others = [item for item in ids if item not in changed]
    left = set(_waiting_among(db, change_id, others, undone=redo)) if others else set()
    return Written(
        change_id,
        changed=tuple(item for item in ids if item in changed),
        same=tuple(item for item in others if item not in left),
        stale=tuple(item for item in others if item in left),
    )


def _waiting_among(db: Database, change_id: int, ids: Collection[int], *, undone: bool) -> list[int]:
    """Those of the items on which the change is undone, or still stands."""
    rows = db.execute(
        """select item_id from change_item
        where change_id = ? and undone = ? and item_id in (select value from json_each(?))""",
        (change_id, int(undone), json.dumps(list(ids))),
    )
    return [row[0] for row in rows]


def _stamped(state: ItemState) -> ItemState:
    """Undo of an import sends an item to the trash now, not when it was imported."""
    return state._replace(trashed_at=now()) if state.trashed_at == "" else state


def close_undo(db: Database, change: Change) -> None:
    """The undo is through; it is now the latest that a redo takes back. Inside the caller's transaction."""
    _revert_dataset(db, change, inverse=True)
    db.execute(
        """update change set state = 'undone', redoable = 1,
        was = coalesce(was, iif(state = 'complete', 'complete', 'partial')),
        undo_number = (select coalesce(max(undo_number), 0) + 1 from change where dataset_id = ?) where id = ?""",
        (change.dataset_id, change.id),
    )


def close_redo(db: Database, change: Change) -> None:
    """The redo is through: the change stands again, whole or half as it was. Inside the caller's transaction."""
    _revert_dataset(db, change, inverse=False)
    db.execute(
        "update change set state = coalesce(was, 'complete'), was = null, redoable = 0 where id = ?", (change.id,)
    )


def _revert_dataset(db: Database, change: Change, *, inverse: bool) -> None:
    """Set the columns of the dataset; where a later change has set one too, that one stands, and will go back to this."""
    rows = db.execute(
        """select id, dataset_delta from change where dataset_id = ? and dataset_delta <> '{}'
        and (id = ? or id > ?2 and state <> 'undone') order by id""",
        (change.dataset_id, change.id),
    )
    found = {id_: json.loads(text) for id_, text in rows.fetchall()}
    for column, (before, after) in found.pop(change.id, {}).items():
        assert column in SETTINGS
        expected, wanted = (after, before) if inverse else (before, after)
        later = next((id_ for id_, delta in found.items() if column in delta), None)
        if later is None:
            db.execute(
                f"update dataset set {column} = ?, rev = rev + 1 where id = ? and {column} is ?",
                (wanted, change.dataset_id, expected),
            )
        else:
            found[later][column][0] = wanted
            db.execute("update change set dataset_delta = ? where id = ?", (json.dumps(found[later]), later))
        if column == "name":
            datasets.fit_key(db, change.dataset_id)


def overruled(db: Database, change: Change, *, redo: bool) -> tuple[str, ...]:
    """The dataset's columns that the undo (or redo) did not set, since a later change has set them."""
    row = db.execute(
        f"select dataset_delta, {', '.join(SETTINGS)} from change join dataset on dataset.id = dataset_id where change.id = ?",
        (change.id,),
    ).fetchone()
    present = dict(zip(SETTINGS, row[1:], strict=True))
    return tuple([column for column, sides in json.loads(row[0]).items() if sides[redo] != present[column]])


def waiting_items(db: Database, change_id: int, *, undone: bool, after: int = 0, limit: int = CHUNK) -> list[int]:
    """Items of the change that are undone, or still stand, by id; `after` an id goes on from there."""
    rows = db.execute(
        "select item_id from change_item where change_id = ? and undone = ? and item_id > ? order by item_id limit ?",
        (change_id, int(undone), after, limit),
    )
    return [row[0] for row in rows]


def renamed_items(db: Database, change_id: int) -> set[int]:
    """Items of the change that got another name by it."""
    rows = db.execute(
        """select item_id from change_item where change_id = ? and instr(delta, '"name":[')""", (change_id,)
    )
    return {row[0] for row in rows}
