"""A plan written to the disk: built beside the target, made durable, and swapped in whole."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from dscore.config import Library
from dscore.errors import DiskFullError, ExportError
from dscore.exporters.base import ExportPlan, ExportResult, PlannedPicture, Writing
from dscore.exporters.copying import Placed, found_now, place_picture
from dscore.exporters.manifest import (
    MANIFEST,
    FileRecord,
    LeftOutRecord,
    Manifest,
    Standing,
    inspect_export,
    manifest_bytes,
    read_manifest,
)
from dscore.exporters.target import (
    check_room,
    check_target,
    disk_full,
    needed_bytes,
    refuse_foreign,
    refuse_replacing,
)
from dscore.exporters.work import WorkFolder, open_work, settle, swap, sweep, sync_folder
from dscore.models import Progress

log = logging.getLogger(__name__)

_DISK_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
Built = tuple[Manifest, tuple[str, ...]]

_SYNCING = 32
_BATCH = 128
"""Pictures between two rounds of fsync: the disk writes one batch while the next is copied."""


def write_export(plan: ExportPlan, *, library: Library) -> Writing:
    """Write the plan, or find that it is there already; see `base.Exporter.write` for the promise.

    An older export of dscore in the target goes only with `options.replace`, and only if every file in it is
    as dscore wrote it. Pictures whose originals are missing or damaged are left out and listed; if that is
    all, ExportError.
    """
    try:
        return (yield from _write(plan, library))
    except OSError as error:
        raise _refused(plan, error) from error


def _write(plan: ExportPlan, library: Library) -> Writing:
    check_target(plan.target, library)
    notes = yield from sweep(plan.target)
    older = read_manifest(plan.target)
    if older is None:
        refuse_foreign(plan.target)
    else:
        standing = yield from inspect_export(plan.target, older)
        if _is_up_to_date(plan, older, standing):
            return _result(plan, older, notes, up_to_date=True)
        refuse_replacing(plan.target, standing, replace=plan.options.replace)
    check_room(plan)
    manifest, warnings = yield from _build_and_swap(plan, replacing=older is not None)
    return _result(plan, manifest, (*notes, *warnings))


def _build_and_swap(plan: ExportPlan, *, replacing: bool) -> Generator[Progress, None, Built]:
    work = open_work(plan.target)
    try:
        manifest, warnings = yield from _build(plan, work)
        swap(work, replacing=replacing)
    except BaseException:
        with suppress(OSError):  # what stays behind, the next run sweeps
            _drain(settle(work))
        raise
    try:
        kept = yield from settle(work)
    except OSError as error:
        kept = f"The older export could not be removed ({error}); the next export to this folder will."
    return manifest, (*warnings, kept) if kept else warnings


def _is_up_to_date(plan: ExportPlan, manifest: Manifest, standing: Standing) -> bool:
    if standing.changed or standing.missing or manifest.exporter != plan.exporter:
        return False
    left_out = {record.item: record for record in manifest.left_out}
    expected = {(text.path, _sha256(text.content)) for text in plan.texts}
    for picture in plan.pictures:
        left = left_out.get(picture.item.item_id)
        if left is None:
            expected |= _expected(picture)
        elif left.found != found_now(Path(picture.item.path)):
            return False
    written = {(record.path, _content(record)) for record in manifest.files}
    return expected == written and _is_linked_as_asked(plan, manifest)


def _expected(picture: PlannedPicture) -> set[tuple[str, str]]:
    files = {(picture.path, f"{picture.item.item_id} {picture.item.sha256} {picture.convert or ''}")}
    if picture.caption_path:
        files.add((picture.caption_path, _sha256(picture.caption)))
    return files


def _is_linked_as_asked(plan: ExportPlan, manifest: Manifest) -> bool:
    link = plan.options.link
    if manifest.options.get("link") == link:  # where a disk could not link, it still cannot
        return True
    copied = [picture for picture in plan.pictures if not picture.convert]
    return not any(_is_linked(picture, plan.target) is (link == "copy") for picture in copied)


def _is_linked(picture: PlannedPicture, root: Path) -> bool | None:
    """Whether the export's file is the library's own; None where one of them is missing."""
    try:
        return (root / picture.path).samefile(picture.item.path)
    except OSError:
        return None


def _content(record: FileRecord) -> str:
    """What decides whether a file is the planned one: for a picture its original, since encoders differ."""
    return f"{record.item} {record.original} {record.converted}" if record.original else record.sha256


@dataclass(slots=True)
class _Builder:
    """The files written so far under `root`, and those that no fsync has seen yet."""

    root: Path
    link: bool
    files: list[FileRecord] = field(default_factory=list)
    left_out: list[LeftOutRecord] = field(default_factory=list)
    copied_instead: int = 0
    unsynced: list[Path] = field(default_factory=list)

    def add_picture(self, picture: PlannedPicture) -> None:
        log.debug("copying %s", picture.path)
        placed = place_picture(picture, self.root, link=self.link)
        if isinstance(placed, LeftOutRecord):
            self.left_out.append(placed)
            return
        self._keep(placed)
        self.copied_instead += self.link and not placed.linked and not picture.convert
        if picture.caption_path:
            self.add_text(picture.caption_path, picture.caption, item=picture.item.item_id)

    def add_text(self, path: str, content: bytes, *, item: int | None = None) -> None:
        target = self.root / path
        target.write_bytes(content)
        self._keep(Placed(FileRecord(path, len(content), _sha256(content), item), linked=False))

    def _keep(self, placed: Placed) -> None:
        self.files.append(placed.record)
        if not placed.linked:
            self.unsynced.append(self.root / placed.record.path)

    def sync(self) -> None:
        """Wait until all are on the disk; side by side, since a journal takes many in one commit."""
        log.debug("syncing %d files", len(self.unsynced))
        with ThreadPoolExecutor(_SYNCING) as threads:
            for _ in threads.map(_sync_file, self.unsynced):
                pass
        self.unsynced.clear()

    def warnings(self) -> tuple[str, ...]:
        if not self.copied_instead:
            return ()
        return (f"{self.copied_instead} pictures were copied: the export's disk cannot link to the library's.",)


def _build(plan: ExportPlan, work: WorkFolder) -> Generator[Progress, None, Built]:
    """Fill `work.new`, its manifest last, all of it durable; yields per picture."""
    builder = _Builder(work.new, link=plan.options.link == "hardlink")
    folders = _make_folders(work.new, plan.paths())
    for done, picture in enumerate(plan.pictures, start=1):
        builder.add_picture(picture)
        if done % _BATCH == 0:
            builder.sync()
        yield Progress(done, len(plan.pictures), picture.path)
    if len(builder.left_out) == len(plan.pictures):
        first = builder.left_out[0]
        raise ExportError(f"Nothing could be exported. {first.name}: {first.reason}")
    for text in plan.texts:
        builder.add_text(text.path, text.content)
    manifest = _manifest(plan, builder)
    (work.new / MANIFEST).write_bytes(manifest_bytes(manifest))
    builder.unsynced.append(work.new / MANIFEST)
    builder.sync()
    for folder in (*folders, work.new, work.path, work.path.parent):
        sync_folder(folder)
    return manifest, builder.warnings()


def _make_folders(root: Path, paths: Iterable[str]) -> list[Path]:
    folders = sorted({(root / path).parent for path in paths} - {root})
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    return folders


def _manifest(plan: ExportPlan, builder: _Builder) -> Manifest:
    return Manifest(
        exporter=plan.exporter,
        dataset=plan.options.dataset,
        options=asdict(plan.options),
        files=tuple(builder.files),
        left_out=tuple(builder.left_out),
    )


def _result(
    plan: ExportPlan, manifest: Manifest, warnings: tuple[str, ...], *, up_to_date: bool = False
) -> ExportResult:
    pictures = [record for record in manifest.files if record.original]
    return ExportResult(
        path=plan.target,
        pictures=len(pictures),
        captions=sum(record.item is not None and not record.original for record in manifest.files),
        converted=sum(bool(record.converted) for record in pictures),
        left_out=manifest.skipped(),
        warnings=warnings,
        up_to_date=up_to_date,
    )


def _refused(plan: ExportPlan, error: OSError) -> DiskFullError | ExportError:
    if error.errno in _DISK_FULL:
        parent = next(parent for parent in plan.target.parents if parent.exists())
        return disk_full(plan.target, needed=needed_bytes(plan), free=shutil.disk_usage(parent).free)
    return ExportError(
        f"The export to {plan.target} cannot be written: {error}. "
        "Close programs that use the folder, check your rights to it, or name another."
    )


def _sync_file(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _drain(steps: Generator[Progress, None, str]) -> None:
    for _ in steps:
        pass
