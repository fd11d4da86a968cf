"""Pictures come in: every source takes this one road.

It is looked at first, which decides the dataset and finds what will not go in. Then, as a job, a thread reads the source into
temporary files and hashes them; child processes decode; and chunk by chunk (see `intake`) the originals go to their places
and one transaction says so.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from dscore.catalog import changes, datasets, images, job_lists, jobs
from dscore.catalog.connection import Database, open_catalog, writing
from dscore.catalog.datasets import MAX_NAME, Dataset
from dscore.catalog.jobs import Held
from dscore.config import Library, Settings
from dscore.errors import NoPicturesError, WrongUseError
from dscore.media.decode import BYTES_PER_MEGAPIXEL, DecodeLimits
from dscore.media.pool import DecodePool
from dscore.models import Progress, SourceFile, Survey
from dscore.pipeline.foretaste import without_impostors
from dscore.pipeline.intake import Importer, arrivals, parsed
from dscore.pipeline.jobs import SNAPSHOT, Work
from dscore.pipeline.store import Incoming, require_room, sweep_incoming, sweep_orphans
from dscore.sources.base import Source
from dscore.sources.limits import SourceLimits, needed_bytes
from dscore.sources.registry import open_source
from dscore.sources.survey import no_pictures
from dscore.text.parsing import shared_template
from dscore.text.paths import reachable

SAMPLE = 500
KINDS = ("auto", "tags", "prose", "mixed")


@dataclass(frozen=True, slots=True)
class Plan:
    """An import that has been looked at and not begun: where to, and all that is there."""

    dataset: Dataset
    label: str
    survey: Survey
    params: dict[str, object]

    def items(self) -> Iterator[jobs.NewItem]:
        """The pieces of its job; see `pieces`."""
        return pieces(self.survey)


def pieces(survey: Survey) -> Iterator[jobs.NewItem]:
    """Every picture, and every file that will not go in with its reason."""
    for picture in survey.pictures:
        yield jobs.NewItem(key=picture.key, name=picture.name, payload=_payload(picture))
    for skipped in survey.skipped:
        yield jobs.NewItem(name=skipped.name, reason=skipped.reason)


@dataclass(frozen=True, slots=True)
class Look:
    """What lies at some places, before anything is decided: `name` is what its dataset would be called."""

    label: str
    name: str
    survey: Survey


def look(library: Library, places: Sequence[str]) -> Look:
    """Look at the places, also whether the files begin as pictures do; nothing is made or read in.

    Raises SourceError (NoPicturesError with the files that were refused), DiskFullError or WrongUseError.
    """
    _refuse_library(library, places)
    with contextlib.closing(open_source(places, source_limits(library.settings()))) as source:
        survey = without_impostors(source, source.look())
        found = Look(source.label, source.suggested_name[:MAX_NAME], survey)
    if not survey.pictures:
        refused = tuple((line.name, line.reason) for line in survey.skipped)
        raise NoPicturesError(no_pictures(_called(library, places, found.label), survey), skipped=refused)
    require_room(library, needed_bytes(survey))
    return found


def _called(library: Library, places: Sequence[str], label: str) -> str:
    """The source's label; what the browser sent lies in a folder whose name nobody chose."""
    sent = all(Path(place).parent.parent == library.uploads for place in places)
    return "what you dropped" if sent else label


def plan(library: Library, places: Sequence[str], *, dataset: str | None = None, captions: str = "auto") -> Plan:
    """Look at the places, and make ready the dataset that they go into.

    Without a name the dataset is called after the ZIP or folder; an existing one is added to. Raises what `look` raises;
    nothing has been imported then.
    """
    if captions not in KINDS:
        raise WrongUseError(f"Captions can be read as {', '.join(KINDS)}; “{captions}” is none of these.")
    found = look(library, places)
    with open_catalog(library) as db:
        into = datasets.ensure(db, dataset or found.name)
        adopt_template(db, into, found.survey, captions)
    params: dict[str, object] = {
        "places": [str(Path(place).absolute()) for place in places],
        "label": found.label,
        "captions": captions,
        SNAPSHOT: _digest(found.survey),
    }
    return Plan(into, found.label, found.survey, params)


def _refuse_library(library: Library, places: Sequence[str]) -> None:
    """The library's own thumbnails would come in as pictures."""
    home = library.home.resolve()
    for place in (path for place in places if (path := reachable(Path(place))).is_dir()):
        folder = place.resolve()
        foreign = (library.exports.resolve(), library.uploads.resolve())
        inside = folder.is_relative_to(home) and not any(folder.is_relative_to(place) for place in foreign)
        if inside or (home.is_relative_to(folder) and not _is_hidden(home.relative_to(folder))):
            raise WrongUseError(
                f"{place} holds the library itself ({home}), whose pictures are in the catalog already. "
                "Name the folders beside it one by one."
            )


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _digest(survey: Survey) -> str:
    """Tells what was found from what is found later: an import that was left half way goes on only where it is the same."""
    digest = hashlib.sha256()
    for picture in survey.pictures:
        caption = picture.caption and picture.caption.text
        digest.update(json.dumps([picture.key, picture.name, caption]).encode())
    for skipped in survey.skipped:
        digest.update(json.dumps([skipped.name, skipped.reason]).encode())
    return digest.hexdigest()


def adopt_template(db: Database, dataset: Dataset, survey: Survey, kind: str) -> None:
    """A dataset without pictures joins its captions' layers as most of the first captions do."""
    captions = (picture.caption for picture in survey.pictures if picture.caption is not None)
    some = [parsed(caption.text, kind) for caption in islice(captions, SAMPLE)]
    template = shared_template(caption for caption in some if caption.tags and caption.prose)
    datasets.adopt_template(db, dataset.id, template)


def run(library: Library, held: Held) -> Work:
    """The job: whatever of its pictures is still waiting goes in."""
    places = [str(place) for place in held.params["places"]]
    with contextlib.closing(open_source(places, source_limits(library.settings()))) as source:
        yield from bring_in(library, held, source)


def finished(library: Library, held: Held) -> Progress:
    """Close the job: "partial" where something was skipped."""
    with open_catalog(library) as db, writing(db):
        tally = job_lists.tally(db, held.id)
        changes.close_change(db, jobs.change_of(db, held.id))
        result = {"found": tally.total, "imported": tally.done, "already_there": tally.there, "skipped": tally.skipped}
        jobs.finish(db, held, state="partial" if tally.skipped else "done", result=result)
    return Progress(tally.total, tally.total, "imported")


def bring_in(
    library: Library,
    held: Held,
    source: Source,
    *,
    readers: int = 1,
    unread: str = "skipped",
    finish: Callable[[Library, Held], Progress] = finished,
) -> Work:
    """The road itself, for a job whose pieces are known: read, decode, store, commit; then the job is finished."""
    settings = library.settings()
    _sweep(library)
    with contextlib.ExitStack() as stack:
        incoming = stack.enter_context(Incoming(library))
        pool = stack.enter_context(DecodePool(settings.decode_workers or None, limits=_decode_limits(settings)))
        importer = Importer(library, held, incoming, unread=unread)
        yield from importer.run(arrivals(source, incoming, pool, importer, readers=readers))
    yield finish(library, held)


def _payload(picture: SourceFile) -> dict[str, object]:
    payload: dict[str, object] = {"size": picture.size}
    if picture.raw_name:
        payload["raw_name"] = picture.raw_name
    notes = [*picture.notes, *(picture.caption.notes if picture.caption else ())]
    if picture.caption is not None:
        payload["caption"] = picture.caption.text
    if notes:
        payload["notes"] = notes
    return payload


def _sweep(library: Library) -> None:
    sweep_incoming(library)
    with open_catalog(library) as db:
        sweep_orphans(library, {file for _, file in images.known(db).values()})


def _decode_limits(settings: Settings) -> DecodeLimits:
    memory = settings.decode_megabytes << 20
    if settings.max_megapixels > Settings().max_megapixels:
        memory = max(memory, settings.max_megapixels * BYTES_PER_MEGAPIXEL)
    return DecodeLimits(megapixels=settings.max_megapixels, seconds=settings.decode_seconds, memory_bytes=memory)


def source_limits(settings: Settings) -> SourceLimits:
    """What a source may cost."""
    return SourceLimits(entries=settings.max_archive_entries)
