"""Recipes: named lists of edits, to be run on any dataset. Each edit of a run is a change of its own, and can be undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

from dscore.catalog import changes, datasets, saved, search, state_rows, states, trash
from dscore.catalog.changes import CHUNK, Draft
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import Dataset
from dscore.catalog.saved import RECIPES
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.models import TriggerPosition
from dscore.pipeline import curate
from dscore.pipeline.curate import Applied, Example, Only
from dscore.pipeline.jobs import OnProgress
from dscore.pipeline.operations import MARKED, STARS, Operation, Prepared, prepare, read_mark, read_stars, starred
from dscore.pipeline.render import rendered
from dscore.text.query import Everything, parse_query


@dataclass(frozen=True, slots=True)
class Step:
    """One edit of a recipe, for what `query` finds."""

    operation: Operation
    query: str = ""

    @property
    def words(self) -> str:
        """`remove “hat”, where is:captioned`."""
        what = _WORDS[self.operation.kind](self.operation)
        return f"{what}, where {self.query}" if self.query else what


_WORDS: dict[str, Callable[[Operation], str]] = {
    "trigger": lambda one: f"set trigger word “{one.text}”" if one.text else "take the trigger word away",
    "add": lambda one: f"add “{one.text}”",
    "remove": lambda one: f"remove “{one.text}”",
    "replace": lambda one: f"replace “{one.text}” by “{one.new}” in {one.where}",
    "sort": lambda one: f"sort by {one.by}",
    "dedupe": lambda _: "remove doubled tags",
    "standardise": lambda _: "standardise tags",
    "trash": lambda _: "put into the trash",
    "restore": lambda _: "take out of the trash",
    "mark": lambda one: MARKED.get(None if one.text == "none" else one.text, f"mark as “{one.text}”"),
    "stars": lambda one: starred(int(one.text)) if one.text in STARS else f"give “{one.text}” stars",
}

_READ: dict[str, Callable[[str], object]] = {"mark": read_mark, "stars": read_stars}
"""What refuses a text that can never be one, whatever the dataset."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Edits in their order, under a name."""

    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would do: how many pictures each step changes, and some captions before the first and after the last.

    Of a large dataset only the first `looked_at` of `scope` pictures are tried.
    """

    scope: int
    looked_at: int
    changed: tuple[int, ...]
    examples: tuple[Example, ...]


def listed(db: Database) -> list[Recipe]:
    """All recipes, by name."""
    return [Recipe(one.name, _steps(one.text)) for one in saved.listed(db, RECIPES)]


def get(db: Database, name: str) -> Recipe:
    """The recipe of that name; raises NotFoundError."""
    found = saved.get(db, RECIPES, name)
    return Recipe(found.name, _steps(found.text))


def _steps(text: str) -> tuple[Step, ...]:
    return tuple([Step(Operation(**one["operation"]), one["query"]) for one in json.loads(text)])


def add(db: Database, name: str, step: Step) -> Recipe:
    """Put an edit behind those of the recipe, which is made where it does not exist. Raises WrongUseError, QueryError."""
    parse_query(step.query)
    _READ.get(step.operation.kind, str)(step.operation.text)
    if step.operation.kind == "trash" and not step.query.strip():
        raise WrongUseError("Say which pictures go to the trash: without a filter it would be all of them.")
    found = saved.find(db, RECIPES, name)
    return _save(db, name, (*(_steps(found.text) if found else ()), step))


def drop(db: Database, name: str, number: int) -> Recipe:
    """Take the edit with that number, from 1, out of the recipe. Raises WrongUseError."""
    recipe = get(db, name)
    if not 1 <= number <= len(recipe.steps):
        raise WrongUseError(f"“{recipe.name}” has {len(recipe.steps)} edits; there is no number {number}.")
    return _save(db, name, tuple(step for place, step in enumerate(recipe.steps, 1) if place != number))


def _save(db: Database, name: str, steps: Sequence[Step]) -> Recipe:
    text = json.dumps([{"operation": asdict(one.operation), "query": one.query} for one in steps], ensure_ascii=False)
    saved.save(db, RECIPES, name, text)
    return get(db, name)


def preview(
    db: Database, dataset: Dataset, recipe: Recipe, *, query: str = "", only: Only = None, examples: int = 10
) -> Preview:
    """Try all edits, one on top of the other, in a transaction that is taken back. Raises what an edit raises."""
    chosen = _reached(db, dataset, recipe, query=query, only=only)
    tried = chosen[:CHUNK]  # the lock is held meanwhile
    everything = only is None and _is_whole(query)
    _check(db, dataset, recipe, everything=everything)
    before = _captions(db, dataset, tried)
    db.execute("begin immediate")
    try:
        changed = [
            _try(db, datasets.by_id(db, dataset.id), step, tried, everything=everything) for step in recipe.steps
        ]
        after = _captions(db, datasets.by_id(db, dataset.id), tried)
    finally:
        db.execute("rollback")
    differing = [item for item in tried if after[item] != before[item]][:examples]
    shown = [Example(item, before[item][0], before[item][1], after[item][1]) for item in differing]
    return Preview(len(chosen), len(tried), tuple(changed), tuple(shown))


def _reached(db: Database, dataset: Dataset, recipe: Recipe, *, query: str, only: Only) -> list[int]:
    """What a run can come upon: the trash, too, where one of its edits looks there and no filter of the run leaves it out."""
    into_trash = _is_whole(query) and any(map(_looks_into_trash, recipe.steps))
    found = trash.all_items(db, dataset.id) if into_trash else search.ids(db, dataset.id, parse_query(query))
    return found if only is None else [item for item in found if item in only]


def _looks_into_trash(step: Step) -> bool:
    return step.operation.kind == "restore" or search.speaks_of_trash(parse_query(step.query))


def _check(db: Database, dataset: Dataset, recipe: Recipe, *, everything: bool) -> None:
    """No edit of it makes no sense where those before it are done; a run then does not stop half way."""
    if not recipe.steps:
        raise WrongUseError(f"The recipe “{recipe.name}” has no edits yet.")
    now = datasets.by_id(db, dataset.id)
    for step in recipe.steps:
        whole = _is_whole(step.query) and everything
        now = _as_set(now, prepare(db, now, step.operation, everything=whole))


def _as_set(dataset: Dataset, prepared: Prepared) -> Dataset:
    """The dataset as the edit leaves it, in what a later edit looks at."""
    place = TriggerPosition(prepared.settings.get("trigger_position", dataset.style.trigger_position))
    return replace(dataset, style=replace(dataset.style, trigger_position=place))


def _is_whole(query: str) -> bool:
    return isinstance(parse_query(query), Everything)


def _try(db: Database, dataset: Dataset, step: Step, tried: Sequence[int], *, everything: bool) -> int:
    whole = _is_whole(step.query) and everything
    prepared = prepare(db, dataset, step.operation, everything=whole)
    ids = curate.scope(db, dataset, step.query, step.operation, only=set(tried))
    pairs = state_rows.changed(state_rows.tried(states.kinds(db, ids, prepared.look), prepared.edit))
    state_rows.write(db, pairs)
    draft = Draft(dataset.id, "preview", "", prepared.settings)
    if changes.dataset_delta(db, draft):
        changes.open_change(db, draft)
        return len(ids)
    return sum(len(pair.ids) for pair in pairs)


def _captions(db: Database, dataset: Dataset, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    return {one.item_id: (one.name, text) for chunk in rendered(db, dataset, ids) for one, text in chunk}


def run(
    library: Library,
    dataset: Dataset,
    recipe: Recipe,
    *,
    query: str = "",
    only: Only = None,
    on_progress: OnProgress = lambda _: None,
) -> list[Applied]:
    """Do the edits one after the other, each as a change of its own, on what both the step's filter and `query` find."""
    with open_catalog(library) as db:
        _check(db, dataset, recipe, everything=only is None and _is_whole(query))
        chosen = only
        if query.strip():  # fixed now: an edit may change what the search finds
            found = search.ids(db, dataset.id, parse_query(query))
            chosen = {item for item in found if only is None or item in only}
    done = []
    for step in recipe.steps:
        with open_catalog(library) as db:
            now = datasets.by_id(db, dataset.id)
        done.append(curate.apply(library, now, step.operation, query=step.query, only=chosen, on_progress=on_progress))
    return done
