"""Where an export may go: what stops it before a byte is written."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from dscore.config import Library
from dscore.errors import DiskFullError, ExportError
from dscore.exporters.base import ExportPlan
from dscore.exporters.manifest import Standing
from dscore.exporters.names import listed
from dscore.text.names import is_device
from dscore.text.paths import reachable

_BLOCK = 4096
_NAME_BYTES = 255 - len(".partial-01234567")  # so much is added to it while the export is written


def absolute(target: Path) -> Path:
    """The folder in full, `..` taken out; links are kept, so that settings name the path a person gave."""
    return Path(os.path.abspath(target))  # noqa: PTH100 - Path.absolute keeps `..`


def check_target(target: Path, library: Library) -> None:
    """Raise ExportError where no export may be written: a link, a file, a bad name, the library itself."""
    check_name(target)
    reachable(target)
    if target.is_symlink() or (hasattr(target, "is_junction") and target.is_junction()):
        raise ExportError(f"{target} is a link. Name the folder that it leads to, or another.")
    if target.exists() and not target.is_dir():
        raise ExportError(f"{target} is a file. Name a folder that is new or empty.")
    for parent in target.parents:
        if parent.exists() and not parent.is_dir():
            raise ExportError(f"{parent} is a file, so no folder can be made in it. Choose another folder.")
    _check_library(target, library)


def check_room(plan: ExportPlan) -> None:
    """Raise DiskFullError where more is needed than is free; an older export stays until the new is whole."""
    needed = needed_bytes(plan)
    parent = next(parent for parent in plan.target.parents if parent.exists())
    free = shutil.disk_usage(parent).free
    if needed > free:
        raise disk_full(plan.target, needed=needed, free=free)


def disk_full(target: Path, *, needed: int, free: int) -> DiskFullError:
    """The error with its numbers in megabytes."""
    return DiskFullError(
        f"The export to {target} needs {-(-needed // 1_000_000):,} MB, "
        f"and {free // 1_000_000:,} MB are free. Make room, or export to another disk."
    )


def needed_bytes(plan: ExportPlan) -> int:
    """An upper estimate of the bytes to be written: whole blocks, converted pictures at their largest."""
    linked = plan.options.link == "hardlink"
    total = sum(_blocks(len(text.content)) for text in plan.texts)
    for picture in plan.pictures:
        item = picture.item
        raw = item.width * item.height * 4
        if picture.convert:
            total += _blocks(min(raw, 4 * _size(item.path)) if picture.convert == "jpeg" else raw)
        elif not linked:
            total += _blocks(_size(item.path))
        total += _blocks(len(picture.caption))
    return total


def refuse_foreign(target: Path) -> None:
    """Raise ExportError for a folder that has something in it and no manifest of ours."""
    inside = sorted(path.name for path in target.iterdir()) if target.exists() else []
    if inside:
        raise ExportError(
            f"{target} has files in it that are no export of dscore: {listed(inside)}. "
            "Name a folder that is new or empty."
        )


def refuse_replacing(target: Path, standing: Standing, *, replace: bool) -> None:
    """Raise ExportError unless the export there may go: that was asked for, and every file in it is ours."""
    if standing.strange:
        raise ExportError(
            f"{target} has files in it that dscore did not write: {listed(standing.strange)}. "
            "A trainer's caches of an older export do harm beside new pictures. "
            "Move or delete them, or export to another folder."
        )
    if standing.changed:
        raise ExportError(
            f"Files in {target} were changed since dscore wrote them: {listed(standing.changed)}. "
            "Move or delete them, or export to another folder."
        )
    if not replace:
        raise ExportError(
            f"{target} holds an older export that differs from this one. Ask to replace it, or name another folder."
        )


def check_name(target: Path) -> None:
    """Raise ExportError where a folder cannot have that name."""
    name = target.name
    if not name:
        raise ExportError(f"{target} is a whole disk. Name a new folder on it.")
    if is_device(name) or name != name.rstrip(" .") or not name.isprintable():
        raise ExportError(f"A folder cannot be called “{name}” on every system. Choose another name.")
    if len(os.fsencode(name)) > _NAME_BYTES:
        raise ExportError(f"“{name[:40]}…” is too long for the name of a folder. Choose a shorter name.")


def _check_library(target: Path, library: Library) -> None:
    for holder in (target.parent.resolve() / target.name).parents:
        if _is_same(holder, library.exports):
            return
        if _is_same(holder, library.home):
            break
    else:
        if not any(_is_same(target, folder) for folder in (library.home, *library.home.parents)):
            return
    raise ExportError(
        f"{target} belongs to the library in {library.home}, which an export must not touch. "
        f"Name a folder outside it, or one inside {library.exports}."
    )


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one == other


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _blocks(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK
