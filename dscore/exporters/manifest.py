"""`dscore-export.json`: what dscore wrote into an export, so that the next knows what it may take away."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from dscore import __version__
from dscore.errors import ExportError
from dscore.models import Progress, Skipped

MANIFEST = "dscore-export.json"

_SCHEMA = 1
_CLUTTER = frozenset({".DS_Store", "Thumbs.db"})
"""What a file browser leaves behind by itself; it never stands in the way."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file as it was written; the path is from the root, with `/`.

    A picture has the sha256 of its original and what it was converted to ("": copied); a caption has "", "",
    and a file that belongs to no item has None too.
    """

    path: str
    size: int
    sha256: str
    item: int | None = None
    original: str = ""
    converted: str = ""


@dataclass(frozen=True, slots=True)
class LeftOutRecord:
    """A picture that was not written; `found` is the sha256 of what lay in its place, "" if nothing."""

    item: int
    name: str
    reason: str
    found: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole document, ASCII, so that any program reads it in any locale."""

    exporter: str
    dataset: str
    options: dict[str, Any]
    files: tuple[FileRecord, ...]
    left_out: tuple[LeftOutRecord, ...] = ()
    dscore: str = __version__

    def skipped(self) -> tuple[Skipped, ...]:
        """What was left out, for people."""
        return tuple(Skipped(record.name, record.reason) for record in self.left_out)


@dataclass(frozen=True, slots=True)
class Standing:
    """An export's files against its manifest; `strange` are those that dscore did not write."""

    unchanged: tuple[str, ...]
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    strange: tuple[str, ...]


def manifest_bytes(manifest: Manifest) -> bytes:
    """The file's content."""
    document = {"schema": _SCHEMA, **asdict(manifest)}
    return json.dumps(document, ensure_ascii=True, indent=1).encode("ascii")


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of the export in `folder`, None without one; raises ExportError for a broken one."""
    path = folder / MANIFEST
    if path.is_symlink() or not path.is_file():
        return None
    try:
        return _manifest_from(json.loads(path.read_bytes()))
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        raise ExportError(
            f"{path} cannot be read, so what dscore wrote is unknown. Move the folder away, or name another."
        ) from error


def inspect_export(folder: Path, manifest: Manifest) -> Generator[Progress, None, Standing]:
    """Read every file of an export again and say how it stands; yields per file. Links are never followed."""
    records = {record.path: record for record in manifest.files}
    present, links, empty = _walk(folder)
    unchanged: list[str] = []
    changed: list[str] = []
    for done, path in enumerate(sorted(present & records.keys()), start=1):
        (unchanged if _is_as_written(folder / path, records[path]) else changed).append(path)
        yield Progress(done, len(records), "checking the export that is there")
    own_folders = {PurePosixPath(path).parent.as_posix() for path in records}
    strange = links | (empty - own_folders) | (present - records.keys() - {MANIFEST})
    missing = records.keys() - present
    return Standing(tuple(unchanged), tuple(changed), tuple(sorted(missing)), tuple(sorted(strange)))


def file_sha256(path: Path) -> str:
    """Hex digest of a file's bytes; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_as_written(path: Path, record: FileRecord) -> bool:
    try:
        return path.stat().st_size == record.size and file_sha256(path) == record.sha256
    except OSError:
        return False


def _walk(folder: Path) -> tuple[set[str], set[str], set[str]]:
    """Regular files; links and devices; empty folders."""
    files: set[str] = set()
    links: set[str] = set()
    empty: set[str] = set()
    for place, names, leaves in os.walk(folder):
        here = Path(place)
        for name in [*names, *leaves]:
            path = here / name
            relative = path.relative_to(folder).as_posix()
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                links.add(relative)
            elif path.is_file() and name not in _CLUTTER:
                files.add(relative)
        if not names and not leaves and here != folder:
            empty.add(here.relative_to(folder).as_posix())
    return files, links, empty


def clutter(folder: Path) -> Iterator[Path]:
    """The files under `folder` that a file browser made."""
    for place, _, leaves in os.walk(folder):
        yield from (Path(place) / name for name in leaves if name in _CLUTTER)


def _manifest_from(document: dict[str, Any]) -> Manifest:
    if document.pop("schema") != _SCHEMA:
        raise ValueError("written by another version of dscore")
    files = tuple(FileRecord(**record) for record in document.pop("files"))
    left_out = tuple(LeftOutRecord(**record) for record in document.pop("left_out"))
    if not all(_stays_inside(record.path) for record in files):
        raise ValueError("a path leads out of the folder")
    return Manifest(files=files, left_out=left_out, **document)


def _stays_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts and not {":", "\\"} & set(path)
