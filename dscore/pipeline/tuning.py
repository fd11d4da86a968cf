"""Stored scores become tags by other rules, as one change; no model is run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from dscore.catalog import changes, datasets, job_lists, jobs
from dscore.catalog import tags as tag_table
from dscore.catalog.changes import CHUNK, Draft, Written
from dscore.catalog.connection import Database, open_catalog, wait_for_turn, writing
from dscore.catalog.datasets import Dataset
from dscore.catalog.jobs import Held, Mark, NewItem
from dscore.catalog.states import ItemState
from dscore.config import Library
from dscore.models import Progress
from dscore.pipeline.curate import Applied
from dscore.pipeline.jobs import OnProgress, Work, run_here
from dscore.pipeline.jobs import submit as queue
from dscore.pipeline.pieces import digest
from dscore.pipeline.retagging import Found, retag, twin_key
from dscore.pipeline.tuning_desk import Desk, Tuning, Voice, chosen_on, lay_out
from dscore.taggers.base import Thresholds
from dscore.taggers.choose import Chosen

CHANGED_SINCE = "Somebody changed it meanwhile; it was left alone."


def apply(
    library: Library,
    desk: Desk,
    tuning: Tuning,
    revs: Mapping[int, int],
    *,
    go_on: bool = False,
    on_progress: OnProgress = lambda _: None,
) -> Applied:
    """Do what a preview showed, to just its items (`revs`) as they were: at once where few change, as a job where many do.

    With `go_on` a job of this very tuning, of the same pictures, that was left half way is gone on with.
    """
    params = _params(desk, tuning)
    with open_catalog(library) as db:
        half_way = go_on and jobs.interrupted(db, kind="tune", dataset_id=desk.dataset.id, params=params) is not None
        if len(revs) <= CHUNK and not half_way:
            edit = _edit(db, desk, tuning)
            written = changes.record(db, _draft(desk, tuning), list(revs), edit, revs=revs, also=_close)
            same = len(desk.items) - len(written.changed) - len(written.stale)
            return Applied(written.change_id, len(written.changed), same, written.stale)
    ran = run_here(
        library,
        "tune",
        dataset_id=desk.dataset.id,
        params=params,
        items=lambda: _pieces(desk, revs),
        on_progress=on_progress,
    )
    with open_catalog(library) as db:
        stale = tuple(job_lists.items_in(db, ran.id, "skipped"))
    return Applied(ran.change_id, ran.tally.done, ran.tally.there, stale)


def submit(library: Library, desk: Desk, tuning: Tuning, revs: Mapping[int, int]) -> int:
    """Queue it for a worker; returns the job's id."""
    return queue(library, "tune", dataset_id=desk.dataset.id, params=_params(desk, tuning), items=_pieces(desk, revs))


def _params(desk: Desk, tuning: Tuning) -> dict[str, Any]:
    """With the models as they are now: another run of a tagger changes nothing for a job that waits."""
    voices = [asdict(voice) for voice in desk.voices]
    return {"tuning": tuning.params(), "voices": voices, "only": digest(desk.items.tolist())}


def _pieces(desk: Desk, revs: Mapping[int, int]) -> list[NewItem]:
    """All pictures on the desk, since how frequent a tag is depends on them all; those that change carry their revs."""
    return [NewItem(item, payload=revs.get(item, -1)) for item in desk.items.tolist()]


def _draft(desk: Desk, tuning: Tuning) -> Draft:
    names = " and ".join(voice.name for voice in desk.voices)
    how = f", {tuning.blend}" if len(desk.voices) > 1 else ""
    return Draft(desk.dataset.id, "tune", f"tune {names}{how} ({tuning.mode.value})")


def _close(db: Database, written: Written) -> None:
    changes.close_change(db, written.change_id)


def _edit(db: Database, desk: Desk, tuning: Tuning) -> changes.Edit:
    """What becomes of an item; one that is not on the desk stays as it is."""
    chosen = chosen_on(desk, tuning)
    ids = tag_table.intern(db, dict(zip(chosen.names, chosen.categories, strict=True)))
    sources = [tag_table.source(db, "tagger", one.name, model_id=one.model_id) for one in desk.voices]
    found = _FoundBy(desk, chosen, [ids[name] for name in chosen.names], sources)
    twins = {tag: twin_key(name) for tag, name in tag_table.names(db).items()}
    taggers = tag_table.machine_sources(db)

    def edit(state: ItemState) -> ItemState:
        wanted = found.of(state.id)
        if wanted is None:
            return state
        return retag(state, wanted, mode=tuning.mode, taggers=taggers, twin=lambda tag: twins.get(tag) or f"\0{tag}")

    return edit


class _FoundBy:
    """The chosen tags of one item after another, with the claims of the taggers that speak for them."""

    def __init__(self, desk: Desk, chosen: Chosen, tags: Sequence[int], sources: Sequence[int]) -> None:
        self._place = {item: place for place, item in enumerate(desk.items.tolist())}
        self._starts = np.searchsorted(chosen.picture, np.arange(len(desk.items) + 1)).tolist()
        self._tags = np.array(tags, np.int64)[chosen.name].tolist()
        thousandths = np.where(np.isnan(chosen.by_model), -1, np.rint(np.nan_to_num(chosen.by_model) * 1000))
        self._scores = thousandths.astype(np.int64).tolist()
        self._sources = sources

    def of(self, item: int) -> list[Found] | None:
        """None where the item has no scores."""
        place = self._place.get(item)
        if place is None:
            return None
        lines = range(self._starts[place], self._starts[place + 1])
        return [Found(self._tags[line], self._claims(self._scores[line])) for line in lines]

    def _claims(self, scores: Sequence[int]) -> tuple[tuple[int, int | None], ...]:
        pairs = zip(self._sources, scores, strict=True)
        return tuple(sorted((source, score) for source, score in pairs if score >= 0))


def run(library: Library, held: Held) -> Work:
    """The job of a large tuning: chunk by chunk, under one change."""
    tuning = Tuning.of(held.params["tuning"])
    with open_catalog(library) as db:
        assert held.dataset_id is not None
        dataset = datasets.by_id(db, held.dataset_id)
        desk = _desk_of_job(db, held, dataset)
        edit, draft = _edit(db, desk, tuning), _draft(desk, tuning)
        total = job_lists.tally(db, held.id).total
        while items := jobs.waiting(db, held.id, limit=CHUNK):
            wanted = {one.item_id: one for one in items if one.item_id is not None and one.payload != -1}
            revs = {item: one.payload for item, one in wanted.items() if one.payload is not None}
            marks = [Mark(one.number, "there") for one in items if one.item_id not in wanted]
            also = _marking(held, {item: one.number for item, one in wanted.items()}, marks)
            changes.record(db, jobs.change_of(db, held.id) or draft, list(wanted), edit, revs=revs, also=also)
            yield Progress(items[-1].number, total, draft.summary)
            wait_for_turn()
        with writing(db):
            changes.close_change(db, jobs.change_of(db, held.id))
            state = "partial" if job_lists.tally(db, held.id).skipped else "done"
            jobs.finish(db, held, state=state)
    yield Progress(total, total, draft.summary)


def _desk_of_job(db: Database, held: Held, dataset: Dataset) -> Desk:
    """All pictures of the job, also those that an earlier, killed run has done."""
    heard = [Voice(**{**one, "thresholds": Thresholds(**one["thresholds"])}) for one in held.params["voices"]]
    return lay_out(db, dataset, heard, job_lists.all_items(db, held.id))


def _marking(held: Held, numbers: Mapping[int, int], others: Sequence[Mark]) -> changes.InTransaction:
    def mark(db: Database, written: Written) -> None:
        marks = [Mark(numbers[item], "done") for item in written.changed]
        marks += [Mark(numbers[item], "there") for item in written.same]
        marks += [Mark(numbers[item], "skipped", CHANGED_SINCE) for item in written.stale]
        jobs.mark(db, held, [*marks, *others], change_id=written.change_id)

    return mark
