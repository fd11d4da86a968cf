"""Taggers work on a dataset: raw scores are kept, and the tags above the thresholds are applied as one change.

What a model has scored already is never scored again; then the model is not even loaded.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass

from dscore.catalog import changes, images, predictions, tags
from dscore.catalog.changes import Draft, Written
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.jobs import Held, JobItem, Mark
from dscore.catalog.states import ItemState
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.models import Mode, Progress, TagScore
from dscore.pipeline import rules
from dscore.pipeline.jobs import Work
from dscore.pipeline.model_run import ModelRun, Scored, scope
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

log = logging.getLogger(__name__)

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


class Tagging(ModelRun):
    """One tagger's run: the model (loaded when the first picture needs it), the rules, and the writing of chunks."""

    def __init__(self, library: Library, held: Held, request: Request, spec: TaggerSpec, files: TaggerFiles) -> None:
        super().__init__(library, held)
        self._request, self._spec, self._files = request, spec, files
        self._labels = read_labels(files.labels)
        self._rules = choice(request, spec)
        self._models: tuple[Tagger, ...] = ()
        self._lost: list[str] = []
        self._names: dict[int, str] = {}
        with open_catalog(library) as db:
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
        self._preparation = ""

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
            with open_catalog(self._library) as db:
                tagged = set(scope(db, self._dataset, "is:tagged"))
            yield from self._leave_out(tagged, "It has tags already.")
        self._preparation = self._stored_preparation()
        for items, files in self._waiting():
            with open_catalog(self._library) as db:
                pictures = [file.image for file in files.values()]
                stored = predictions.stored(db, self._model_id, self._preparation, pictures)
            by_number = {number: stored[file.image] for number, file in files.items() if file.image in stored}
            known = [(item, by_number[item.number]) for item in items if item.number in by_number]
            if known:
                yield self._apply(known, {})
        items_of: dict[int, JobItem] = {}
        for scored, failed in self._gathered(self._scored(items_of), items_of):
            yield self._apply(scored, {item.number: packed for item, packed in scored}, failed)

    def _scored(self, items: dict[int, JobItem]) -> Generator[list[Scored[bytes]], None, None]:
        """The packed scores of all that waits, in the batches of the model; notes each item in `items`."""
        waiting = self._left()
        if not waiting:
            return
        models = self._loaded()
        batch = self._request.batch or best_batch(models[0], pictures=waiting)
        feed = score_pictures(models, self._pictures(items), batch=batch, on_lost=self._lost.append)
        with closing(feed) as batches:
            for scored in batches:
                log.debug("scored %d pictures", len(scored))
                yield [(one.key, None if one.scores is None else pack(one.scores), one.reason) for one in scored]

    def _pictures(self, items: dict[int, JobItem]) -> Iterator[Picture]:
        for waiting, files in self._waiting():
            for item in waiting:
                items[item.number] = item
                file = files[item.number].file if item.number in files else ""
                yield Picture(item.number, self._library.image_path(file))

    def _apply(
        self, scored: Sequence[tuple[JobItem, bytes]], new: dict[int, bytes], failed: Sequence[Mark] = ()
    ) -> Progress:
        """Write a chunk: new scores, the tags that they give, the marks; one transaction."""
        chosen = self._chosen({item.item_id: packed for item, packed in scored if item.item_id is not None})
        numbers = {item.item_id: item.number for item, _ in scored if item.item_id is not None}

        def also(db: Database, written: Written) -> None:
            of_item = images.files(db, list(numbers))
            fresh = [
                (of_item[item][0], new[number]) for item, number in numbers.items() if number in new and item in of_item
            ]
            predictions.save(db, self._model_id, self._preparation, fresh)
            self._mark(db, written, numbers, failed=failed)

        with open_catalog(self._library) as db:
            ids = tags.intern(db, {tag.name: tag.category for found in chosen.values() for tag in found})
            self._record(db, list(chosen), self._edit(db, chosen, ids), also)
            return self._progress(db)

    def _edit(self, db: Database, chosen: dict[int, tuple[TagScore, ...]], ids: dict[str, int]) -> changes.Edit:
        self._names.update((number, name) for name, number in ids.items())

        def twin(tag: int) -> str:
            if tag not in self._names:
                self._names |= tags.names(db, [tag])
            return twin_key(self._names[tag])

        def edit(state: ItemState) -> ItemState:
            found = [(ids[tag.name], round(tag.score * 1000)) for tag in chosen[state.id]]
            return rules.tag_by_model(
                state, found, source=self._source_id, mode=self._request.mode, taggers=self._taggers, twin=twin
            )

        return edit

    def _chosen(self, packed: dict[int, bytes]) -> dict[int, tuple[TagScore, ...]]:
        """The tags of each item, all of them chosen at once."""
        tags = choose_all(self._labels, read_sheet(list(packed.values())), self._rules).tags()
        return dict(zip(packed, tags, strict=True))

    def _draft(self) -> Draft:
        return Draft(self._dataset.id, "tag", f"tag with {self._spec.name} ({self._request.mode.value})")

    def _doing(self) -> str:
        return f"tagging{f' on {self._devices()}' if self._models else ''}"

    def _devices(self) -> str:
        return " and ".join(model.device for model in self._models)

    def _note(self) -> str:
        notes = [*(model.note for model in self._models[:1] if model.note), *self._lost]
        return " ".join(notes) if self._models else NOT_NEEDED

    def finish(self) -> Progress:
        """Close the change and the job, and say what ran where."""
        result = {
            "tagger": self._spec.name,
            "revision": self._files.identity.revision,
            "model": self._model_id,
            "rate": self._pace.rate,
            "device": self._devices() or "none",
            "note": self._note(),
            "general": self._rules.general,
            "character": self._rules.character,
        }
        return self._finish(result, word="tagged")


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
