"""Pictures that lie in the repository one by one, and those in a ZIP of it; with every way to say their captions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from dscore.models import Skipped, SourceFile, Survey
from dscore.sources.archive import ArchiveSource
from dscore.sources.hub.beside import stored_bytes
from dscore.sources.hub.client import HubFile
from dscore.sources.hub.labels import is_label, labelled, read_labels
from dscore.sources.limits import SourceLimits
from dscore.sources.names import display_name, points_outside
from dscore.sources.survey import take_stock

OUTSIDE = "Its name points outside the repository (.., a drive, an absolute path)."


class LooseSource:
    """Files of the repository; `stored` says where each was put, under a name of our own."""

    label, suggested_name = "pictures", "pictures"

    def __init__(
        self, files: Sequence[HubFile], stored: Callable[[str], Path], columns: Sequence[str], limits: SourceLimits
    ) -> None:
        self._files = {display_name(file.path): file for file in files}
        self._stored, self._columns, self._limits = stored, columns, limits

    def look(self) -> Survey:
        """See `Source.look`; what was not downloaded is left out here."""
        files, refused = [], []
        for name, file in self._files.items():
            if points_outside(file.path) or not name:
                refused.append(Skipped(name or "?", OUTSIDE))
            elif self._stored(file.path).exists():
                files.append(SourceFile(key=file.path, name=name, size=file.size))
        plain = [file for file in files if not is_label(file.name)]
        survey = take_stock(plain, refused=refused, read=self.read, limits=self._limits)
        labels = read_labels((file for file in files if is_label(file.name)), self.read, self._limits)
        return labelled(survey, labels, self._columns)

    def read(self, file: SourceFile) -> Iterator[bytes]:
        """See `Source.read`."""
        return stored_bytes(self._stored(file.key), file)

    def close(self) -> None:
        """Nothing is kept open."""


class HubArchive(ArchiveSource):
    """A ZIP of the repository under its name there; metadata in it counts as beside loose pictures."""

    def __init__(self, path: Path, name: str, columns: Sequence[str], limits: SourceLimits) -> None:
        super().__init__(path, limits)
        self.label, self._columns = display_name(name), columns

    def look(self) -> Survey:
        """See `Source.look`."""
        survey = super().look()
        labels = read_labels((file for file in self.others() if is_label(file.name)), self.read, self._limits)
        return labelled(survey, labels, self._columns)
