"""Files of a hub repository on their way to this disk: in a folder for the commit, several at once, each loaded once.

They lie there under names of our own, so a hostile name never is a path. The folder outlives a killed, paused or failed job, and
is swept when no job needs it any more.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import time
from collections.abc import Collection, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import astuple
from pathlib import Path

import filelock

from dscore.config import Library
from dscore.errors import (
    AccessError,
    AddressError,
    DiskFullError,
    FetchError,
    JobError,
    SourceError,
    StoppedError,
)
from dscore.models import Progress, Skipped
from dscore.sources.hub.client import HubClient, HubFile
from dscore.text.sizes import readable_size

CHOSEN, NAMED = "lost", "lost-named"
"""What was chosen of a repository, and pictures that its tables only name."""

LOOK_SECONDS = 0.2
IN_A_ROW = 3
"""Files that fail one after the other mean that the hub is gone, not the files."""

KEPT_SECONDS = 7 * 86_400.0
KEPT = "What was downloaded is kept; start the import again, and it goes on there."


class Downloads:
    """The folder of one commit."""

    def __init__(self, library: Library, key: str, commit: str) -> None:
        self._folder, self._library, self._commit = library.hub / key, library, commit

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep it for this process; raises JobError where another one has it."""
        lock = _lock(self._library, self._folder.name)
        try:
            lock.acquire()
        except filelock.Timeout as error:
            raise JobError("Another job is downloading the same dataset. Wait until it is done.") from error
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            yield
        finally:
            lock.release()

    def stored(self, path: str) -> Path:
        """Where a file of the repository is put."""
        return self._folder / hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:40]

    def missing(self, files: Sequence[HubFile]) -> list[HubFile]:
        """Those that are not there whole."""
        return [file for file in files if not self._has(file)]

    def files(self, client: HubClient) -> tuple[HubFile, ...]:
        """All files of the commit: it never changes, so its list is asked for once."""
        known = self._folder / "files.json"
        with suppress(FileNotFoundError, ValueError, TypeError):
            return tuple(HubFile(*fields) for fields in json.loads(known.read_text(encoding="utf-8")))
        found = client.tree(self._commit)
        _write(known, [astuple(file) for file in found])
        return found

    def lost(self, part: str = CHOSEN) -> list[Skipped] | None:
        """Files of this part that could not be had, once all others are there; None before that."""
        with suppress(FileNotFoundError, ValueError, TypeError):
            return [Skipped(*line) for line in json.loads((self._folder / f"{part}.json").read_text(encoding="utf-8"))]
        return None

    def fetch(
        self, client: HubClient, files: Sequence[HubFile], *, at_once: int, part: str = CHOSEN
    ) -> Generator[Progress]:
        """Download what is missing, and note what could not be had. Raises FetchError where it is the hub that fails."""
        meter = _Meter(sum(file.size for file in files), sum(file.size for file in files if self._has(file)))
        missing, lost = self.missing(files), []
        pool, through = ThreadPoolExecutor(at_once, thread_name_prefix="download"), False
        try:
            waiting = {
                pool.submit(client.download, file, self._commit, self.stored(file.path), meter.tell): file
                for file in missing
            }
            for file, error in _outcomes(waiting, meter, len(missing), alone=part == CHOSEN):
                if isinstance(file, Progress):
                    yield file
                elif error is not None:
                    lost.append(Skipped(file.path, str(error)))
            through = True
        finally:
            if not through:
                client.fetcher.interrupt()
            pool.shutdown(wait=True, cancel_futures=True)
        _write(self._folder / f"{part}.json", [astuple(line) for line in lost])

    def remove(self) -> None:
        """It is not needed any more."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _has(self, file: HubFile) -> bool:
        try:
            return self.stored(file.path).stat().st_size == file.size
        except FileNotFoundError:
            return False


def sweep(library: Library, needed: Collection[str]) -> None:
    """Remove folders that no job needs, or that have lain for a week."""
    for folder in list(library.hub.iterdir()) if library.hub.is_dir() else []:
        if folder.name in needed and time.time() - folder.stat().st_mtime < KEPT_SECONDS:
            continue
        lock = _lock(library, folder.name)
        with suppress(filelock.Timeout), lock:
            shutil.rmtree(folder, ignore_errors=True)


class _Meter:
    """Bytes so far, counted by several threads."""

    def __init__(self, total: int, done: int) -> None:
        self._total, self._done, self._lock = total, done, threading.Lock()

    def tell(self, more: int) -> None:
        with self._lock:
            self._done += more

    def progress(self, through: int, files: int) -> Progress:
        done = max(0, min(self._done, self._total))
        share, size = done / max(1, self._total), f"{readable_size(done)} of {readable_size(self._total)}"
        counted = f"{through:,} of {files:,} {'file' if files == 1 else 'files'}"
        return Progress(0, 0, f"Downloading {share:.0%}, {counted}, {size}")


def _outcomes(
    waiting: dict[Future[None], HubFile], meter: _Meter, files: int, *, alone: bool
) -> Iterator[tuple[HubFile | Progress, FetchError | None]]:
    """Each file when it is there, or why it is not; and progress in between.

    Where none can be had it is the hub that fails, if these are `alone`: nothing else came from it just before.
    """
    failed, good, left = 0, 0, set(waiting)
    while left:
        done, left = wait(left, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            error = _error(future)
            failed, good = (failed + error.again, good) if error else (0, good + 1)
            if error is not None and (failed >= IN_A_ROW or (alone and not left and not good)):
                raise FetchError(f"{error} {KEPT}") from error
            yield waiting[future], error
        yield meter.progress(files - len(left), files), None


def _error(future: Future[None]) -> FetchError | None:
    """Why one file could not be had; what stops all of them is raised."""
    try:
        future.result()
    except (StoppedError, AccessError, AddressError, DiskFullError):
        raise
    except FetchError as error:
        return error
    return None


def _lock(library: Library, key: str) -> filelock.BaseFileLock:
    library.locks.mkdir(parents=True, exist_ok=True)
    return filelock.FileLock(library.locks / f"hub-{key}.lock", timeout=0)


def _write(path: Path, value: object) -> None:
    making = path.with_suffix(".partial")
    try:
        making.write_text(json.dumps(value), encoding="utf-8")
        making.replace(path)
    except OSError as error:
        raise SourceError(f"{path} cannot be written: {error.strerror}. Check the disk.") from error
