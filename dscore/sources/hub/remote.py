"""A file on the hub as one that can be read here and there: a ZIP's table, a parquet's schema, without the rest."""

from __future__ import annotations

import io
from typing import BinaryIO

from dscore.sources.hub.client import HubClient, HubFile

BLOCK = 256 << 10


class _Remote(io.RawIOBase):
    """Each read asks for as many bytes; put a buffer around it."""

    def __init__(self, client: HubClient, file: HubFile, commit: str) -> None:
        super().__init__()
        self._client, self._file, self._commit = client, file, commit
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._file.size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # whatever holds bytes
        end = min(self._file.size, self._place + len(view))
        if end <= self._place:
            return 0
        found = self._client.part(self._file, self._commit, self._place, end)
        view[: len(found)] = found
        self._place += len(found)
        return len(found)


def opened(client: HubClient, file: HubFile, commit: str) -> BinaryIO:
    """The file, with a buffer of 256 KiB; raises FetchError while it is read."""
    return io.BufferedReader(_Remote(client, file, commit), BLOCK)
