"""Captioners work on a dataset: what they say is kept, and becomes the items' prose as one change.

What a model has said of a picture when it was asked just that, it is not asked again; then it is not even loaded.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace

from dscore.captioners.base import Ask, Caption, Captioner
from dscore.captioners.feed import Picture, caption_pictures
from dscore.catalog import changes, images, job_lists, predictions, sentences
from dscore.catalog import tags as tag_table
from dscore.catalog.changes import Draft, Written
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.jobs import Held, JobItem, Mark
from dscore.catalog.states import ItemState
from dscore.config import Library
from dscore.models import Mode, Progress
from dscore.pipeline import rules
from dscore.pipeline.jobs import Work
from dscore.pipeline.model_run import File, ModelRun, Scored
from dscore.pipeline.voices import Request, Voice, request_of, voice_of
from dscore.text.prose import Fault, faults_of

log = logging.getLogger(__name__)

HAS_PROSE = "It has sentences already."
NOT_NEEDED = "The model was not needed: what it says of these pictures is stored."


def run(library: Library, held: Held) -> Work:
    """The job: ask about every picture that was not asked about, and write what was said as prose."""
    return work(library, held, Captioning)


def work(library: Library, held: Held, kind: type[Captioning]) -> Work:
    """Have the model's files, and let that kind of captioning run."""
    request = request_of(held.params)
    voice = yield from voice_of(library, request)
    captioning = kind(library, held, request, voice)
    yield from captioning.run()
    yield captioning.finish()


class Captioning(ModelRun):
    """One captioner's run: the model (ready when the first picture needs it), the rules, and the writing of chunks."""

    def __init__(self, library: Library, held: Held, request: Request, voice: Voice) -> None:
        super().__init__(library, held)
        self._request, self._voice = request, voice
        self._captioner: Captioner | None = None
        with open_catalog(library) as db:
            identity = voice.identity
            self._model_id = predictions.register(
                db,
                kind="captioner",
                repo=identity.source,
                revision=identity.revision,
                fingerprint=identity.fingerprint,
                labels=(),
            )
            self._source_id = tag_table.source(db, "captioner", voice.name, model_id=self._model_id)
            self._captioners = sentences.machine_sources(db)

    def run(self) -> Iterator[Progress]:
        """Chunk by chunk: first those about which all was said, then the others through the model."""
        if self._request.mode is Mode.SKIP:
            with open_catalog(self._library) as db:
                items = set(job_lists.all_items(db, self._held.id))
                has_prose = items.difference(sentences.without(db, items))
            yield from self._leave_out(has_prose, HAS_PROSE)
        if not self._request.again:
            yield from self._apply_stored()
        items_of: dict[int, JobItem] = {}
        for captioned, failed in self._gathered(self._captioned(items_of), items_of):
            yield self._apply(captioned, failed, fresh=True)

    def _apply_stored(self) -> Iterator[Progress]:
        for items, files in self._waiting():
            asks = self._asks(items, files)
            asked = {files[number].image: self._request.digest(ask.prompt) for number, ask in asks.items()}
            with open_catalog(self._library) as db:
                said = sentences.stored(db, self._model_id, asked)
            known = [
                (item, Caption(text, remark=remark))
                for item in items
                if item.number in files and (found := said.get(files[item.number].image))
                for text, remark in [found]
            ]
            if known:
                yield self._apply(known, (), fresh=False)

    def _asks(self, items: Sequence[JobItem], files: Mapping[int, File]) -> dict[int, Ask]:
        """What is asked about each, by number; the seed is the picture's own, so that it gets the same words in any job."""
        there = [item for item in items if item.number in files]
        with open_catalog(self._library) as db:
            prompts = self._request.prompts(db, self._dataset.id, [item.item_id for item in there if item.item_id])
        return {
            item.number: Ask(prompts[item.item_id], self._seed(files[item.number]))
            for item in there
            if item.item_id in prompts
        }

    def _seed(self, file: File) -> int:
        wording = self._request.wording
        if self._request.asking is not None or not wording.sample:
            return 0
        return int.from_bytes(hashlib.sha256(f"{wording.seed} {file.file}".encode()).digest()[:6])

    def _captioned(self, items: dict[int, JobItem]) -> Generator[list[Scored[Caption]], None, None]:
        """What the model says of all that waits, in its batches; notes each item in `items`."""
        if not self._left():
            return
        self._captioner = self._captioner or self._voice.ready()
        with closing(caption_pictures(self._captioner, self._pictures(items), batch=self._request.batch)) as batches:
            for batch in batches:
                if batch:
                    log.debug("captioned %d pictures", len(batch))
                yield [_result(one.key, one.caption) for one in batch]

    def _pictures(self, items: dict[int, JobItem]) -> Iterator[Picture]:
        for waiting, files in self._waiting():
            asks = self._asks(waiting, files)
            for item in waiting:
                items[item.number] = item
                file = files[item.number].file if item.number in files else ""
                yield Picture(item.number, self._library.image_path(file), asks.get(item.number, Ask()))

    def _apply(self, captioned: Sequence[tuple[JobItem, Caption]], failed: Sequence[Mark], *, fresh: bool) -> Progress:
        """Write a chunk: what was said, the prose that it becomes, the marks; one transaction."""
        captions = {item.item_id: caption for item, caption in captioned if item.item_id is not None}
        numbers = {item.item_id: item.number for item, _ in captioned if item.item_id is not None}
        standing: set[int] = set()

        def also(db: Database, written: Written) -> None:
            if fresh:
                self._keep(db, [(item, captions[item.item_id]) for item, _ in captioned if item.item_id in captions])
            remarks = {item: remark_on(captions[item], self._request) for item in standing}
            self._mark(db, written, numbers, failed=failed, remarks=remarks)

        with open_catalog(self._library) as db:
            self._record(db, list(captions), self._edit(captions, standing), also)
            return self._progress(db)

    def _keep(self, db: Database, captioned: Sequence[tuple[JobItem, Caption]]) -> None:
        of_item = images.files(db, [item.item_id for item, _ in captioned if item.item_id])
        files = {item.number: File(*of_item[item.item_id]) for item, _ in captioned if item.item_id in of_item}
        asks = self._asks([item for item, _ in captioned], files)
        said = [
            (files[item.number].image, self._request.digest(asks[item.number].prompt), caption.text, caption.remark)
            for item, caption in captioned
            if item.number in asks
        ]
        sentences.save(db, self._model_id, said)

    def _edit(self, captions: Mapping[int, Caption], standing: set[int]) -> changes.Edit:
        """What the mode does; notes in `standing` on which items the caption then stands."""

        def edit(state: ItemState) -> ItemState:
            text, mode = captions[state.id].text, self._request.mode
            after = rules.caption_by_model(state, text, source=self._source_id, mode=mode, captioners=self._captioners)
            (standing.add if after.prose and text in after.prose.text else standing.discard)(state.id)
            return after

        return edit

    def _draft(self) -> Draft:
        return Draft(self._dataset.id, "caption", f"caption with {self._voice.name} ({self._request.mode.value})")

    def _doing(self) -> str:
        return f"captioning{f' on {self._captioner.device}' if self._captioner else ''}"

    def finish(self) -> Progress:
        """Close the change and the job, and say what ran where."""
        with open_catalog(self._library) as db:
            flagged = flagged_in(db, self._held.id)
        result = {
            "captioner": self._voice.name,
            "revision": self._voice.identity.revision,
            "model": self._model_id,
            "rate": self._pace.rate,
            "device": self._captioner.device if self._captioner else "none",
            "note": self._captioner.note if self._captioner else NOT_NEEDED,
            "flagged": len(flagged),
        }
        return self._finish(result, word="captioned")


def remark_on(caption: Caption, request: Request) -> str:
    """What is to be said of a caption that is written all the same; "" of a good one."""
    faults = faults_of(caption.text, request.prompt)
    return " ".join([*faults, *([caption.remark] if caption.remark else [])])


def flagged_in(db: Database, job_id: int) -> list[tuple[str, str]]:
    """(name, what is to be looked at) of the captions that were written in spite of a fault."""
    found = job_lists.reasons(db, job_id, states=("done", "there"))
    return [(name, remark) for name, remark in found if remark != HAS_PROSE]


def _result(number: int, caption: Caption) -> Scored[Caption]:
    """A caption to write; or None, and why there is none."""
    if caption.reason:
        return number, None, caption.reason
    if Fault.EMPTY in faults_of(caption.text):
        return number, None, str(Fault.EMPTY)
    return number, replace(caption, text=" ".join(caption.text.split())), ""
