"""Pictures on their way into a dataset: read ahead, decoded in child processes, and committed chunk by chunk."""

from __future__ import annotations

import contextlib
import logging
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dscore.catalog import changes, datasets, images, job_lists, jobs, tags
from dscore.catalog.connection import Database, open_catalog, writing
from dscore.catalog.jobs import Held, JobItem, Mark
from dscore.config import Library
from dscore.errors import GoneError, SourceError, StoppedError, UnreadableImageError
from dscore.media.pool import DecodePool
from dscore.models import CaptionStyle, Category, DecodedImage, Origin, Progress, SourceFile
from dscore.pipeline.store import Incoming, Received
from dscore.sources.base import Source
from dscore.sources.names import item_name
from dscore.text.names import fold_name
from dscore.text.parsing import ParsedCaption, parse_caption

log = logging.getLogger(__name__)

CHUNK = 64
CHUNK_SECONDS = 0.5
AHEAD = 16
"""Pictures between the reader and the commit."""

THERE = "It is in the dataset already."
CAPTION_KEPT = "Its caption there differs; the one in the catalog was kept."


@dataclass(frozen=True, slots=True)
class Arrival:
    """A picture that has been read: its bytes on the disk, its decode under way (None: the catalog knows it), or why not."""

    item: JobItem
    received: Received | None = None
    decoding: Future[DecodedImage] | None = None
    reason: str = ""
    is_gone: bool = False


def arrivals(
    source: Source, incoming: Incoming, pool: DecodePool, importer: Importer, *, readers: int = 1
) -> Generator[Arrival, None, None]:
    """Read ahead in threads (one, unless the source bears more), and hand over in order."""

    def read(item: JobItem) -> Arrival:
        file = SourceFile(item.key, item.name, item.payload["size"], origin=_origin(item))
        try:
            received = incoming.receive(source.read(file))
        except StoppedError:
            raise  # the picture is still to come
        except (UnreadableImageError, SourceError) as error:
            return Arrival(item, reason=str(error), is_gone=isinstance(error, GoneError))
        if importer.knows(received.sha256):
            return Arrival(item, received)
        log.debug("decoding %s", received.path.name)
        return Arrival(item, received, pool.submit(received.path, name=item.name))

    reader = ThreadPoolExecutor(readers, thread_name_prefix="reader")
    try:
        ahead: deque[Future[Arrival]] = deque()
        for item in importer.waiting():
            ahead.append(reader.submit(read, item))
            if len(ahead) >= AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        reader.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A picture in its place, waiting for the transaction."""

    item: JobItem
    received: Received
    file: str
    decoded: DecodedImage | None
    caption: ParsedCaption | None


class Importer:
    """Gathers pictures into chunks, and commits each: places, captions, the change, the marks."""

    def __init__(self, library: Library, held: Held, incoming: Incoming, *, unread: str = "skipped") -> None:
        """`unread` is the mark of what could not be read: a file is "skipped", what a site did not give has "failed"."""
        self._unread = unread
        self._library, self._held, self._incoming = library, held, incoming
        self._label = str(held.params["label"])
        with open_catalog(library) as db:
            assert held.dataset_id is not None
            self._dataset = datasets.by_id(db, held.dataset_id)
            self._known = images.known(db)
            claims = held.params.get("claims")  # (kind, name) of whoever gave the tags: ("booru", "gelbooru.com")
            self._source_id = tags.source(db, *(claims or ("import", self._label)))
            self._total = job_lists.tally(db, held.id).total

    def knows(self, sha256: str) -> bool:
        """Whether the picture is in the catalog and its file is on the disk."""
        found = self._known.get(sha256)
        return found is not None and self._library.image_path(found[1]).exists()

    def waiting(self) -> Iterator[JobItem]:
        """What is still to be imported, in order."""
        after = 0
        while True:
            with open_catalog(self._library) as db:
                items = jobs.waiting(db, self._held.id, limit=1000, after=after)
            if not items:
                return
            yield from items
            after = items[-1].number

    def run(self, arrivals: Generator[Arrival, None, None]) -> Iterator[Progress]:
        """Commit chunk by chunk; yields how many of the job's pieces are through."""
        ready: list[_Ready] = []
        marks: list[Mark] = []
        began = time.monotonic()
        with contextlib.closing(arrivals):
            for arrival in arrivals:
                self._judge(arrival, ready, marks)
                if len(ready) + len(marks) >= CHUNK or time.monotonic() - began > CHUNK_SECONDS:
                    yield self._commit(ready, marks)
                    ready, marks, began = [], [], time.monotonic()
            if ready or marks:
                yield self._commit(ready, marks)

    def _judge(self, arrival: Arrival, ready: list[_Ready], marks: list[Mark]) -> None:
        item, received = arrival.item, arrival.received
        if received is None:
            marks.append(Mark(item.number, "skipped" if arrival.is_gone else self._unread, arrival.reason))
            return
        try:
            decoded = arrival.decoding.result() if arrival.decoding else None
        except UnreadableImageError as error:
            self._incoming.drop(received)
            marks.append(Mark(item.number, self._unread, str(error)))
            return
        if decoded is None:
            file = self._incoming.keep(received, Path(self._known[received.sha256][1]).suffix)
        else:
            file = self._incoming.keep(received, decoded.extension)
            self._incoming.keep_thumbnail(received.sha256, decoded.thumbnail)
        caption = _caption(item, str(self._held.params["captions"]))
        ready.append(_Ready(item, received, file, decoded, caption))

    def _commit(self, ready: list[_Ready], marks: list[Mark]) -> Progress:
        self._incoming.settle(one.file for one in ready)
        with open_catalog(self._library) as db:
            names = {tag: Category.GENERAL for one in ready if one.caption for tag in one.caption.tags}
            names |= {tag: Category(kind) for one in ready for tag, kind in one.item.payload.get("tags", ())}
            tag_ids = tags.intern(db, names)
            with writing(db):
                placed = [(one, self._place(db, one)) for one in ready]
                self._write_captions(db, placed, tag_ids)
                change_id = self._write_change(db, [place for _, (place, _) in placed if place.fate != "there"])
                marks = [*marks, *self._marks(db, [(one, place) for one, (place, _) in placed])]
                jobs.mark(db, self._held, marks, change_id=change_id)
            done = self._total - job_lists.tally(db, self._held.id).waiting
        return Progress(done, self._total, "importing")

    def _place(self, db: Database, one: _Ready) -> tuple[images.Placement, images.NewItem]:
        known = self._known.get(one.received.sha256)
        if one.decoded is not None:
            stored = images.StoredImage(one.received.sha256, one.file, one.received.bytes, one.decoded)
            known = self._known[one.received.sha256] = (images.add_image(db, stored), one.file)
        assert known is not None
        original = one.item.payload.get("caption")
        raw = str(one.item.payload.get("raw_name", ""))
        new = images.NewItem(
            known[0], item_name(one.item.name), one.item.name, one.caption, original, raw, _origin(one.item)
        )
        return images.place(db, new, dataset_id=self._dataset.id, fold=fold_name, source=self._label), new

    def _write_captions(
        self,
        db: Database,
        placed: Sequence[tuple[_Ready, tuple[images.Placement, images.NewItem]]],
        tag_ids: dict[str, int],
    ) -> None:
        fresh = [(place.item_id, new) for _, (place, new) in placed if place.fate == "new"]
        images.add_caption(db, fresh, tag_ids=tag_ids, source_id=self._source_id, template=self._dataset.style.template)

    def _write_change(self, db: Database, placements: Sequence[images.Placement]) -> int | None:
        """Note the new items, and take out of the trash those that are back; None where nothing changed."""
        if not placements:
            return None
        change_id = jobs.change_of(db, self._held.id)
        if change_id is None:
            draft = changes.Draft(self._dataset.id, "import", f"import {self._label}")
            change_id = changes.open_change(db, draft)
        changes.note_arrivals(db, change_id, [place.item_id for place in placements])
        return change_id

    def _marks(self, db: Database, placed: Sequence[tuple[_Ready, images.Placement]]) -> Iterator[Mark]:
        old = [place.item_id for _, place in placed if place.fate != "new"]
        originals = images.originals(db, old) if old else {}
        for one, place in placed:
            if place.fate == "new":
                yield Mark(one.item.number, "done", _remarks(one, place))
                continue
            known = _known_remark(one, place)
            text = one.item.payload.get("caption")
            differs = text is not None and text != originals.get(place.item_id)
            state = "there" if place.fate == "there" else "done"
            yield Mark(one.item.number, state, f"{known} {CAPTION_KEPT}" if differs else known)


def _origin(item: JobItem) -> Origin | None:
    told = item.payload.get("origin")
    return None if told is None else Origin(told["url"], told["facts"])


def _caption(item: JobItem, kind: str) -> ParsedCaption | None:
    """What a file beside the picture says, else the tags that a site gives."""
    text = item.payload.get("caption")
    if text is not None:
        return parsed(text, kind)
    given = tuple(dict.fromkeys(tag for tag, _ in item.payload.get("tags", ())))
    return ParsedCaption(given, "", CaptionStyle().template, "tags") if given else None


def _known_remark(one: _Ready, place: images.Placement) -> str:
    """For a picture that the dataset has had before."""
    if place.fate == "back":
        return "It was in the trash, and is back with its caption as it was."
    return THERE if place.name == item_name(one.item.name) else f"It is in the dataset already, as {place.name}."


def _remarks(one: _Ready, place: images.Placement) -> str:
    """What a person should know of a picture that has just come in."""
    remarks = [*one.item.payload.get("notes", ())]
    if place.name != item_name(one.item.name):
        remarks.append(f"Another picture has this name; this one is called {place.name}.")
    if one.decoded is not None:
        remarks += one.decoded.notes
    if one.caption is not None and one.caption.changes:
        remarks.append(f"Caption: {'; '.join(one.caption.changes)}.")
    return " ".join(remarks)


def parsed(text: str, kind: str) -> ParsedCaption:
    """An imported caption's layers; `kind` is one of `ingest.KINDS`."""
    return parse_caption(text, kind=kind)  # type: ignore[arg-type]  # `plan` has checked the kind
