"""An export as one ZIP, made while it is sent: no second copy on the disk, and never more than a block of it in memory."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from dscore.config import Library
from dscore.errors import NotFoundError
from dscore.exporters.manifest import MANIFEST, read_manifest

BLOCK = 1 << 20
OLDEST = (1980, 1, 1, 0, 0, 0)
"""ZIP knows no earlier time; none is kept, so that the same export gives the same bytes."""

log = logging.getLogger(__name__)


def routes(library: Library) -> list[Route]:
    """`GET /api/exports/{name}.zip`."""
    return [Route("/api/exports/{name}.zip", partial(_zip, library))]


def _zip(library: Library, request: Request) -> Response:
    name: str = request.path_params["name"]
    folder = _export(library, name)
    files = list(_files(folder))
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name + '.zip')}",
        "Cache-Control": "no-store",
    }
    return StreamingResponse(_packed(folder, files), media_type="application/zip", headers=headers)


def _export(library: Library, name: str) -> Path:
    """The folder of that export; raises NotFoundError for all that is none, whatever the name would lead to."""
    folder = library.exports / name
    known = {one.name for one in library.exports.iterdir()} if library.exports.is_dir() else set()
    if name not in known or folder.is_symlink() or not (folder / MANIFEST).is_file():
        raise NotFoundError("There is no export of that name. Export the dataset again.")
    return folder


def _files(folder: Path) -> Iterator[str]:
    """What dscore wrote there, by its own list; a link, or what lies there besides, is left out."""
    manifest = read_manifest(folder)
    assert manifest is not None
    for path in (MANIFEST, *(record.path for record in manifest.files)):
        if not _is_plain(folder, path):
            raise NotFoundError(f"{folder / path} is missing or no plain file. Export the dataset again.")
        yield path


def _is_plain(folder: Path, path: str) -> bool:
    parts = Path(path).parts
    steps = [folder.joinpath(*parts[:end]) for end in range(1, len(parts) + 1)]
    return steps[-1].is_file() and not any(step.is_symlink() for step in steps)


def _packed(folder: Path, files: list[str]) -> Iterator[bytes]:
    """The ZIP's bytes, files stored as they are: pictures do not get smaller."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(f"{folder.name}/{path}", OLDEST)
            entry.external_attr = 0o644 << 16
            size = (folder / path).stat().st_size
            entry.file_size = size  # tells the writer whether it needs the large form
            with (folder / path).open("rb") as source, archive.open(entry, "w") as target:
                while block := source.read(BLOCK):
                    target.write(block)
                    yield sink.taken()
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Where the ZIP is written to: it cannot be gone back in, so sizes stand behind each file, as ZIP allows."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, block: object) -> int:
        self._blocks += memoryview(block)  # type: ignore[arg-type]  # anything with bytes in it
        return memoryview(block).nbytes  # type: ignore[arg-type]

    def taken(self) -> bytes:
        """What was written since the last look."""
        found = bytes(self._blocks)
        self._blocks.clear()
        return found
