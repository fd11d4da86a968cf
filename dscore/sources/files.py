"""Single pictures, with the captions that lie beside them."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from dscore.errors import SourceError
from dscore.models import Skipped, SourceFile, Survey
from dscore.sources.captions import stem
from dscore.sources.disk import describe, read_unchanged
from dscore.sources.kinds import READABLE, Kind, kind_of
from dscore.sources.limits import SourceLimits
from dscore.sources.names import display_name, safe_name
from dscore.sources.survey import take_stock
from dscore.text.names import fold_name


class FilesSource:
    """Files of one folder, chosen one by one."""

    def __init__(self, paths: Sequence[Path], limits: SourceLimits) -> None:
        """All `paths` lie in one folder. Raises SourceError where that cannot be opened."""
        self._root = paths[0].parent.resolve()
        self._chosen = {path.name for path in paths}
        self._limits = limits
        first = display_name(paths[0].name)
        self.label = first if len(self._chosen) == 1 else f"{first} and {len(self._chosen) - 1:,} more"
        self.suggested_name = safe_name(self._root.name, otherwise="pictures")
        try:
            self._beside = [path for path in self._root.iterdir() if kind_of(path.name) is Kind.CAPTION]
        except OSError as error:
            raise SourceError(
                f"The folder {self._root} cannot be opened: {error.strerror}. Check its rights."
            ) from error

    def look(self) -> Survey:
        """Every chosen file is taken or listed; other files beside them are not; see `Source.look`."""
        paths = [self._root / name for name in sorted(self._chosen)] + list(self._captions())
        files, refused = [], []
        for path in paths:
            kind = kind_of(path.name)
            state = path.stat() if path.is_file() else None
            if state is None or not stat.S_ISREG(state.st_mode):
                refused.append(Skipped(display_name(path.name), "There is no such file any more."))
            elif kind in {Kind.OTHER, Kind.HIDDEN, Kind.CLUTTER}:
                refused.append(
                    Skipped(display_name(path.name), f"It is no picture by its name; dscore reads {READABLE}.")
                )
            else:
                files.append(describe(self._root, path, state))
        return take_stock(files, refused=refused, read=self.read, limits=self._limits)

    def read(self, file: SourceFile) -> Iterator[bytes]:
        """See `Source.read`."""
        return read_unchanged(self._root, file)

    def close(self) -> None:
        """Nothing is kept open."""

    def _captions(self) -> Iterator[Path]:
        """The captions beside the chosen pictures that were not chosen themselves."""
        pictures = [name for name in self._chosen if kind_of(name) is Kind.PICTURE]
        wanted = {fold_name(own) for name in pictures for own in (name, stem(name))}
        for path in self._beside:
            if path.name not in self._chosen and fold_name(stem(path.name)) in wanted and os.access(path, os.R_OK):
                yield path
