"""The originals on the disk: kept by content, whole or not at all.

The order of a safe store: a temporary file on the same disk, fsync, rename, fsync of the folder, and then the caller's
transaction. What a killed run leaves is a temporary file, or an original that no item names; the sweep takes both,
but for originals that a catalog in the backups knows.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from dscore.catalog import backup
from dscore.catalog.owners import is_alive, this_process
from dscore.config import Library
from dscore.errors import CatalogError, DiskFullError
from dscore.media.thumbnails import thumbnail_path
from dscore.text.sizes import readable_size

FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
MAKING_SECONDS = 60.0
ORPHAN_SECONDS = 3600.0
GOES_ON = "What was imported so far is safe; run the same command again, and it goes on where it stopped."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that have come in, in a temporary file."""

    path: Path
    sha256: str
    bytes: int


class Incoming:
    """This process's folder for files on their way in; a context manager that leaves nothing behind."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._folder = library.incoming / uuid.uuid4().hex
        self._made: set[Path] = set()

    def __enter__(self) -> Self:
        with _writes(self._library):
            self._folder.mkdir(parents=True)
            (self._folder / "owner").write_text(this_process(), encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def place(self) -> Path:
        """Where nothing is yet, in this process's folder."""
        return self._folder / uuid.uuid4().hex

    def receive(self, blocks: Iterable[bytes]) -> Received:
        """Write the bytes to a temporary file, on the disk when this returns; raises what the blocks raise."""
        path = self.place()
        log.debug("receiving %s", path.name)
        try:
            digest, size = self._write(path, blocks)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Received(path, digest, size)

    def _write(self, path: Path, blocks: Iterable[bytes]) -> tuple[str, int]:
        digest = hashlib.sha256()
        writes = partial(
            _writes, self._library
        )  # around each write, not around the blocks: their trouble is not the disk's
        with writes():
            file = path.open("xb")
        with file:
            for block in blocks:
                with writes():
                    file.write(block)
                digest.update(block)
            with writes():
                file.flush()
                os.fsync(file.fileno())
            return digest.hexdigest(), file.tell()

    def keep(self, received: Received, extension: str) -> str:
        """Move the file to its place by content; returns its name below `images/`.

        A whole file that lies there already stays; a damaged one is replaced.
        """
        file = f"{received.sha256[:2]}/{received.sha256}{extension}"
        target = self._library.image_path(file)
        log.debug("keeping %s", file)
        with _writes(self._library):
            if _adopted(target, received):
                self.drop(received)
            else:
                self._ensure(target.parent)
                received.path.replace(target)
        return file

    def keep_thumbnail(self, sha256: str, thumbnail: bytes) -> None:
        """Put a thumbnail in its place; it can be made again, so it is not worth a wait for the disk."""
        target, making = thumbnail_path(self._library.home, sha256), self.place()
        if target.exists():
            return
        with _writes(self._library):
            making.write_bytes(thumbnail)
            target.parent.mkdir(parents=True, exist_ok=True)
            making.replace(target)

    def drop(self, received: Received) -> None:
        """Forget a file that is not wanted."""
        received.path.unlink(missing_ok=True)

    def settle(self, files: Iterable[str]) -> None:
        """Put the renames on the disk: fsync each folder once, where the system has that."""
        log.debug("settling")
        with _writes(self._library):
            for folder in {self._library.image_path(file).parent for file in files}:
                _sync_folder(folder)

    def _ensure(self, folder: Path) -> None:
        if folder not in self._made:
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                _sync_folder(folder.parent)
            self._made.add(folder)


def _adopted(target: Path, received: Received) -> bool:
    """Whether the same bytes lie there; from now on, no sweep takes them for something left behind."""
    try:
        with target.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != received.sha256:
                return False
        os.utime(target)
    except FileNotFoundError:
        return False
    return True


def sweep_incoming(library: Library) -> int:
    """Remove what killed runs left on their way in; returns how many folders. Living processes keep theirs."""
    if not library.incoming.is_dir():
        return 0
    dead = [folder for folder in library.incoming.iterdir() if folder.is_dir() and not _has_owner(folder)]
    for folder in dead:
        shutil.rmtree(folder, ignore_errors=True)
    return len(dead)


def sweep_orphans(library: Library, known: set[str]) -> int:
    """Remove originals that neither the catalog nor one in the backups knows; returns how many.

    A living import commits within seconds of its rename, so only what has lain for an hour is taken.
    """
    found = backup.lacking(library, _unknown(library, known))
    if not found:
        return 0
    with Incoming(library) as incoming:
        return sum(_remove(library.image_path(file), by_way_of=incoming.place()) for file in found)


def _unknown(library: Library, known: set[str]) -> set[str]:
    """The old files below `images/` that are not known."""
    folders = [entry for entry in _entries(library.images) if entry.is_dir() and entry != library.incoming]
    files = {f"{folder.name}/{path.name}": path for folder in folders for path in _entries(folder)}
    return {file for file, path in files.items() if file not in known and _is_old(path)}


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > ORPHAN_SECONDS
    except FileNotFoundError:
        return False


def _remove(path: Path, *, by_way_of: Path) -> bool:
    """Away with it, unless an import has found it useful in this very moment; then it goes back."""
    try:
        path.replace(by_way_of)
    except OSError:  # taken by another sweep, or open in another program
        return False
    old = _is_old(by_way_of)
    if not old and not path.exists():
        by_way_of.replace(path)
    with contextlib.suppress(OSError):  # on Windows, open in another program: it goes with its folder, now or later
        by_way_of.unlink(missing_ok=True)
    return old


def require_room(library: Library, needed: int) -> None:
    """Raise DiskFullError where less than `needed` bytes are free."""
    library.home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(library.home).free
    if needed > free:
        raise DiskFullError(
            f"There is not enough room on the disk of {library.home}: {readable_size(needed)} are needed, "
            f"{readable_size(free)} are free. "
            "Nothing was imported. Make room, or choose a library on another disk with --home."
        )


@contextlib.contextmanager
def _writes(library: Library) -> Iterator[None]:
    """Raise the disk's refusals as sentences: DiskFullError, or CatalogError."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise _disk_full(library) from error
        raise CatalogError(
            f"{error.filename or library.images} cannot be written: {error.strerror}. Check the disk and your rights to it. "
            f"{GOES_ON}"
        ) from error


def _disk_full(library: Library) -> DiskFullError:
    free = shutil.disk_usage(library.home).free
    return DiskFullError(f"The disk of {library.home} is full ({readable_size(free)} free). Make room. {GOES_ON}")


def _has_owner(folder: Path) -> bool:
    try:
        return is_alive((folder / "owner").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Made a moment ago, perhaps: the owner's name is written right after the folder.
        with contextlib.suppress(OSError):
            return time.time() - folder.stat().st_mtime < MAKING_SECONDS
        return False


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no fsync of a folder; NTFS journals the rename
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
