"""What a tagger would do to a few pictures: from stored scores at once, or from a job that scores them and applies nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dscore.catalog import images, predictions, states
from dscore.catalog import tags as tag_table
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.catalog.jobs import Held
from dscore.catalog.states import ItemState
from dscore.config import Library
from dscore.models import Category, TagScore
from dscore.pipeline import rules, tagging, trial
from dscore.pipeline.jobs import Work
from dscore.pipeline.retagging import twin_key
from dscore.taggers import preparation
from dscore.taggers.base import Label, TaggerSpec
from dscore.taggers.choose import choose
from dscore.taggers.registry import find_tagger
from dscore.taggers.scores import unpack

KINDS = ("tag", "sample")
SAMPLE = 6


@dataclass(frozen=True, slots=True)
class SampleTag:
    """A tag of a sample: "new", "kept" (it is there already and stays) or "gone"; the score where the tagger gave one."""

    name: str
    category: Category
    fate: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture, and its tags as a run would leave them, in their order; those that go stand at the end."""

    item_id: int
    name: str
    sha256: str
    tags: tuple[SampleTag, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """A model that has scored pictures here, under this preparation; `source` is whose claims its tags are."""

    model: predictions.Model
    preparation: str
    source: int


def known(db: Database, spec: TaggerSpec) -> Scored | None:
    """The model behind the tagger, as its latest run found it; None where it never ran, or its files are newer."""
    asked = str(spec.folder or spec.name)
    number = trial.known_model(db, spec, KINDS, lambda params: is_same(params, {"tagger": asked}))
    model = None if number is None else predictions.find(db, number)
    stored = "" if model is None else predictions.preparation(db, model.id)
    if model is None or not preparation.is_current(stored):
        return None
    source = tag_table.find_source(db, "tagger", spec.name)
    return Scored(model, stored, trial.NEW_SOURCE if source is None else source)


def is_same(params: Mapping[str, object], asked: Mapping[str, object]) -> bool:
    """Whether the params of two jobs are of one tagger."""
    return params.get("tagger") == asked["tagger"]


def rates(db: Database) -> dict[str, float]:
    """Tagger → pictures a second at its latest run on this machine."""
    return trial.rates(db, KINDS, param="tagger")


def chosen(ids: Sequence[int], *, scored: Sequence[int] = ()) -> list[int]:
    """Up to six of the items, spread over all; where some are scored already, of those."""
    return trial.spread(scored or ids, SAMPLE)


def submit(library: Library, dataset: Dataset, request: tagging.Request, ids: Sequence[int]) -> int:
    """Queue a job that scores these pictures and applies nothing; returns its id."""
    return trial.submit(library, dataset, "sample", request.params(), ids)


def look(db: Database, request: tagging.Request, scored: Scored, ids: Sequence[int]) -> list[Sample]:
    """What the request would make of these items, from stored scores; nothing is written. Items without scores are left out."""
    pictures = images.files(db, ids)
    packed = predictions.stored(
        db, scored.model.id, scored.preparation, [pictures[item][0] for item in ids if item in pictures]
    )
    labels = tuple(Label(name, category) for name, category in scored.model.labels)
    rules_of = tagging.choice(request, find_tagger(request.tagger))
    found = {
        item: choose(labels, *unpack(packed[pictures[item][0]]), rules_of)
        for item in ids
        if item in pictures and pictures[item][0] in packed
    }
    return _samples(db, request, scored.source, found)


def _samples(
    db: Database, request: tagging.Request, source: int, found: Mapping[int, tuple[TagScore, ...]]
) -> list[Sample]:
    before = states.load(db, list(found))
    names, numbers = _names(db, before.values(), {tag.name for tags in found.values() for tag in tags})
    categories = tag_table.categories(db, names.values())
    taggers = tag_table.machine_sources(db)
    details, titles = images.details(db, list(found)), images.named(db, list(found))
    samples = []
    for item, tags in found.items():
        state, scores = before[item], {numbers[tag.name]: tag.score for tag in tags}
        ranked = [(tag, round(score * 1000)) for tag, score in scores.items()]
        after = rules.tag_by_model(
            state, ranked, source=source, mode=request.mode, taggers=taggers, twin=lambda tag: twin_key(names[tag])
        )
        known_here = categories | {tag.name: tag.category for tag in tags}
        listed = [
            SampleTag(names[tag], known_here.get(names[tag], Category.GENERAL), fate, scores.get(tag))
            for tag, fate in _fates(state, after)
        ]
        samples.append(Sample(item, titles[item], details[item].sha256, tuple(listed)))
    return samples


def _names(db: Database, items: Iterable[ItemState], new: Collection[str]) -> tuple[dict[int, str], dict[str, int]]:
    """The names of all tags by number, and the numbers of the new ones; those that the catalog lacks count down from -1."""
    numbers = tag_table.ids(db, new)
    numbers |= {name: -place for place, name in enumerate(sorted(set(new) - numbers.keys()), 1)}
    names = tag_table.names(db, {tag for state in items for tag in (*state.tags, *state.vetoes)})
    return names | {number: name for name, number in numbers.items()}, numbers


def _fates(before: ItemState, after: ItemState) -> Iterator[tuple[int, str]]:
    yield from ((tag, "kept" if tag in before.tags else "new") for tag in after.ordered)
    yield from ((tag, "gone") for tag in before.ordered if tag not in after.tags)


def run(library: Library, held: Held) -> Work:
    """The job: score what has no scores yet; what they would give is for `look`."""
    return tagging.work(library, held, Sampling)


class Sampling(trial.Trial, tagging.Tagging):
    """A run that keeps the scores and leaves every caption as it is."""

    def _chosen(self, packed: dict[int, bytes]) -> dict[int, tuple[TagScore, ...]]:
        return dict.fromkeys(packed, ())  # what would be taken is for `look`, by the settings of that moment
