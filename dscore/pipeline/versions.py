"""Versions made, gone back to and forgotten; going back is one change, and can be undone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from dscore.catalog import changes, datasets, images, job_lists, jobs, versions
from dscore.catalog.changes import CHUNK, Draft, Written
from dscore.catalog.clock import now
from dscore.catalog.connection import Database, open_catalog, reading, writing
from dscore.catalog.datasets import Dataset
from dscore.catalog.jobs import Held, JobItem
from dscore.catalog.states import ItemState
from dscore.catalog.versions import Frozen, Version
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.models import Progress
from dscore.pipeline import curate, rules
from dscore.pipeline.curate import Bound
from dscore.pipeline.jobs import OnProgress, Work, run_here
from dscore.pipeline.jobs import submit as queue
from dscore.pipeline.naming import free_name
from dscore.pipeline.operations import Prepared
from dscore.pipeline.pieces import batches, together
from dscore.text.names import fold_name

KIND = "version"
FREEZE = "freeze"


@dataclass(frozen=True, slots=True)
class Return:
    """The way back to a version: the items that differ, at the revs that were seen, and settings that differ.

    `names` are those that get another name, their old one or one that makes room for it.
    """

    dataset: Dataset
    version: Version
    revs: Mapping[int, int]
    settings: Mapping[str, Any]
    names: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Returned:
    """What going back did; `stale` pictures were changed by somebody meanwhile, and left alone."""

    change_id: int | None
    changed: int
    stale: tuple[str, ...]
    state: str


def way_back(db: Database, dataset: Dataset, version: Version) -> Return:
    """What going back would do. Raises WrongUseError where the dataset is as it was then."""
    with reading(db):
        then, today = versions.revs(db, version.id), versions.present_revs(db, dataset.id)
        away = [item for item in then if item not in today]
        trashed = {item: found.rev for item, found in images.standing(db, away).items()}
        differing = {item: rev for item, rev in today.items() if then.get(item) != rev}
        old_names, making_room = versions.renamed(db, version.id), _in_the_way(db, version)
    draft = Draft(dataset.id, KIND, "", version.settings)
    settings = {column: after for column, (_, after) in changes.dataset_delta(db, draft).items()}
    if not differing and not trashed and not settings:
        raise WrongUseError(f"The dataset is just as it was in “{version.name}”.")
    revs = differing | trashed | {item: rev for item, (rev, _) in making_room.items()}
    return Return(dataset, version, revs, settings, {*old_names, *making_room})


def _in_the_way(db: Database, version: Version) -> dict[int, tuple[int, str]]:
    """What came since and has a name that another had: its rev, and a free name."""
    wanted = {fold_name(name) for name in versions.renamed(db, version.id).values()}
    found = versions.named_so_since(db, version, wanted)
    taken = wanted | images.keys(db, version.dataset_id, but=()) if found else set()
    return {item: (rev, free_name(name, taken)) for item, (rev, name) in found.items()}


def carry_out(library: Library, way: Return, *, on_progress: OnProgress = lambda _: None) -> Returned:
    """Go back here."""
    job = run_here(
        library, KIND, dataset_id=way.dataset.id, params=_params(way), items=partial(_pieces, way),
        late=partial(_pieces, way), on_progress=on_progress,
    )  # fmt: skip
    with open_catalog(library) as db:
        stale = images.names(db, job_lists.items_in(db, job.id, "skipped"))
    return Returned(job.change_id, job.tally.done, stale, job.state)


def submit(library: Library, way: Return) -> int:
    """Queue it for a worker; returns the job's id."""
    return queue(library, KIND, dataset_id=way.dataset.id, params=_params(way), items=_pieces(way))


def _params(way: Return) -> dict[str, Any]:
    return {"version": way.version.id}


def _pieces(way: Return, known: Collection[int] = ()) -> Iterator[jobs.NewItem]:
    """What gets other names in one piece, first, and the rest in chunks; without what a job knows already."""
    ids = [item for item in way.revs if item not in known]
    yield from together([item for item in ids if item in way.names], way.revs)
    yield from batches([item for item in ids if item not in way.names], way.revs)


def run(library: Library, held: Held) -> Work:
    """The job: item by item back to what it was; what came since goes to the trash."""
    with open_catalog(library) as db:
        assert held.dataset_id is not None
        version = versions.by_id(db, int(held.params["version"]))
        draft = Draft(held.dataset_id, KIND, f"go back to version {version.name}", version.settings)
        at, room = now(), {item: name for item, (_, name) in _in_the_way(db, version).items()}

        def bound(piece: JobItem) -> Bound:
            revs = dict(piece.payload)
            then = {item: one for chunk in versions.frozen(db, version.id, revs) for item, one in chunk.items()}
            versions.by_id(db, version.id)  # forgotten meanwhile, it would hold nothing, and all would go to the trash
            return Bound(revs, Prepared(partial(_as_then, then, room, at), draft.summary))

        yield from curate.edit_pieces(db, held, draft, bound)
        if jobs.change_of(db, held.id) is None:  # only settings of the dataset differ
            changes.record(db, draft, (), lambda state: state, also=partial(_begun, held))
        yield curate.finish_edit(db, held, draft.summary)


def _begun(held: Held, db: Database, written: Written) -> None:
    jobs.mark(db, held, (), change_id=written.change_id)


def _as_then(then: Mapping[int, Frozen], room: Mapping[int, str], at: str, state: ItemState) -> ItemState:
    if state.id not in then:
        gone = rules.set_trashed(state, at)
        return gone._replace(name=room[state.id]) if state.id in room else gone
    was = then[state.id].state
    back = was._replace(rev=state.rev, first=state.first, last=state.last)
    return state if back == state else back


def freeze(
    library: Library, dataset: Dataset, name: str, *, on_progress: OnProgress = lambda _: None
) -> Version | None:
    """Keep the dataset as it is now under a name: at once where little is new, as a job where much is; None: it was stopped.

    Raises WrongUseError where the name is taken, or nothing is there.
    """
    if not is_large(library, dataset, name):
        with open_catalog(library) as db:
            return versions.freeze(db, dataset.id, name)
    run_here(library, FREEZE, dataset_id=dataset.id, params={"name": name}, items=lambda: (), on_progress=on_progress)
    with open_catalog(library) as db:
        made = {one.name: one for one in versions.listed(db, dataset.id)}
    return made.get(datasets.checked_name(name))


def is_large(library: Library, dataset: Dataset, name: str) -> bool:
    """Whether freezing takes a while, so that it is better queued. Raises WrongUseError as `freeze` does."""
    with open_catalog(library) as db:
        versions.require_free(db, dataset.id, name)
        if not versions.present_revs(db, dataset.id):
            raise WrongUseError(f"There is no picture in “{dataset.name}” to freeze.")
        return versions.unkept(db, dataset.id) > CHUNK


def submit_freeze(library: Library, dataset: Dataset, name: str) -> int:
    """Queue it for a worker; returns the job's id."""
    return queue(library, FREEZE, dataset_id=dataset.id, params={"name": name}, items=())


def run_freeze(library: Library, held: Held) -> Work:
    """The job of a large freeze; the version is of the moment when it ends."""
    assert held.dataset_id is not None
    name = str(held.params["name"])
    with open_catalog(library) as db:
        total = versions.unkept(db, held.dataset_id)
        for done in versions.keep(db, held.dataset_id):
            yield Progress(done, total, f"freeze {name}")
        versions.make(db, held.dataset_id, name, also=partial(_made, held))
    yield Progress(total, total, f"freeze {name}")


def _made(held: Held, db: Database, version: Version) -> None:
    jobs.finish(db, held, state="done", result={"version": version.name, "items": version.items})


def delete(library: Library, version: Version) -> None:
    """Forget a version; pictures that only it held can then be emptied from the trash."""
    with open_catalog(library) as db, writing(db):
        versions.delete(db, version.id)
