"""From what a user names to the source that reads it; a kind's module is loaded when first needed."""

import importlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dscore.errors import SourceError, WrongUseError
from dscore.sources.base import Source
from dscore.sources.joined import JoinedSource
from dscore.sources.kinds import ARCHIVE_EXTENSIONS, ZIP_EXTENSIONS, Kind, extension, kind_of
from dscore.sources.limits import SourceLimits
from dscore.text.paths import reachable

SOURCES = {
    "zip": "dscore.sources.archive:ArchiveSource",
    "folder": "dscore.sources.folder:FolderSource",
    "files": "dscore.sources.files:FilesSource",
}

_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # one letter is a drive


def open_source(places: Sequence[Path | str], limits: SourceLimits | None = None) -> Source:
    """The source of one ZIP, one folder, files, or any mix. Raises SourceError; WrongUseError if empty."""
    if not places:
        raise WrongUseError("Nothing to import was named; name a ZIP, a folder or pictures.")
    parts: list[Source] = []
    try:
        for kind, place in _by_kind(places):
            parts.append(_load(kind)(place, limits or SourceLimits()))
    except SourceError:
        for part in parts:
            part.close()
        raise
    return parts[0] if len(parts) == 1 else JoinedSource(parts)


def _by_kind(places: Iterable[Path | str]) -> list[tuple[str, Any]]:
    """(kind, what its class takes), in the order given, each once; files of one folder go together."""
    found: dict[tuple[str, Any], list[Path]] = {}
    for place in places:
        kind, what = _kind(place)
        if kind == "files":
            found.setdefault((kind, what.parent.resolve()), []).append(what)
        else:
            found[kind, what] = []
    return [(kind, files or what) for (kind, what), files in found.items()]


def _kind(place: Path | str) -> tuple[str, Any]:
    path = reachable(Path(place))
    if path.is_dir():
        return "folder", path
    if path.is_file():
        return _kind_of_file(path), path
    if _PREFIX.match(str(place)) and not isinstance(place, Path):
        raise SourceError(f"{place} is no place that dscore imports from; download it, and name the file or folder.")
    if path.exists():
        raise SourceError(f"{path} is neither a file nor a folder; name a ZIP, a folder or pictures.")
    meant = "" if path.is_absolute() else f"; from here, it means {path.absolute()}"
    raise SourceError(f"{path} does not exist. Check the name{meant}.")


def _kind_of_file(path: Path) -> str:
    suffix = extension(path.name)
    if suffix in ZIP_EXTENSIONS:
        return "zip"
    if suffix in ARCHIVE_EXTENSIONS:
        raise SourceError(f"{path.name} is an archive that dscore cannot open; unpack it, and import the folder.")
    return "zip" if kind_of(path.name) is Kind.OTHER and _begins_as_zip(path) else "files"


def _begins_as_zip(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(4) == b"PK\3\4"
    except OSError:
        return False


def _load(kind: str) -> Any:
    module, _, name = SOURCES[kind].partition(":")
    return getattr(importlib.import_module(module), name)
