"""What every model's run over a job's items shares: they are read in chunks, and each chunk is written at once with its marks.

So a killed run goes on behind the last chunk, one change holds all that it did, and what could not be done has its reason.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, TypeVar

from dscore.catalog import changes, datasets, images, job_lists, jobs, search
from dscore.catalog.changes import Draft, Edit, InTransaction, Written
from dscore.catalog.connection import Database, open_catalog, writing
from dscore.catalog.datasets import Dataset
from dscore.catalog.jobs import Held, JobItem, Mark
from dscore.config import Library
from dscore.models import Progress
from dscore.text.query import parse_query

CHUNK = 256
CHUNK_SECONDS = 1.0

Result = TypeVar("Result")
Scored = tuple[int, Result | None, str]
"""A piece's number, what the model gave for it or None, and why not."""


def scope(db: Database, dataset: Dataset, query: str) -> list[int]:
    """The items that a run is for."""
    return search.ids(db, dataset.id, parse_query(query))


@dataclass(slots=True)
class Pace:
    """How quick a model is, from its first answer on: what came before it was loading and warming up."""

    pictures: int = 0
    seconds: float = 0.0
    since: float | None = None

    def count(self, pictures: int) -> None:
        """So many more are done."""
        if self.since is None:
            self.since = time.monotonic()
        else:
            self.pictures += pictures
            self.seconds = time.monotonic() - self.since

    @property
    def rate(self) -> float | None:
        """Pictures a second; None while too few are done to tell."""
        return self.pictures / self.seconds if self.seconds > 0.1 else None


@dataclass(frozen=True, slots=True)
class File:
    """A piece's picture: the image's id in the catalog, and its file."""

    image: int
    file: str


class ModelRun(ABC):
    """A job whose items a model looks at; what it makes of them is the child's."""

    def __init__(self, library: Library, held: Held) -> None:
        self._library, self._held = library, held
        self._pace = Pace()
        with open_catalog(library) as db:
            assert held.dataset_id is not None
            self._dataset = datasets.by_id(db, held.dataset_id)
            self._total = job_lists.tally(db, held.id).total

    def _waiting(self) -> Iterator[tuple[list[JobItem], dict[int, File]]]:
        """What is still to do, in chunks, with the pictures by the items' numbers; an item that is gone has none."""
        after = 0
        while True:
            with open_catalog(self._library) as db:
                items = jobs.waiting(db, self._held.id, limit=CHUNK, after=after)
                of_item = images.files(db, [item.item_id for item in items if item.item_id])
            if not items:
                return
            yield items, {item.number: File(*of_item[item.item_id]) for item in items if item.item_id in of_item}
            after = items[-1].number

    def _left(self) -> int:
        """How many items wait."""
        with open_catalog(self._library) as db:
            return job_lists.tally(db, self._held.id).waiting

    def _leave_out(self, found: Collection[int], reason: str) -> Iterator[Progress]:
        """Mark these items as being there already."""
        for items, _ in self._waiting():
            marks = [Mark(item.number, "there", reason) for item in items if item.item_id in found]
            with open_catalog(self._library) as db:
                with writing(db):
                    jobs.mark(db, self._held, marks)
                yield self._progress(db)

    def _gathered(
        self, batches: Generator[list[Scored[Result]], None, None], items: dict[int, JobItem]
    ) -> Iterator[tuple[list[tuple[JobItem, Result]], list[Mark]]]:
        """A model's batches put together to chunks that are worth a transaction, a second's work at most."""
        good: list[tuple[JobItem, Result]] = []
        failed: list[Mark] = []
        began = time.monotonic()
        with closing(batches):
            for batch in batches:
                if batch:
                    self._pace.count(len(batch))
                for number, result, reason in batch:
                    if result is None:
                        failed.append(Mark(number, "failed", reason))
                    else:
                        good.append((items.pop(number), result))
                if len(good) >= CHUNK or time.monotonic() - began > CHUNK_SECONDS:
                    yield good, failed
                    good, failed, began = [], [], time.monotonic()
        if good or failed:
            yield good, failed

    def _record(self, db: Database, items: Sequence[int], edit: Edit, also: InTransaction) -> None:
        """Write what becomes of these items, and `also` in the same transaction."""
        changes.record(db, jobs.change_of(db, self._held.id) or self._draft(), items, edit, also=also)

    def _mark(
        self,
        db: Database,
        written: Written,
        numbers: Mapping[int, int],
        *,
        failed: Iterable[Mark],
        remarks: Mapping[int, str] | None = None,
    ) -> None:
        """Note what became of a chunk, inside its transaction; `numbers` and `remarks` are by item."""
        remarks = remarks or {}
        marks = [Mark(numbers[item], "done", remarks.get(item, "")) for item in written.changed]
        marks += [Mark(numbers[item], "there", remarks.get(item, "")) for item in written.same]
        marks += [Mark(numbers[item], "skipped", "It is no longer in the dataset.") for item in written.stale]
        jobs.mark(db, self._held, [*marks, *failed], change_id=written.change_id)

    def _finish(self, result: Mapping[str, Any], *, word: str) -> Progress:
        """Close the change and the job, with what the child has to say of it."""
        with open_catalog(self._library) as db, writing(db):
            tally = job_lists.tally(db, self._held.id)
            changes.close_change(db, jobs.change_of(db, self._held.id))
            lost = tally.failed + tally.skipped
            counts = {"changed": tally.done, "same": tally.there, "failed": lost}
            jobs.finish(db, self._held, state="partial" if lost else "done", result={**result, **counts})
        return Progress(tally.total, tally.total, word)

    def _progress(self, db: Database) -> Progress:
        return Progress(self._total - job_lists.tally(db, self._held.id).waiting, self._total, self._doing())

    @abstractmethod
    def _doing(self) -> str:
        """What it does, for those who watch."""

    @abstractmethod
    def _draft(self) -> Draft:
        """The change that it makes."""
