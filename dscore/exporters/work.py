"""The folder beside the target in which an export is built, and the swap: at any moment old or new is whole.

`NAME.partial-1a2b3c4d/` holds a marker that says whose it is, `new/` while it is built, and `old/` while an
older export is replaced. Two renames swap them, and what a killed run left is put right by the next run to
the same target:

    old is away, target is missing    new is whole (it was finished before): it goes to the target
    old is away, target is there      old is taken away, file by file as its manifest says
    old is not away                   new may be half: it is dropped
"""

from __future__ import annotations

import json
import logging
import os
import platform
import re
import secrets
import shutil
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from dscore.errors import ExportError
from dscore.exporters.manifest import MANIFEST, clutter, inspect_export, read_manifest
from dscore.models import Progress

log = logging.getLogger(__name__)

_MARKER = "dscore-work.json"
_CLOCK_STEP = 60.0
"""Seconds that a process's start seems to move when the clock is set; no number is given again so soon."""


@dataclass(frozen=True, slots=True)
class WorkFolder:
    """One run's folder beside `target`, on the same disk."""

    target: Path
    path: Path

    @property
    def new(self) -> Path:
        """The export while it is built."""
        return self.path / "new"

    @property
    def old(self) -> Path:
        """The older export, once it is out of the way."""
        return self.path / "old"

    @property
    def marker(self) -> Path:
        """Says which process made the folder."""
        return self.path / _MARKER


def open_work(target: Path) -> WorkFolder:
    """Make a new work folder, and the target's parents; raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    while True:
        work = WorkFolder(target, target.parent / f"{target.name}.partial-{secrets.token_hex(4)}")
        work.path.mkdir()
        try:
            _mark(work.marker)
            work.new.mkdir()
        except FileNotFoundError:
            continue  # a sweep took the folder for a dead run's, in the moment before it was marked
        return work


def swap(work: WorkFolder, *, replacing: bool) -> None:
    """Put the finished `new` in the target's place, an older export into `old`.

    Without `replacing` the target must be missing or empty. Raises OSError, and then the target is as it was.
    """
    log.debug("swapping")
    if replacing:
        work.target.rename(work.old)
        log.debug("swapping: the older export is away")
    elif work.target.exists():
        work.target.rmdir()
    try:
        work.new.rename(work.target)
    except OSError:
        if replacing:
            work.old.rename(work.target)
        raise
    log.debug("swapping: the new export is there")
    sync_folder(work.target.parent)


def settle(work: WorkFolder) -> Generator[Progress, None, str]:
    """Bring a run to its end from wherever it stopped; the work folder is gone then.

    Yields per file of an older export. Returns a sentence if something was kept that dscore did not write,
    else "".
    """
    if work.old.exists() and not work.target.exists():
        (work.new if (work.new / MANIFEST).exists() else work.old).rename(work.target)
        sync_folder(work.target.parent)
    crossed = work.old.exists() and work.new.exists()
    if work.new.exists():
        shutil.rmtree(work.new)
    kept = ""
    if work.old.exists() and (crossed or not (yield from _remove_export(work.old))):
        aside = work.target.parent / f"{work.target.name}.old-{secrets.token_hex(4)}"
        work.old.rename(aside)
        kept = f"The older export had files in it that dscore did not write; they are in {aside}."
    work.marker.unlink(missing_ok=True)
    work.path.rmdir()
    return kept


def sweep(target: Path) -> Generator[Progress, None, tuple[str, ...]]:
    """Settle what dead runs to this target left beside it; raises ExportError while another run is alive.

    A folder without our marker is nobody's to sweep, unless it is empty.
    """
    notes = []
    for path in _left_overs(target):
        work = WorkFolder(target, path)
        state = _state(work)
        if state == "alive":
            raise ExportError(f"Another export to {target} is running. Wait for it, or name another folder.")
        if state == "dead" and (note := (yield from settle(work))):
            notes.append(note)
    return tuple(notes)


def sync_folder(folder: Path) -> None:
    """Make renames and new names in a folder last through a power cut; Windows has no such call."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _left_overs(target: Path) -> Iterator[Path]:
    name = re.compile(re.escape(target.name) + r"\.partial-[0-9a-f]{8}")
    if target.parent.is_dir():
        yield from sorted(
            path
            for path in target.parent.iterdir()
            if name.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
        )


def _remove_export(folder: Path) -> Generator[Progress, None, bool]:
    """Delete what is still as its manifest says, that last; whether it was all."""
    try:
        manifest = read_manifest(folder)
    except ExportError:
        return False
    if manifest is not None:
        standing = yield from inspect_export(folder, manifest)
        for path in standing.unchanged:
            (folder / path).unlink()
        if standing.changed or standing.strange:
            return False
        for leaf in list(clutter(folder)):
            leaf.unlink()
        (folder / MANIFEST).unlink()
    return _remove_empty(folder)


def _remove_empty(folder: Path) -> bool:
    if any(files for _, _, files in os.walk(folder)):
        return False
    for place, _, _ in os.walk(folder, topdown=False):
        Path(place).rmdir()
    return True


def _mark(marker: Path) -> None:
    process = psutil.Process()
    owner = {"host": platform.node(), "pid": process.pid, "started": process.create_time()}
    with marker.open("w", encoding="ascii") as file:
        json.dump(owner, file)
        file.flush()
        os.fsync(file.fileno())


def _state(work: WorkFolder) -> str:
    """Whose the folder is: "alive" or "dead" runs of dscore, or "foreign"."""
    inside = {path.name for path in work.path.iterdir()}
    try:
        owner = json.loads(work.marker.read_text(encoding="ascii"))
        return "alive" if _is_alive(owner["host"], owner["pid"], owner["started"]) else "dead"
    except (OSError, ValueError, KeyError, TypeError):
        # killed before the marker was written whole: then there is nothing else in the folder
        return "dead" if inside <= {_MARKER} else "foreign"


def _is_alive(host: str, pid: int, started: float) -> bool:
    """Whether that process still runs; one of another machine is taken to."""
    if host != platform.node():
        return True
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < _CLOCK_STEP and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
