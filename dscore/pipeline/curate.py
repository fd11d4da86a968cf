"""Edits by people: looked at first, then applied to just what was looked at."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from dscore.catalog import changes, datasets, job_lists, jobs, search, state_rows, states
from dscore.catalog.changes import CHUNK, Draft, Written
from dscore.catalog.connection import Database, open_catalog, wait_for_turn, writing
from dscore.catalog.datasets import Dataset
from dscore.catalog.job_lists import Job
from dscore.catalog.jobs import Held, JobItem
from dscore.config import Library
from dscore.models import Progress
from dscore.pipeline.jobs import OnProgress, Work, run_here
from dscore.pipeline.jobs import submit as queue
from dscore.pipeline.operations import Operation, Prepared, prepare
from dscore.pipeline.pieces import Revs, batches, digest, settling
from dscore.pipeline.render import rendered
from dscore.text.query import And, Everything, Is, parse_query

log = logging.getLogger(__name__)

Only = Collection[int] | None


@dataclass(frozen=True, slots=True)
class Example:
    """One item's caption before and after."""

    item_id: int
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What an edit would do: how many items it looks at, how many it changes, and some of those.

    `revs` binds an apply to just these items as they were; `dataset_changes` says that a setting changes for all.
    """

    scope: int
    changed: int
    examples: tuple[Example, ...]
    revs: Revs
    dataset_changes: bool = False


@dataclass(frozen=True, slots=True)
class Applied:
    """What an edit did. `stale` items were changed by somebody else since the preview, and left alone."""

    change_id: int | None
    changed: int
    same: int
    stale: tuple[int, ...] = ()


def scope(db: Database, dataset: Dataset, query: str, operation: Operation, *, only: Only = None) -> list[int]:
    """The items that the edit is for, with `only` no others than those; taking out of the trash looks nowhere else."""
    parsed = parse_query(query)
    found = search.ids(db, dataset.id, And((Is("trashed"), parsed)) if operation.kind == "restore" else parsed)
    return found if only is None else [item for item in found if item in only]


def preview(
    db: Database, dataset: Dataset, operation: Operation, *, query: str = "", only: Only = None, examples: int = 10
) -> Preview:
    """Try the edit on everything in scope and write nothing."""
    prepared = prepare(db, dataset, operation, everything=_is_everything(query, only))
    ids = scope(db, dataset, query, operation, only=only)
    revs: dict[int, int] = {}
    for chunk in _chunks(_touched(db, prepared, ids)):
        found: dict[int, int] = {}
        for pair in state_rows.changed(state_rows.tried(states.kinds(db, chunk, prepared.look), prepared.edit)):
            found.update(pair.revs)
        revs.update((item, found[item]) for item in chunk if item in found)
    shown = list(revs)[:examples] if revs or not prepared.settings else ids[:examples]
    changes_dataset = bool(changes.dataset_delta(db, _draft(dataset, operation, prepared)))
    return Preview(
        scope=len(ids),
        changed=len(ids) if changes_dataset else len(revs),
        examples=tuple(example_captions(db, dataset, prepared, shown if not changes_dataset else ids[:examples])),
        revs=revs,
        dataset_changes=changes_dataset,
    )


def _is_everything(query: str, only: Only) -> bool:
    return only is None and isinstance(parse_query(query), Everything)


def example_captions(db: Database, dataset: Dataset, prepared: Prepared, ids: Sequence[int]) -> Iterator[Example]:
    """Render before and after; the edit is tried inside a transaction that is taken back."""
    before = _rendered(db, dataset, ids)
    db.execute("begin immediate")
    try:
        pairs = state_rows.tried(states.kinds(db, ids, prepared.look), prepared.edit)
        state_rows.write(db, state_rows.changed(pairs))
        if prepared.settings:
            changes.open_change(db, Draft(dataset.id, "preview", "", prepared.settings))
        after = _rendered(db, datasets.by_id(db, dataset.id), ids)
    finally:
        db.execute("rollback")
    for item in ids:
        name, text = before[item]
        yield Example(item, name, text, after[item][1])


def _rendered(db: Database, dataset: Dataset, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    return {one.item_id: (one.name, text) for chunk in rendered(db, dataset, ids) for one, text in chunk}


def apply(
    library: Library,
    dataset: Dataset,
    operation: Operation,
    *,
    query: str = "",
    only: Only = None,
    revs: Revs | None = None,
    on_progress: OnProgress = lambda _: None,
) -> Applied:
    """Do the edit as one change: at once where it is small, as a job in chunks where it is large.

    With `revs` (of a preview of the same query) exactly those items are edited, and those that changed meanwhile are listed.
    An edit that changes nothing leaves no trace. Where a setting of the dataset changes, all items in scope count as changed.
    The same edit of the same items that was left half way is gone on with, but not where `revs` say what it shall be.
    """
    with open_catalog(library) as db:
        everything = _is_everything(query, only)
        prepared = prepare(db, dataset, operation, everything=everything)
        whole = list(revs) if revs is not None else scope(db, dataset, query, operation, only=only)
        ids = whole if revs is not None else _touched(db, prepared, whole)
        params = _params(operation, everything=everything, query=query, only=only)
        # What an edit has changed may no longer match its search: the rest of one that was left half way can be few items.
        is_small = len(ids) <= CHUNK
        if is_small and (revs is not None or not _is_half_way(db, dataset, params)):
            draft = _draft(dataset, operation, prepared)
            written = changes.record(db, draft, ids, prepared.edit, look=prepared.look, revs=revs, also=close)
            return _counted(db, written.change_id, len(whole), len(written.changed), written.stale)
    job = run_here(
        library, "edit", dataset_id=dataset.id, params=params, items=partial(batches, ids, revs),
        late=lambda known: batches([item for item in ids if item not in known], revs), on_progress=on_progress,
    )  # fmt: skip
    with open_catalog(library) as db:
        return applied(db, job, len(whole))


def _is_half_way(db: Database, dataset: Dataset, params: dict[str, Any]) -> bool:
    return jobs.interrupted(db, kind="edit", dataset_id=dataset.id, params=params) is not None


def _touched(db: Database, prepared: Prepared, ids: list[int]) -> list[int]:
    """Those of the items that the edit can change at all."""
    if prepared.needs is None:
        return ids
    having = search.having(db, prepared.needs)
    return [item for item in ids if item in having]


def submit(library: Library, dataset: Dataset, operation: Operation, *, query: str, only: Only, revs: Revs) -> int:
    """Queue an edit of just what a preview showed, for a worker; returns the job's id."""
    params = _params(operation, everything=_is_everything(query, only), query=query, only=only)
    with open_catalog(library) as db:  # what makes no sense is refused here, and not by the job
        prepare(db, dataset, operation, everything=params["everything"])
    return queue(library, "edit", dataset_id=dataset.id, params=params, items=batches(revs, revs))


def _params(operation: Operation, *, everything: bool, query: str, only: Only) -> dict[str, Any]:
    return {"operation": asdict(operation), "everything": everything, "query": query, "only": digest(only)}


def _counted(db: Database, change_id: int | None, scope: int, changed: int, stale: tuple[int, ...]) -> Applied:
    """What was done; a setting of the dataset counts for every item outside the trash."""
    dataset_id = None if change_id is None else changes.dataset_of_settings(db, change_id)
    if dataset_id is not None:
        scope = search.count(db, dataset_id, Everything())
        changed = scope - len(stale)
    return Applied(change_id, changed, max(0, scope - changed - len(stale)), stale)


def _draft(dataset: Dataset, operation: Operation, prepared: Prepared) -> Draft:
    return Draft(dataset.id, operation.kind, prepared.summary, prepared.settings)


def close(db: Database, written: Written) -> None:
    """With the only chunk of a change, so that it is whole or not there."""
    changes.close_change(db, written.change_id)


def run_edit(library: Library, held: Held) -> Work:
    """The job of a large edit: chunk by chunk, under one change."""
    operation = Operation(**held.params["operation"])
    with open_catalog(library) as db:
        assert held.dataset_id is not None
        dataset = datasets.by_id(db, held.dataset_id)
        prepared = prepare(db, dataset, operation, everything=bool(held.params["everything"]))
        draft = _draft(dataset, operation, prepared)
        yield from edit_pieces(db, held, draft, lambda piece: Bound(dict(piece.payload), prepared))
        if prepared.settings and jobs.change_of(db, held.id) is None:  # no item is touched, but all are rendered anew
            changes.record(db, draft, (), prepared.edit, also=partial(_made, held))
        yield finish_edit(db, held, prepared.summary)


@dataclass(frozen=True, slots=True)
class Bound:
    """A piece of a large edit: its items with the revs that they are bound to, or None, and what is done to them."""

    revs: Mapping[int, int | None]
    prepared: Prepared


def edit_pieces(db: Database, held: Held, draft: Draft, bound: Callable[[JobItem], Bound]) -> Work:
    """Do the pieces that are left, each in a transaction of its own, under one change."""
    total = job_lists.tally(db, held.id).total
    while pieces := jobs.waiting(db, held.id, limit=1):
        (piece,) = pieces
        log.debug("computing %d items", piece.items)
        read = bound(piece)
        revs = {item: rev for item, rev in read.revs.items() if rev is not None}
        change: Draft | int = jobs.change_of(db, held.id) or draft
        prepared, also = read.prepared, settling(held, piece)
        changes.record(db, change, list(read.revs), prepared.edit, look=prepared.look, revs=revs, also=also)
        yield Progress(piece.number + piece.items - 1, total, prepared.summary)
        wait_for_turn()


def _made(held: Held, db: Database, written: Written) -> None:
    jobs.mark(db, held, (), change_id=written.change_id)


def finish_edit(db: Database, held: Held, summary: str) -> Progress:
    """Close the job and its change."""
    tally = job_lists.tally(db, held.id)
    with writing(db):
        changes.close_change(db, jobs.change_of(db, held.id))
        jobs.finish(db, held, state="partial" if tally.skipped else "done")
    return Progress(tally.total, tally.total, summary)


def applied(db: Database, job: Job, scope: int = 0) -> Applied:
    """What the job of an edit did, of so many items at least."""
    stale = tuple(job_lists.items_in(db, job.id, "skipped"))
    if job.state in {"cancelled", "paused"}:
        return Applied(job.change_id, job.tally.done, job.tally.there, stale)
    return _counted(db, job.change_id, max(scope, job.tally.total), job.tally.done, stale)


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[first : first + CHUNK] for first in range(0, len(ids), CHUNK))
