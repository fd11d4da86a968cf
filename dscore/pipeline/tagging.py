"""Taggers work on a dataset: raw scores are kept, and the tags above the thresholds are applied as one change.

What a model has scored already is never scored again; then the model is not even loaded.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass

from dscore.catalog import changes, columns, datasets, images, job_lists, jobs, predictions, search, tags
from dscore.catalog.changes import Draft, Written
from dscore.catalog.connection import Database, open_catalog, writing
from dscore.catalog.datasets import Dataset
from dscore.catalog.jobs import Held, JobItem, Mark
from dscore.catalog.states import ItemState
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.models import Mode, Progress, TagScore
from dscore.pipeline import rules
from dscore.pipeline.jobs import Work
from dscore.pipeline.retagging import twin_key
from dscore.taggers import preparation
from dscore.taggers.base import Tagger, TaggerFiles, TaggerSpec
from dscore.taggers.choose import choose_all
from dscore.taggers.feed import Picture, score_pictures
from dscore.taggers.files import fetch_files
from dscore.taggers.gpus import devices
from dscore.taggers.labels import read_labels
from dscore.taggers.registry import find_tagger, load_on_all
from dscore.taggers.rules import ChoiceRules
from dscore.taggers.running import best_batch
from dscore.taggers.scores import FLOOR, pack
from dscore.taggers.sheet import read_sheet
from dscore.text.query import parse_query

log = logging.getLogger(__name__)

CHUNK = 256
CHUNK_SECONDS = 1.0
NOT_NEEDED = "The model was not needed: what it says of these pictures is stored."


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a tagger; thresholds left None are the tagger's own."""

    tagger: str
    general: float | None = None
    character: float | None = None
    blacklist: tuple[str, ...] = ()
    mode: Mode = Mode.MERGE
    device: str = "auto"
    underscores: str = "space"
    batch: int = 0
    offline: bool = False
    preparation: preparation.Speed = "exact"

    def __post_init__(self) -> None:
        for name, value in (("general", self.general), ("character", self.character)):
            if value is not None and not FLOOR <= value <= 1:
                raise WrongUseError(f"The {name} threshold goes from {FLOOR} to 1; {value} is outside.")
        devices(self.device, gpus=1)

    def params(self) -> dict[str, object]:
        """As plain values, for the job."""
        spec = find_tagger(self.tagger)
        values = asdict(self) | {"tagger": str(spec.folder or spec.name), "blacklist": list(self.blacklist)}
        return {**values, "mode": self.mode.value}


def scope(db: Database, dataset: Dataset, query: str) -> list[int]:
    """The items that a run is for."""
    return search.ids(db, dataset.id, parse_query(query))


def run(library: Library, held: Held) -> Work:
    """The job: score what has no scores yet, and apply the chosen tags to every waiting item."""
    return work(library, held, Tagging)


def work(library: Library, held: Held, kind: type[Tagging]) -> Work:
    """Fetch the model's files, and let that kind of tagging run."""
    values = {key: value for key, value in held.params.items() if key != "query"}
    request = Request(**{**values, "mode": Mode(values["mode"]), "blacklist": tuple(values["blacklist"])})
    spec = find_tagger(request.tagger)
    files = yield from fetch_files(spec, hashes=library.hashes, offline=request.offline)
    tagging = kind(library, held, request, spec, files)
    yield from tagging.run()
    yield tagging.finish()


@dataclass(slots=True)
class Pace:
    """How quick a model is, from its first answer on: what came before it was loading and warming up."""

    pictures: int = 0
    seconds: float = 0.0
    since: float | None = None

    def count(self, pictures: int) -> None:
        """So many more are scored."""
        if self.since is None:
            self.since = time.monotonic()
        else:
            self.pictures += pictures
            self.seconds = time.monotonic() - self.since

    @property
    def rate(self) -> float | None:
        """Pictures a second; None while too few are scored to tell."""
        return self.pictures / self.seconds if self.seconds > 0.1 else None


class Tagging:
    """One tagger's run: the model (loaded when the first picture needs it), the rules, and the writing of chunks."""

    def __init__(self, library: Library, held: Held, request: Request, spec: TaggerSpec, files: TaggerFiles) -> None:
        self._library, self._held, self._request, self._spec, self._files = library, held, request, spec, files
        self._labels = read_labels(files.labels)
        self._rules = choice(request, spec)
        self._models: tuple[Tagger, ...] = ()
        self._lost: list[str] = []
        with open_catalog(library) as db:
            assert held.dataset_id is not None
            self._dataset = datasets.by_id(db, held.dataset_id)
            identity = files.identity
            self._model_id = predictions.register(
                db,
                kind="tagger",
                repo=identity.source,
                revision=identity.revision,
                fingerprint=identity.fingerprint,
                labels=[(label.name, label.category) for label in self._labels],
            )
            self._source_id = tags.source(db, "tagger", spec.name, model_id=self._model_id)
            self._taggers = tags.machine_sources(db)
            self._total = job_lists.tally(db, held.id).total
        self._preparation = ""
        self._pace = Pace()

    def _stored_preparation(self) -> str:
        """The preparation of the stored scores where they suffice, else that of the model, which is loaded for it."""
        with open_catalog(self._library) as db:
            stored = predictions.preparation(db, self._model_id)
            suffices = not predictions.unscored(db, self._model_id, stored, self._held.id)
        if suffices and (not stored or preparation.is_current(stored, speed=self._request.preparation)):
            return stored
        return self._loaded()[0].preparation

    def _loaded(self) -> tuple[Tagger, ...]:
        """The model, once for each device."""
        if not self._models:
            request = self._request
            self._models = load_on_all(self._spec, self._files, device=request.device, speed=request.preparation)
        return self._models

    def run(self) -> Iterator[Progress]:
        """Chunk by chunk: first those that have scores, then the others through the model."""
        if self._request.mode is Mode.SKIP:
            yield from self._skip_tagged()
        self._preparation = self._stored_preparation()
        for items, stored in self._chunks():
            known = [(item, stored[item.number]) for item in items if item.number in stored]
            if known:
                yield self._apply(known, {})
        yield from self._score_rest()

    def _skip_tagged(self) -> Iterator[Progress]:
        with open_catalog(self._library) as db:
            tagged = set(search.ids(db, self._dataset.id, parse_query("is:tagged")))
            for items in self._waiting(db):
                marks = [Mark(item.number, "there", "It has tags already.") for item in items if item.item_id in tagged]
                with writing(db):
                    jobs.mark(db, self._held, marks)
                yield self._progress(db)

    def _chunks(self) -> Iterator[tuple[list[JobItem], dict[int, bytes]]]:
        """Waiting items with the scores that are stored for them, by the items' numbers."""
        with open_catalog(self._library) as db:
            for items in self._waiting(db):
                of_item = images.files(db, [item.item_id for item in items if item.item_id])
                pictures = [of_item[item.item_id][0] for item in items if item.item_id in of_item]
                stored = predictions.stored(db, self._model_id, self._preparation, pictures)
                by_number = {
                    item.number: stored[of_item[item.item_id][0]]
                    for item in items
                    if item.item_id in of_item and of_item[item.item_id][0] in stored
                }
                yield items, by_number

    def _waiting(self, db: Database) -> Iterator[list[JobItem]]:
        after = 0
        while items := jobs.waiting(db, self._held.id, limit=CHUNK, after=after):
            yield items
            after = items[-1].number

    def _score_rest(self) -> Iterator[Progress]:
        items: dict[int, JobItem] = {}
        gathered: list[tuple[JobItem, bytes]] = []
        failed: list[Mark] = []
        began = time.monotonic()
        with closing(self._scored(items)) as batches:
            for batch in batches:
                log.debug("scored %d pictures", len(batch))
                self._pace.count(len(batch))
                for number, packed, reason in batch:
                    if packed is None:
                        failed.append(Mark(number, "failed", reason))
                    else:
                        gathered.append((items.pop(number), packed))
                if len(gathered) >= CHUNK or time.monotonic() - began > CHUNK_SECONDS:
                    yield self._apply(gathered, {item.number: packed for item, packed in gathered}, failed)
                    gathered, failed, began = [], [], time.monotonic()
        if gathered or failed:
            yield self._apply(gathered, {item.number: packed for item, packed in gathered}, failed)

    def _scored(self, items: dict[int, JobItem]) -> Generator[list[tuple[int, bytes | None, str]], None, None]:
        """(number, packed scores or None, why not) of all that waits, in the batches of the model; notes each in `items`."""
        with open_catalog(self._library) as db:
            waiting = job_lists.tally(db, self._held.id).waiting
        if not waiting:
            return
        models = self._loaded()
        batch = self._request.batch or best_batch(models[0], pictures=waiting)
        feed = score_pictures(models, self._pictures(items), batch=batch, on_lost=self._lost.append)
        with closing(feed) as batches:
            for scored in batches:
                yield [(one.key, None if one.scores is None else pack(one.scores), one.reason) for one in scored]

    def _pictures(self, items: dict[int, JobItem]) -> Iterator[Picture]:
        after = 0
        while True:
            with open_catalog(self._library) as db:
                waiting = jobs.waiting(db, self._held.id, limit=CHUNK, after=after)
                of_item = images.files(db, [item.item_id for item in waiting if item.item_id])
            if not waiting:
                return
            for item in waiting:
                items[item.number] = item
                file = of_item[item.item_id][1] if item.item_id in of_item else ""
                yield Picture(item.number, self._library.image_path(file))
            after = waiting[-1].number

    def _apply(
        self, scored: Sequence[tuple[JobItem, bytes]], new: dict[int, bytes], failed: Sequence[Mark] = ()
    ) -> Progress:
        """Write a chunk: new scores, the tags that they give, the marks; one transaction."""
        chosen = self._chosen({item.item_id: packed for item, packed in scored if item.item_id is not None})
        numbers = {item.item_id: item.number for item, _ in scored}

        def also(db: Database, written: Written) -> None:
            of_item = images.files(db, [item.item_id for item, _ in scored if item.item_id])
            fresh = [
                (of_item[item.item_id][0], new[item.number])
                for item, _ in scored
                if item.number in new and item.item_id in of_item
            ]
            predictions.save(db, self._model_id, self._preparation, fresh)
            marks = [Mark(numbers[item], "done") for item in written.changed]
            marks += [Mark(numbers[item], "there") for item in written.same]
            marks += [Mark(numbers[item], "skipped", "It is no longer in the dataset.") for item in written.stale]
            jobs.mark(db, self._held, [*marks, *failed], change_id=written.change_id)

        with open_catalog(self._library) as db:
            chosen = without_vetoed(db, chosen)
            ids = tags.intern(db, {tag.name: tag.category for found in chosen.values() for tag in found})
            self._record(db, list(chosen), self._edit(chosen, ids), also)
            return self._progress(db)

    def _record(self, db: Database, items: list[int], edit: changes.Edit, also: changes.InTransaction) -> None:
        """Write what becomes of these items, and `also` in the same transaction."""
        changes.record(db, jobs.change_of(db, self._held.id) or self._draft(), items, edit, also=also)

    def _edit(self, chosen: dict[int, tuple[TagScore, ...]], ids: dict[str, int]) -> changes.Edit:
        def edit(state: ItemState) -> ItemState:
            found = [(ids[tag.name], round(tag.score * 1000)) for tag in chosen[state.id]]
            return rules.tag_by_model(
                state, found, source=self._source_id, mode=self._request.mode, taggers=self._taggers
            )

        return edit

    def _chosen(self, packed: dict[int, bytes]) -> dict[int, tuple[TagScore, ...]]:
        """The tags of each item, all of them chosen at once."""
        tags = choose_all(self._labels, read_sheet(list(packed.values())), self._rules).tags()
        return dict(zip(packed, tags, strict=True))

    def _draft(self) -> Draft:
        return Draft(self._dataset.id, "tag", f"tag with {self._spec.name} ({self._request.mode.value})")

    def _progress(self, db: Database) -> Progress:
        on = f" on {self._devices()}" if self._models else ""
        return Progress(self._total - job_lists.tally(db, self._held.id).waiting, self._total, f"tagging{on}")

    def _devices(self) -> str:
        return " and ".join(model.device for model in self._models)

    def _note(self) -> str:
        notes = [*(model.note for model in self._models[:1] if model.note), *self._lost]
        return " ".join(notes) if self._models else NOT_NEEDED

    def finish(self) -> Progress:
        """Close the change and the job, and say what ran where."""
        with open_catalog(self._library) as db, writing(db):
            tally = job_lists.tally(db, self._held.id)
            changes.close_change(db, jobs.change_of(db, self._held.id))
            result = {
                "tagger": self._spec.name,
                "revision": self._files.identity.revision,
                "model": self._model_id,
                "rate": self._pace.rate,
                "device": self._devices() or "none",
                "note": self._note(),
                "general": self._rules.general,
                "character": self._rules.character,
                "changed": tally.done,
                "same": tally.there,
                "failed": tally.failed + tally.skipped,
            }
            state = "partial" if tally.failed or tally.skipped else "done"
            jobs.finish(db, self._held, state=state, result=result)
        return Progress(tally.total, tally.total, "tagged")


def without_vetoed(db: Database, chosen: dict[int, tuple[TagScore, ...]]) -> dict[int, tuple[TagScore, ...]]:
    """The items' tags but those that a person removed from them, under another spelling too (`long hair`, `long_hair`)."""
    items, vetoed = columns.vetoes_of(db, chosen)
    names = tags.names(db, vetoed.tolist())
    out: dict[int, set[str]] = {}
    for item, tag in zip(items.tolist(), vetoed.tolist(), strict=True):
        out.setdefault(item, set()).add(twin_key(names[tag]))
    stays = {item: tuple(tag for tag in chosen[item] if twin_key(tag.name) not in out[item]) for item in out}
    return chosen | stays


def choice(request: Request, spec: TaggerSpec) -> ChoiceRules:
    """How the request takes tags from scores; what it leaves open is the tagger's own."""
    general = spec.thresholds.general if request.general is None else request.general
    character = spec.thresholds.character if request.character is None else request.character
    return ChoiceRules(
        general=general,
        character=character,
        blacklist=request.blacklist,
        underscores="keep" if request.underscores == "keep" else "space",
    )
