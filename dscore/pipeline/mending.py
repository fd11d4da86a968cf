"""Repairs of what the checks found: seen before, then done as one change, at once or as a job."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from dscore.catalog import changes, datasets, jobs, state_rows, states
from dscore.catalog.changes import CHUNK, Draft
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import Dataset
from dscore.catalog.jobs import Held, JobItem
from dscore.catalog.states import ItemState, Look
from dscore.config import Library
from dscore.pipeline import curate
from dscore.pipeline.curate import Applied, Bound, Example, example_captions
from dscore.pipeline.jobs import OnProgress, Work, run_here
from dscore.pipeline.jobs import submit as queue
from dscore.pipeline.operations import Operation, Prepared, prepare
from dscore.pipeline.pieces import Revs
from dscore.quality.findings import Finding, Repair


@dataclass(frozen=True, slots=True)
class Mending:
    """What repairs would do: how many pictures they change, some captions before and after; `revs` binds an apply to these."""

    dataset: Dataset
    repairs: tuple[Repair, ...]
    summary: str
    changed: int
    examples: tuple[Example, ...]
    revs: Revs

    @property
    def is_small(self) -> bool:
        """Whether it is done at once."""
        return len(self.revs) <= CHUNK


def summary(finding: Finding) -> str:
    """A repair of it as the history says it."""
    return f"mend “{finding.title[0].lower()}{finding.title[1:]}”"


def plan(db: Database, dataset: Dataset, repairs: Sequence[Repair], summary: str, *, examples: int = 10) -> Mending:
    """Try the repairs, one after the other on each picture, and write nothing. What goes to the trash has no caption after."""
    prepared = _prepared(db, dataset, _by_item(repairs), summary)
    ids = sorted({item for one in repairs for item in one.items})
    revs: dict[int, int] = {}
    for first in range(0, len(ids), CHUNK):
        found = states.kinds(db, ids[first : first + CHUNK], prepared.look)
        for pair in state_rows.changed(state_rows.tried(found, prepared.edit)):
            revs.update(pair.revs)
    shown = tuple(example_captions(db, dataset, prepared, list(revs)[:examples]))
    if all(one.kind == "trash" for one in repairs):
        shown = tuple(replace(one, after="") for one in shown)
    return Mending(dataset, tuple(repairs), summary, len(revs), shown, revs)


def mend(
    library: Library,
    mending: Mending,
    *,
    query: str = "",
    go_on: bool = False,
    on_progress: OnProgress = lambda _: None,
) -> Applied:
    """Do just what was shown, as one change; pictures that somebody changed meanwhile are left alone, and listed.

    A large one is a job; with `go_on` the same, for what the same `query` finds, that was left half way is gone on with.
    """
    params = _params(mending, query)
    with open_catalog(library) as db:
        half_way = (
            go_on and jobs.interrupted(db, kind="repair", dataset_id=mending.dataset.id, params=params) is not None
        )
        if mending.is_small and not half_way:
            return _at_once(db, mending)
    job = run_here(
        library, "repair", dataset_id=mending.dataset.id, params=params, items=partial(_pieces, mending),
        late=partial(_late, mending), on_progress=on_progress,
    )  # fmt: skip
    with open_catalog(library) as db:
        return curate.applied(db, job)


def submit(library: Library, mending: Mending, *, query: str = "") -> int:
    """Queue a large one for a worker; returns the job's id."""
    params = _params(mending, query)
    return queue(library, "repair", dataset_id=mending.dataset.id, params=params, items=_pieces(mending))


def _params(mending: Mending, query: str) -> dict[str, Any]:
    return {"summary": mending.summary, "query": query}


def _draft(dataset_id: int, summary: str) -> Draft:
    return Draft(dataset_id, "repair", summary)


def _at_once(db: Database, mending: Mending) -> Applied:
    prepared = _prepared(db, mending.dataset, _by_item(mending.repairs), mending.summary)
    written = changes.record(
        db, _draft(mending.dataset.id, mending.summary), list(mending.revs), prepared.edit, look=prepared.look,
        revs=mending.revs, also=curate.close,
    )  # fmt: skip
    return Applied(written.change_id, len(written.changed), len(written.same), written.stale)


def _pieces(mending: Mending) -> Iterator[jobs.NewItem]:
    """One for each transaction: its items with their revs and the numbers of their edits, and these edits."""
    wanted = _by_item(mending.repairs)
    ids = list(mending.revs)
    for first in range(0, len(ids), CHUNK):
        numbers: dict[Operation, int] = {}
        items = [
            [item, mending.revs[item], [numbers.setdefault(one, len(numbers)) for one in wanted[item]]]
            for item in ids[first : first + CHUNK]
        ]
        yield jobs.NewItem(payload={"edits": [asdict(one) for one in numbers], "items": items}, items=len(items))


def run(library: Library, held: Held) -> Work:
    """The job of a large repair: chunk by chunk, under one change."""
    with open_catalog(library) as db:
        assert held.dataset_id is not None
        dataset = datasets.by_id(db, held.dataset_id)
        summary = str(held.params["summary"])

        def bound(piece: JobItem) -> Bound:
            edits = [Operation(**one) for one in piece.payload["edits"]]
            wanted = {item: [edits[number] for number in numbers] for item, _, numbers in piece.payload["items"]}
            revs = {item: rev for item, rev, _ in piece.payload["items"]}
            return Bound(revs, _prepared(db, dataset, wanted, summary))

        yield from curate.edit_pieces(db, held, _draft(dataset.id, summary), bound)
        yield curate.finish_edit(db, held, summary)


def _late(mending: Mending, known: Collection[int]) -> Iterator[jobs.NewItem]:
    """The pieces for pictures that a job does not know."""
    return _pieces(replace(mending, revs={item: rev for item, rev in mending.revs.items() if item not in known}))


def _by_item(repairs: Iterable[Repair]) -> dict[int, list[Operation]]:
    """What is done to each item, one after the other."""
    found: dict[int, list[Operation]] = {}
    for one in repairs:
        operation = Operation(one.kind, one.text, one.new, where=one.where, regex=one.regex)
        for item in one.items:
            found.setdefault(item, []).append(operation)
    return found


def _prepared(db: Database, dataset: Dataset, wanted: Mapping[int, Sequence[Operation]], summary: str) -> Prepared:
    """All of it as one edit, which does to each item what is meant for that."""
    distinct = dict.fromkeys(one for edits in wanted.values() for one in edits)
    known = {one: prepare(db, dataset, one) for one in distinct}

    def edit(state: ItemState) -> ItemState:
        for one in wanted.get(state.id, ()):
            state = known[one].edit(state)
        return state

    return Prepared(edit, summary, _look(known.values()))


def _look(known: Iterable[Prepared]) -> Look:
    tags: set[int] = set()
    for prepared in known:
        if prepared.look.tags is None:
            return states.ALL
        tags.update(prepared.look.tags)
    return Look(tags)
