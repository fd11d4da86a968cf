"""Pictures that a table of the repository only names: where they lie in it, and their bytes once they are downloaded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

from dscore.errors import UnreadableImageError
from dscore.models import SourceFile
from dscore.sources.base import BLOCK_BYTES
from dscore.sources.hub.client import HubFile
from dscore.sources.kinds import Kind, kind_of


class Beside:
    """The repository's own pictures, by what a row calls them; `stored` says where each is put."""

    def __init__(
        self, files: Iterable[HubFile] = (), stored: Callable[[str], Path] = Path, *, repo: str = "", most: int = 0
    ) -> None:
        """Pictures of more than `most` bytes are left out."""
        self._files = {file.path: file for file in files if kind_of(file.path) is Kind.PICTURE and file.size <= most}
        self._stored, own = stored, re.escape(repo)
        self._addresses = (
            re.compile(rf"hf://(?:datasets/)?{own}(?:@[^/]+)?/(.+)"),
            re.compile(rf"https?://[^/]+/(?:datasets/)?{own}/(?:resolve|blob|raw)/[^/]+/([^?#]+)(?:[?#].*)?"),
        )

    def find(self, name: str, table: str) -> HubFile | None:
        """The picture that a row of this table means: by an address in this repository, or by a path from the table's folder,
        or from one above it, up to the repository's own; None where there is none."""
        for address in self._addresses:
            if match := address.fullmatch(name):
                return self._files.get(unquote(match[1]))
        folder = table
        while folder:
            folder = folder.rpartition("/")[0]
            if file := self._files.get(f"{folder}/{name}" if folder else name.removeprefix("./")):
                return file
        return None

    def read(self, file: SourceFile, found: HubFile) -> Iterator[bytes]:
        """Its bytes; raises UnreadableImageError where it was not downloaded."""
        path = self._stored(found.path)
        if not path.exists():
            raise UnreadableImageError(f"{file.name} names {found.path}, which could not be downloaded.")
        return stored_bytes(path, file)


def stored_bytes(path: Path, file: SourceFile) -> Iterator[bytes]:
    """A download block by block, no more than `file` is large."""
    try:
        with path.open("rb") as stream:
            left = file.size
            while block := stream.read(min(BLOCK_BYTES, left)):
                left -= len(block)
                yield block
    except OSError as error:
        raise UnreadableImageError(f"{file.name} is gone from the downloads. Import it again.") from error
