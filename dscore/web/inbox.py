"""Uploads on the disk: a folder for each session in `uploads/` of the library, until it is imported or a day has passed.

A session's folder holds `<file>.part` while a file comes in, `<file>.json` with what was said of it, and what has come:
ZIPs below `zips/`, all else below `pictures/` in the folders that it was sent with. No name from outside is used as it is.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import Self

from dscore.catalog import job_lists, jobs
from dscore.catalog.connection import open_catalog
from dscore.config import Library
from dscore.errors import CatalogError, DiskFullError, NotFoundError, WrongUseError
from dscore.pipeline.store import FULL
from dscore.sources.kinds import ZIP_EXTENSIONS, extension
from dscore.sources.limits import HEADROOM_BYTES
from dscore.sources.names import display_name, safe_name
from dscore.text.sizes import readable_size

KEPT_SECONDS = 24 * 3600.0
MAX_BYTES = 1 << 40
MAX_DEPTH = 12
ZIPS, PICTURES = "zips", "pictures"

_SESSION = re.compile("[0-9a-f]{32}")
_EXTENSION = re.compile(r"\.[a-z0-9]{1,8}")
_ID = re.compile("([0-9a-f]{32})-([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on its way in: `offset` bytes of `size` are here. `name` is for people; it goes to `place` below `folder`."""

    folder: Path
    file: str
    name: str
    place: str
    size: int
    offset: int = 0
    finished: bool = False

    @property
    def session(self) -> str:
        """What the uploads that belong together share."""
        return self.folder.name

    @property
    def id(self) -> str:
        """What the browser calls it."""
        return f"{self.session}-{self.file}"

    @property
    def path(self) -> Path:
        """Where the bytes are before they are all here."""
        return self.folder / f"{self.file}.part"

    @property
    def note(self) -> Path:
        """The file that says what this upload is."""
        return self.folder / f"{self.file}.json"

    def part(self, offset: int) -> Part:
        """Open the file to write on from there; raises DiskFullError or CatalogError."""
        with _writes(self.folder):
            return Part(self.path.open("r+b", buffering=0), offset)

    def finish(self) -> Upload:
        """Put the whole file in its place; done again, it changes nothing. Raises WrongUseError where another one is there."""
        if self.finished:
            return self
        target = self.folder / self.place
        if target.exists():
            raise WrongUseError(f"{self.name} has come in already. Leave one of the two away.")
        with _writes(self.folder):
            target.parent.mkdir(parents=True, exist_ok=True)
            self.path.rename(target)
        return replace(self, finished=True)


class Part:
    """An open file to which an upload writes on, up to `end`; closed by its `with`."""

    def __init__(self, file: FileIO, start: int) -> None:
        self._file, self._start = file, start
        file.seek(start)
        self.end = start

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, block: bytes) -> None:
        """Write the block; raises DiskFullError, and what fitted in stays."""
        left = memoryview(block)
        while left:
            with _writes(Path(self._file.name).parent):
                written = self._file.write(left)
            left = left[written:]
            self.end += written

    def take_back(self) -> None:
        """Forget what was written since it was opened."""
        self._file.truncate(self._start)


def begin(library: Library, *, name: str, size: int, session: str = "") -> Upload:
    """A new upload of `size` bytes; without a session it begins one. Raises DiskFullError where it will not fit."""
    if session and not _SESSION.fullmatch(session):
        raise WrongUseError("A session is named by 32 digits from 0 to f; leave it away to begin one.")
    if not session:
        sweep(library)
    shown = display_name(name)
    folder = library.uploads / (session or uuid.uuid4().hex)
    upload = Upload(folder, uuid.uuid4().hex, shown, _place(shown), size)
    with _writes(folder):
        library.home.mkdir(parents=True, exist_ok=True)
        _require_room(library, upload)
        folder.mkdir(parents=True, exist_ok=True)
        note = {"name": upload.name, "place": upload.place, "size": size}
        upload.note.write_text(json.dumps(note), encoding="utf-8")
        upload.path.touch()
    return upload


def _require_room(library: Library, upload: Upload) -> None:
    free = shutil.disk_usage(library.home).free
    if upload.size + HEADROOM_BYTES > free:
        raise DiskFullError(
            f"{upload.name} has {readable_size(upload.size)}, and {readable_size(free)} are free on the disk of {library.home}. "
            "Make room, or import it from where it lies: “Folder on this machine”."
        )


def _place(name: str) -> str:
    """Where a file of that name goes, below its session's folder: a path that is valid and harmless on every system."""
    parts = [part for part in name.split("/") if part.strip(". ")][-MAX_DEPTH:]
    if not parts:
        raise WrongUseError("A file needs a name.")
    suffix = extension(parts[-1])
    suffix = suffix if _EXTENSION.fullmatch(suffix) else ""
    stem = parts[-1][: len(parts[-1]) - len(suffix)]
    safe = [_safe(part) for part in (*parts[:-1], stem)]
    if suffix in ZIP_EXTENSIONS:
        return f"{ZIPS}/{safe[-1]}{suffix}"
    return "/".join((PICTURES, *safe)) + suffix


def _safe(name: str) -> str:
    """A name that had to change gets a mark of its own, the same for a picture and the caption beside it."""
    safe = safe_name(name, otherwise="file")
    return safe if safe == name else f"{safe}_{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def find(library: Library, upload_id: str) -> Upload:
    """The upload as it is now; raises NotFoundError."""
    found = _ID.fullmatch(upload_id)
    folder = library.uploads / (found[1] if found else "")
    try:
        note = json.loads((folder / f"{found[2] if found else ''}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotFoundError("There is no such upload; it may have been swept after a day. Begin it anew.") from error
    assert found is not None
    upload = Upload(folder, found[2], note["name"], note["place"], note["size"])
    try:
        return replace(upload, offset=upload.path.stat().st_size)
    except OSError:
        return replace(upload, offset=upload.size, finished=True)


def remove(library: Library, upload: Upload) -> None:
    """Forget one file, wherever it has got to; the last one takes its session along."""
    for path in (upload.path, upload.note, *([upload.folder / upload.place] if upload.finished else [])):
        path.unlink(missing_ok=True)
    if not any(upload.folder.glob("*.json")):
        forget(library, upload.session)


def places(library: Library, session: str) -> list[str]:
    """What of a session an import can take: each ZIP, and the folder that holds all else. Raises NotFoundError."""
    folder = library.uploads / session
    if not _SESSION.fullmatch(session) or not folder.is_dir():
        raise NotFoundError("That upload is gone: it was imported, or swept after a day. Send the files again.")
    found = sorted(str(path) for path in (folder / ZIPS).glob("*"))
    pictures = folder / PICTURES
    if pictures.is_dir():
        inside = list(pictures.iterdir())
        found.append(str(inside[0] if len(inside) == 1 and inside[0].is_dir() else pictures))
    return found


def forget(library: Library, session: str) -> None:
    """Remove all of a session; one that is gone is no trouble."""
    if _SESSION.fullmatch(session):
        shutil.rmtree(library.uploads / session, ignore_errors=True)


def sweep(library: Library, *, older_than: float = KEPT_SECONDS) -> int:
    """Remove sessions that are imported, or that nothing was sent to for so many seconds; returns how many.

    What an open job still needs stays.
    """
    if not library.uploads.is_dir():
        return 0
    sessions = [folder for folder in library.uploads.iterdir() if _SESSION.fullmatch(folder.name)]
    fates = _fates(library) if sessions else {}
    swept = [folder.name for folder in sessions if _is_over(folder, fates, older_than)]
    for session in swept:
        forget(library, session)
    return len(swept)


def _is_over(folder: Path, fates: Mapping[str, str], older_than: float) -> bool:
    states = {state for params, state in fates.items() if folder.name in params}
    if states:
        return states <= {"done", "partial"} or (states <= {*job_lists.CLOSED} and _is_old(folder, older_than))
    return _is_old(folder, older_than)


def _is_old(folder: Path, older_than: float) -> bool:
    try:
        touched = max(path.stat().st_mtime for path in (folder, *folder.glob("*")))
    except FileNotFoundError:  # something is going on in it
        return False
    return time.time() - touched > older_than


def _fates(library: Library) -> dict[str, str]:
    """What imports were asked to do, as text, and their states."""
    with open_catalog(library) as db:
        return dict(jobs.asked(db, "import"))


@contextmanager
def _writes(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFullError(
                f"The disk of {folder.parent} is full. Make room; the upload then goes on where it stopped."
            ) from error
        raise CatalogError(f"{folder} cannot be written to: {error.strerror}. Check its rights.") from error
