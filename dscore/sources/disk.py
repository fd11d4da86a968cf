"""Files on a disk: described so that they are found again, and read only while they are still the same."""

import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from dscore.errors import UnreadableImageError
from dscore.models import SourceFile
from dscore.sources.base import BLOCK_BYTES
from dscore.sources.names import display_name


def describe(root: Path, path: Path, state: os.stat_result) -> SourceFile:
    """The file below `root`; its key is size, time of change and the path from there."""
    relative = path.relative_to(root).as_posix()
    name = display_name(relative)
    raw = "" if name == relative else os.fsencode(relative).hex()
    return SourceFile(
        key=f"{_version(state)}/{relative}",
        name=name,
        size=state.st_size,
        modified=_modified(state),
        raw_name=raw,
    )


def read_unchanged(root: Path, file: SourceFile) -> Iterator[bytes]:
    """Its bytes, `file.size` of them. Raises UnreadableImageError if it is gone, changed, or led outside."""
    version, _, relative = file.key.partition("/")
    path = root / relative
    try:
        if not path.resolve().is_relative_to(root) or not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableImageError(f"{file.name} is no longer a file in {root.name}. Import it again.")
        with path.open("rb") as stream:
            if _version(os.fstat(stream.fileno())) != version:
                raise UnreadableImageError(_changed(file))
            yield from _exactly(stream.read, file)
    except FileNotFoundError as error:
        raise UnreadableImageError(f"{file.name} is gone from {root}. Put it back, or import again.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableImageError(f"{file.name} cannot be read: {reason}. Check its rights and the disk.") from error


def _exactly(read: Callable[[int], bytes], file: SourceFile) -> Iterator[bytes]:
    left = file.size
    while block := read(min(BLOCK_BYTES, left + 1)):
        left -= len(block)
        if left < 0:
            break
        yield block
    if left:
        raise UnreadableImageError(_changed(file))


def _changed(file: SourceFile) -> str:
    return f"{file.name} was changed since the import began. Import it again."


def _version(state: os.stat_result) -> str:
    return f"{state.st_size}-{state.st_mtime_ns}"


def _modified(state: os.stat_result) -> str:
    try:
        return datetime.fromtimestamp(state.st_mtime, UTC).isoformat(timespec="seconds")
    except (OverflowError, OSError, ValueError):  # a time beyond what this system can say
        return ""
