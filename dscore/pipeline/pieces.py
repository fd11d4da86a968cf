"""Large edits and undos in pieces: each has a transaction and a row of its job to itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice

from dscore.catalog import job_lists, jobs
from dscore.catalog.changes import CHUNK, Written
from dscore.catalog.connection import Database
from dscore.catalog.jobs import Held, JobItem

LEFT = "Somebody changed it meanwhile; it was left alone."

Revs = Mapping[int, int]
"""Items by id, with the revs that an edit is bound to."""


def batches(ids: Iterable[int], revs: Revs | None = None) -> Iterator[jobs.NewItem]:
    """One for each transaction, with its items and the revs that they are bound to."""
    bound = ([item, None if revs is None else revs[item]] for item in ids)
    while some := list(islice(bound, CHUNK)):
        yield jobs.NewItem(payload=some, items=len(some))


def together(ids: Collection[int], revs: Revs | None = None) -> Iterator[jobs.NewItem]:
    """All in one transaction, however many: what exchanges names, which would wait for another chunk's."""
    if ids:
        bound = [[item, None if revs is None else revs[item]] for item in ids]
        yield jobs.NewItem(payload=bound, items=len(bound))


def known(db: Database, job_id: int) -> set[int]:
    """The items of a job, whatever became of them: each a piece, or many in the payload of one, with their revs or alone."""
    found: set[int] = set()
    for item, payload in job_lists.contents(db, job_id):
        if item is not None:
            found.add(item)
        many = payload["items"] if isinstance(payload, dict) else payload
        if isinstance(many, list):
            found.update(one[0] if isinstance(one, list) else one for one in many)
    return found


def digest(items: Iterable[int] | None) -> str | None:
    """What tells one choice of items from another in the parameters of a job; None where all are meant."""
    if items is None:
        return None
    return hashlib.sha256(json.dumps(sorted(items)).encode()).hexdigest()[:32]


def items_of(piece: JobItem) -> list[int]:
    """The items of a piece, as `batches` made it."""
    return [item for item, _ in piece.payload]


def settling(held: Held, piece: JobItem) -> Callable[[Database, Written], None]:
    """What notes in the piece's own transaction what became of its items."""

    def settle(db: Database, written: Written) -> None:
        fates = {("done", ""): written.changed, ("there", ""): written.same, ("skipped", LEFT): written.stale}
        jobs.settle(db, held, piece, fates, change_id=written.change_id)

    return settle
