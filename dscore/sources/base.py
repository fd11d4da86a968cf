"""What every source offers: it can be looked at without reading a picture, and read picture by picture."""

from collections.abc import Iterator
from typing import Protocol

from dscore.models import SourceFile, Survey

BLOCK_BYTES = 256 << 10


class Source(Protocol):
    """A ZIP, a folder, some files; used by one thread at a time."""

    @property
    def label(self) -> str:
        """For the history: `holiday.zip`."""

    @property
    def suggested_name(self) -> str:
        """A name for a dataset made of it; fit to be a folder's name."""

    def look(self) -> Survey:
        """What it holds. Captions are read and decoded, pictures not touched. Raises SourceError."""

    def read(self, file: SourceFile) -> Iterator[bytes]:
        """The picture's bytes in blocks of at most 256 KiB; more than `file.size` never come.

        A file of an earlier look at the same place can be read too, in another process: its key says what it
        was. Raises UnreadableImageError where the file is damaged, gone or changed, SourceError where the
        source as a whole is, both at the latest with the last block: only bytes read to the end are good.
        """

    def close(self) -> None:
        """Gives back open files; a second call does nothing."""
