"""Undo and redo, of the latest change or an older one, at any time; what came later stays."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from dscore.catalog import changes, images, job_lists, jobs, reversal
from dscore.catalog.changes import CHUNK, Change, Written
from dscore.catalog.connection import Database, open_catalog, wait_for_turn, writing
from dscore.catalog.datasets import Dataset
from dscore.catalog.jobs import Held, NewItem
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.models import Progress
from dscore.pipeline import comparison
from dscore.pipeline.jobs import OnProgress, Work, run_here
from dscore.pipeline.jobs import submit as queue
from dscore.pipeline.pieces import batches, items_of, settling, together

log = logging.getLogger(__name__)

SETTINGS = {**comparison.SETTINGS, "name": "name"}
"""The settings of a dataset that a change may set, for people."""


@dataclass(frozen=True, slots=True)
class Reverted:
    """What an undo or redo did: the change, how many items, and those left alone since they were changed later.

    `kept` are the settings of the dataset, in words, that a later change has set, so that they stay.
    """

    change: Change
    items: int
    left: int
    left_names: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def undo(
    library: Library, dataset: Dataset, change_id: int | None = None, *, on_progress: OnProgress = lambda _: None
) -> Reverted:
    """Take back the latest change that stands, or the one with that id; never anything that came later."""
    with open_catalog(library) as db:
        change = changes.to_undo(db, dataset.id) if change_id is None else _to_undo(db, dataset, change_id)
    return _revert(library, dataset, change, redo=False, on_progress=on_progress)


def undo_all(
    library: Library, dataset: Dataset, change_ids: Collection[int], *, on_progress: OnProgress = lambda _: None
) -> list[Reverted]:
    """Take several changes back, the latest first, such as those of a recipe; none where one of them cannot be."""
    with open_catalog(library) as db:
        found = [_to_undo(db, dataset, change) for change in sorted(set(change_ids), reverse=True)]
    return [_revert(library, dataset, change, redo=False, on_progress=on_progress) for change in found]


def _to_undo(db: Database, dataset: Dataset, change_id: int) -> Change:
    change = changes.get(db, change_id, dataset_id=dataset.id)
    if change.state == "undone" and not change.left:
        raise WrongUseError(f"Change {change.id} is undone already.")
    return change


def redo(library: Library, dataset: Dataset, *, on_progress: OnProgress = lambda _: None) -> Reverted:
    """Take back the latest undo, as long as no new change was made."""
    with open_catalog(library) as db:
        change = changes.to_redo(db, dataset.id)
    return _revert(library, dataset, change, redo=True, on_progress=on_progress)


def submit(library: Library, dataset: Dataset, change: Change, *, redo: bool = False) -> int:
    """Queue the undo (or redo) of a large change, for a worker; returns the job's id."""
    with open_catalog(library) as db:
        _stop_maker(db, change)
        pieces = _pieces(db, change, redo=redo)
    params = {"change": change.id, "redo": redo}
    return queue(library, "revert", dataset_id=dataset.id, params=params, items=pieces)


def is_small(change: Change) -> bool:
    """Whether it is taken back at once: names are, however many, since in chunks one would wait for another's."""
    return change.items <= CHUNK or change.action == "name"


def _revert(library: Library, dataset: Dataset, change: Change, *, redo: bool, on_progress: OnProgress) -> Reverted:
    with open_catalog(library) as db:
        _stop_maker(db, change)
        if is_small(change):
            return _revert_at_once(db, change, redo=redo)
        pieces = _pieces(db, change, redo=redo)
    params = {"change": change.id, "redo": redo}
    job = run_here(
        library, "revert", dataset_id=dataset.id, params=params, items=lambda: pieces, on_progress=on_progress
    )
    with open_catalog(library) as db:
        left = job_lists.items_in(db, job.id, "skipped")
        return Reverted(change, job.tally.done, len(left), images.names(db, left), _kept(db, change, redo=redo))


def _stop_maker(db: Database, change: Change) -> None:
    """A job that makes the change and was left half way does not go on with it; raises WrongUseError for one that runs."""
    job = job_lists.of_change(db, change.id) if change.state == "open" else None
    if job is not None and job.state in {"paused", "interrupted"}:
        job = jobs.ask(db, job.id, "cancel")
    if job is not None and job.state in {"running", "queued"}:
        raise WrongUseError(f"Change {change.id} is still being made by job {job.id}. Cancel the job, or let it end.")


def _pieces(db: Database, change: Change, *, redo: bool) -> list[NewItem]:
    """What got another name in one piece, first, and the rest in chunks."""
    ids, renamed = list(_standing(db, change, redo=redo)), reversal.renamed_items(db, change.id)
    named, others = [item for item in ids if item in renamed], [item for item in ids if item not in renamed]
    return [*together(named), *batches(others)]


def _standing(db: Database, change: Change, *, redo: bool) -> Iterator[int]:
    after = 0
    while ids := reversal.waiting_items(db, change.id, undone=redo, after=after):
        yield from ids
        after = ids[-1]


def _revert_at_once(db: Database, change: Change, *, redo: bool) -> Reverted:
    def close(db: Database, _: Written) -> None:
        (reversal.close_redo if redo else reversal.close_undo)(db, change)

    ids = list(_standing(db, change, redo=redo))
    written = reversal.revert(db, change.id, ids, redo=redo, also=close)
    kept = _kept(db, change, redo=redo)
    return Reverted(change, len(written.changed), len(written.stale), images.names(db, written.stale), kept)


def _kept(db: Database, change: Change, *, redo: bool) -> tuple[str, ...]:
    return tuple([SETTINGS[column] for column in reversal.overruled(db, change, redo=redo)])


def run(library: Library, held: Held) -> Work:
    """The job of a large undo or redo."""
    redo = bool(held.params["redo"])
    word = "redo" if redo else "undo"
    with open_catalog(library) as db:
        assert held.dataset_id is not None
        change = changes.get(db, int(held.params["change"]), dataset_id=held.dataset_id)
        total = job_lists.tally(db, held.id).total
        while pieces := jobs.waiting(db, held.id, limit=1):
            (piece,) = pieces
            log.debug("computing %d items", piece.items)
            reversal.revert(db, change.id, items_of(piece), redo=redo, also=settling(held, piece))
            yield Progress(piece.number + piece.items - 1, total, word)
            wait_for_turn()
        with writing(db):
            (reversal.close_redo if redo else reversal.close_undo)(db, change)
            jobs.finish(db, held, state="partial" if job_lists.tally(db, held.id).skipped else "done")
    yield Progress(total, total, word)
