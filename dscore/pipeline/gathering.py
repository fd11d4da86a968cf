"""Pictures gathered from one dataset into another: a copy, a merge, a split; captions, claims and removals come along.

What came is one change in the dataset that it came into, what left is one in the other; each can be undone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dscore.catalog import changes, copies, datasets, job_lists, jobs, search
from dscore.catalog.changes import CHUNK, Draft, Written
from dscore.catalog.clock import now
from dscore.catalog.connection import Database, open_catalog, wait_for_turn, writing
from dscore.catalog.copies import Brought
from dscore.catalog.datasets import Dataset
from dscore.catalog.jobs import Held, Mark
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.models import Progress
from dscore.pipeline import rules, uniting
from dscore.pipeline.jobs import OnProgress, Work, run_here
from dscore.pipeline.jobs import submit as queue
from dscore.text.query import Everything, parse_query

KIND = "gather"
_WORDS = {"copy": "copy of ", "merge": "merge in ", "split": "split off "}
THERE = "It is there already, as {}; its caption there was kept."
UNITED = "It is there already, as {}; it has the tags of both now."
BACK = "It was in the trash there, and is back with its caption as it was."
BACK_UNITED = "It was in the trash there, and is back with the tags of both."
STAYS = "Somebody changed it meanwhile, so it is also still in the dataset that it came from."


@dataclass(frozen=True, slots=True)
class Plan:
    """Which pictures go from one dataset into another; with `leave` they go to the trash of the first one.

    With `unite` what is in both gets the tags of both there.
    """

    source: Dataset
    target: Dataset
    ids: tuple[int, ...]
    action: str
    leave: bool = False
    unite: bool = False

    @property
    def params(self) -> dict[str, Any]:
        """For the job."""
        unite = {"unite": True} if self.unite else {}
        return {"from": self.source.id, "action": self.action, "leave": self.leave, **unite}


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was done: how many came, how many were there already, and the changes in both datasets.

    `united` are those of them that got tags, or sentences; `back` those that came out of the trash there as they were.
    """

    dataset: str
    came: int
    there: int
    state: str
    change_id: int | None
    left_change_id: int | None = None
    united: int = 0
    back: int = 0


def plan_copy(library: Library, source: Dataset, name: str) -> Plan:
    """The whole dataset under another name, the trash left out. Raises WrongUseError where the name is taken.

    A copy under that name that was left half way is gone on with.
    """
    with open_catalog(library) as db:
        ids = search.ids(db, source.id, Everything())
        target = _half_way(db, source, name, "copy") or datasets.create(db, name, like=source)
        return Plan(source, target, tuple(ids), "copy")


def _half_way(db: Database, source: Dataset, name: str, action: str) -> Dataset | None:
    """The dataset of that name, where a copy or split of this source was left half way into it."""
    target = datasets.find(db, name)
    if target is None:
        return None
    params = Plan(source, target, (), action, leave=action == "split").params
    found = jobs.interrupted(db, kind=KIND, dataset_id=target.id, params=params)
    return None if found is None else target


def plan_merge(library: Library, source: Dataset, target: Dataset, *, unite: bool = False) -> Plan:
    """All pictures of one dataset into another that stands.

    Those that are there already keep their captions there, or with `unite` get the tags of both.
    """
    if source.id == target.id:
        raise WrongUseError("A dataset cannot be merged into itself.")
    with open_catalog(library) as db:
        return Plan(source, target, tuple(search.ids(db, source.id, Everything())), "merge", unite=unite)


def plan_split(
    library: Library, source: Dataset, name: str, *, query: str, only: Collection[int] | None = None
) -> Plan:
    """What the filter finds, into a dataset of its own. Raises WrongUseError where that is nothing, or everything.

    A split into one of that name that was left half way is gone on with.
    """
    with open_catalog(library) as db:
        ids = [one for one in search.ids(db, source.id, parse_query(query)) if only is None or one in only]
        target = _half_way(db, source, name, "split")
        if target is not None:
            return Plan(source, target, tuple(ids), "split", leave=True)
        if not ids:
            raise WrongUseError("No picture matches, so there is nothing to split off.")
        if len(ids) == search.count(db, source.id, Everything()):
            raise WrongUseError("All pictures match, so nothing would stay behind. To call it otherwise, rename it.")
        return Plan(source, datasets.create(db, name, like=source), tuple(ids), "split", leave=True)


def carry_out(library: Library, plan: Plan, *, on_progress: OnProgress = lambda _: None) -> Gathered:
    """Do it here."""
    job = run_here(
        library, KIND, dataset_id=plan.target.id, params=plan.params, items=partial(map, jobs.NewItem, plan.ids),
        late=lambda known: (jobs.NewItem(item) for item in plan.ids if item not in known), on_progress=on_progress,
    )  # fmt: skip
    left = job.result.get("left_change")
    united = 0
    with open_catalog(library) as db:
        if plan.unite and job.change_id is not None:
            united = changes.get(db, job.change_id, dataset_id=plan.target.id).items - job.tally.done
        back = sum(said == BACK for _, said in job_lists.reasons(db, job.id, states=("done",)))
    return Gathered(plan.target.name, job.tally.done, job.tally.there, job.state, job.change_id, left, united, back)


def submit(library: Library, plan: Plan) -> int:
    """Queue it for a worker; returns the job's id."""
    return queue(library, KIND, dataset_id=plan.target.id, params=plan.params, items=map(jobs.NewItem, plan.ids))


def run(library: Library, held: Held) -> Work:
    """The job: what is still waiting comes in chunk by chunk; what leaves, leaves when all has come."""
    with open_catalog(library) as db:
        assert held.dataset_id is not None
        source = datasets.by_id(db, int(held.params["from"]))
        target = datasets.by_id(db, held.dataset_id)
        total = job_lists.tally(db, held.id).total
        while items := jobs.waiting(db, held.id, limit=CHUNK):
            _bring(db, held, source, {item.item_id: item.number for item in items if item.item_id is not None})
            yield Progress(items[-1].number, total, "copying")
            wait_for_turn()
        left = _leave(db, held, source, target) if held.params["leave"] else None
        with writing(db):
            changes.close_change(db, jobs.change_of(db, held.id))
            jobs.finish(db, held, state="done", result=_left(left))
    yield Progress(total, total, "copied")


def _bring(db: Database, held: Held, source: Dataset, numbers: dict[int, int]) -> None:
    """One chunk; notes the rev at which each came. What is to be united waits until all that is new has come."""
    with writing(db):
        brought = copies.bring(db, list(numbers), into=_target(held))
        both = [one for one in brought if one.placed.fate != "new" and held.params.get("unite")]
        later = {one.item_id for one in both}
        new = [one.placed.item_id for one in brought if one.placed.fate != "there" and one.item_id not in later]
        change_id = jobs.change_of(db, held.id)
        if new and change_id is None:
            change_id = changes.open_change(db, _draft(held, source))
        if change_id is not None:
            changes.note_arrivals(db, change_id, new)
        marks = [_mark(numbers[one.item_id], one) for one in brought if one.item_id not in later]
        gone = numbers.keys() - {one.item_id for one in brought}
        marks += [Mark(numbers[item], "skipped", "It is gone from the dataset.") for item in gone]
        jobs.mark(db, held, marks, change_id=change_id)
        if held.params["leave"]:
            jobs.note(db, held, {numbers[one.item_id]: one.rev for one in brought})
    if both:
        _unite(db, held, source, both, numbers)


def _draft(held: Held, source: Dataset) -> Draft:
    action = held.params["action"]
    return Draft(_target(held), action, _WORDS[action] + source.name)


def _unite(db: Database, held: Held, source: Dataset, both: Sequence[Brought], numbers: Mapping[int, int]) -> None:
    """Give what is in both the tags of both, under the same change, and mark it; what somebody changes just now waits on.

    What is in the trash there comes out of it.
    """
    came = {one.placed.item_id: one for one in both}
    edit, revs = uniting.edit(db, {item: one.item_id for item, one in came.items()})

    def mark(db: Database, written: Written) -> None:
        fates = [*((came[item], UNITED) for item in written.changed), *((came[item], THERE) for item in written.same)]
        jobs.mark(
            db, held, [_united(numbers[one.item_id], one, said) for one, said in fates], change_id=written.change_id
        )

    change: Draft | int = jobs.change_of(db, held.id) or _draft(held, source)
    changes.record(db, change, list(came), lambda state: rules.set_trashed(edit(state), None), revs=revs, also=mark)


def _united(number: int, one: Brought, said: str) -> Mark:
    if one.placed.fate == "back":
        return Mark(number, "done", BACK_UNITED)
    return Mark(number, "there", said.format(one.placed.name))


def _target(held: Held) -> int:
    assert held.dataset_id is not None
    return held.dataset_id


def _mark(number: int, one: Brought) -> Mark:
    if one.placed.fate == "there":
        return Mark(number, "there", THERE.format(one.placed.name))
    return Mark(number, "done", BACK if one.placed.fate == "back" else "")


def _leave(db: Database, held: Held, source: Dataset, target: Dataset) -> int | None:
    """Into the trash with what has come over, as one change; what was changed since it came stays."""
    revs = job_lists.notes(db, held.id)
    ids = [item for item, rev in revs.items() if rev is not None]
    change: Draft | int = Draft(source.id, "trash", f"split off into {target.name}")
    begun: int | None = job_lists.get(db, held.id).result.get("left_change")
    change, at = begun or change, now()

    def keep(db: Database, written: Written) -> None:
        jobs.keep_result(db, held, _left(written.change_id))

    for first in range(0, len(ids), CHUNK):
        chunk = ids[first : first + CHUNK]
        written = changes.record(db, change, chunk, lambda state: rules.set_trashed(state, at), revs=revs, also=keep)
        change = change if written.change_id is None else written.change_id
        wait_for_turn()
    if isinstance(change, Draft):
        return None
    with writing(db):
        changes.close_change(db, change)
    return change


def _left(change_id: int | None) -> dict[str, Any]:
    """What the job keeps of the change in the dataset that the pictures left."""
    return {} if change_id is None else {"left_change": change_id}
