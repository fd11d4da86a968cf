"""One picture brought into an export: copied, linked or re-encoded, and proved to be what was imported."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from dscore.errors import UnreadableImageError
from dscore.exporters.base import PictureFormat, PlannedPicture
from dscore.exporters.manifest import FileRecord, LeftOutRecord, file_sha256

_NO_KERNEL_COPY = {errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF}
_NO_LINK = {errno.EXDEV, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM, errno.EMLINK, errno.EACCES}
_CHUNK = 1 << 30


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture that is in the export; `linked` if its bytes are the library's own."""

    record: FileRecord
    linked: bool


def place_picture(picture: PlannedPicture, root: Path, *, link: bool) -> Placed | LeftOutRecord:
    """Write one picture under `root`; where the original is missing or damaged, no file is left.

    Raises OSError where the disk refuses. The file is not fsynced.
    """
    source, target = Path(picture.item.path), root / picture.path
    if not source.is_file():
        return _left_out(picture, found="", reason="Its file is missing from the library.")
    try:
        if picture.convert:
            return _convert(picture, source, target, picture.convert)
        return _copy(picture, source, target, link=link)
    except OSError as error:
        if error.errno not in {errno.EIO, errno.EACCES} or _can_be_read(source):
            raise
        target.unlink(missing_ok=True)
        reason = f"Its file in the library cannot be read: {error.strerror}."
        return _left_out(picture, found="", reason=reason)


def found_now(path: Path) -> str:
    """The sha256 of what lies there, "" where nothing can be read."""
    try:
        return file_sha256(path) if path.is_file() else ""
    except OSError:
        return ""


def copy_file(source: Path, target: Path) -> None:
    """Copy the bytes alone, inside the kernel where that can: btrfs and XFS then share the blocks.

    `target` must not exist. Raises OSError.
    """
    with source.open("rb") as reader, target.open("xb") as writer:
        if not _copy_in_kernel(reader.fileno(), writer.fileno()):
            shutil.copyfileobj(reader, writer, 1 << 20)


def _copy(picture: PlannedPicture, source: Path, target: Path, *, link: bool) -> Placed | LeftOutRecord:
    linked = link and _link(source, target)
    if not linked:
        copy_file(source, target)
    digest = file_sha256(target)
    if digest != picture.item.sha256:
        target.unlink()
        return _damaged(picture, found=digest)
    return Placed(_record(picture, target, digest), linked)


def _convert(picture: PlannedPicture, source: Path, target: Path, into: PictureFormat) -> Placed | LeftOutRecord:
    from dscore.media.convert import write_upright

    found = file_sha256(source)
    if found != picture.item.sha256:
        return _damaged(picture, found=found)
    try:
        write_upright(source, target, format=into, name=picture.item.name)
    except UnreadableImageError as error:
        target.unlink(missing_ok=True)
        return _left_out(picture, found=found, reason=str(error))
    return Placed(_record(picture, target, file_sha256(target)), linked=False)


def _copy_in_kernel(reader: int, writer: int) -> bool:
    """Whether the kernel copied all; if not, nothing was written."""
    kernel_copy = getattr(os, "copy_file_range", None)
    if kernel_copy is None:
        return False
    copied = 0
    try:
        while count := kernel_copy(reader, writer, _CHUNK):
            copied += count
    except OSError as error:
        if copied or error.errno not in _NO_KERNEL_COPY:
            raise
    return copied > 0


def _link(source: Path, target: Path) -> bool:
    try:
        target.hardlink_to(source)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        return False
    return True


def _can_be_read(path: Path) -> bool:
    try:
        file_sha256(path)
    except OSError:
        return False
    return True


def _record(picture: PlannedPicture, target: Path, digest: str) -> FileRecord:
    return FileRecord(
        path=picture.path,
        size=target.stat().st_size,
        sha256=digest,
        item=picture.item.item_id,
        original=picture.item.sha256,
        converted=picture.convert or "",
    )


def _damaged(picture: PlannedPicture, *, found: str) -> LeftOutRecord:
    reason = "Its file in the library is damaged: it is not what was imported. Import the picture again."
    return _left_out(picture, found=found, reason=reason)


def _left_out(picture: PlannedPicture, *, found: str, reason: str) -> LeftOutRecord:
    return LeftOutRecord(item=picture.item.item_id, name=picture.item.name, reason=reason, found=found)
