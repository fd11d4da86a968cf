"""Pictures and captions in a folder and the folders below it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from dscore.errors import SourceError
from dscore.models import Skipped, SourceFile, Survey
from dscore.sources.disk import describe, read_unchanged
from dscore.sources.kinds import Kind, kind_of
from dscore.sources.limits import SourceLimits
from dscore.sources.names import display_name, safe_name
from dscore.sources.survey import take_stock


class FolderSource:
    """A folder; links that lead out of it, and links to folders, are listed and never followed."""

    def __init__(self, path: Path, limits: SourceLimits) -> None:
        """Raises SourceError where it cannot be opened."""
        self._root = path.resolve()
        self._limits = limits
        self.label = display_name(self._root.name) or str(self._root)
        self.suggested_name = safe_name(self._root.name, otherwise="pictures")
        try:
            os.scandir(self._root).close()
        except OSError as error:
            raise SourceError(
                f"The folder {path} cannot be opened: {error.strerror}. Check its name and rights."
            ) from error

    def look(self) -> Survey:
        """All folders below, in natural order; see `Source.look`."""
        walk = _Walk(self._root)
        files = list(walk.files())
        return take_stock(files, refused=walk.refused, read=self.read, limits=self._limits)

    def read(self, file: SourceFile) -> Iterator[bytes]:
        """See `Source.read`."""
        return read_unchanged(self._root, file)

    def close(self) -> None:
        """Nothing is kept open."""


class _Walk:
    """One walk over a folder; `refused` fills while `files` runs."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.refused: list[Skipped] = []

    def files(self) -> Iterator[SourceFile]:
        folders = [self._root]
        while folders:
            folder = folders.pop()
            try:
                entries = list(os.scandir(folder))
            except OSError as error:
                self._refuse(folder, f"The folder cannot be opened: {error.strerror}. Check its rights.")
                continue
            for entry in entries:
                path = Path(entry.path)
                if entry.is_dir():
                    folders += self._deeper(path)
                else:
                    yield from self._file(path)

    def _deeper(self, path: Path) -> list[Path]:
        """The folder, unless it is clutter, hidden, or a link or junction (that may lead out or back)."""
        if kind_of(path.name) in {Kind.CLUTTER, Kind.HIDDEN}:
            return []
        if os.path.realpath(path) != str(path):
            self._refuse(path, "This is a link to a folder, and not followed; import that folder by its own name.")
            return []
        return [path]

    def _file(self, path: Path) -> Iterator[SourceFile]:
        if kind_of(path.name) is Kind.CLUTTER:
            return
        try:
            state = path.stat()
        except OSError as error:
            self._refuse(path, f"It cannot be read: {error.strerror}. Check its rights, or where the link leads.")
            return
        if not stat.S_ISREG(state.st_mode):
            self._refuse(path, "This is a pipe, a socket or a device, not a file.")
        elif path.is_symlink() and not path.resolve().is_relative_to(self._root):
            self._refuse(path, "This is a link to a file outside the folder; import that file by its own name.")
        else:
            yield describe(self._root, path, state)

    def _refuse(self, path: Path, reason: str) -> None:
        name = display_name(path.relative_to(self._root).as_posix())
        self.refused.append(Skipped(name or path.name, reason))
