"""Parquet: pictures as bytes in a column, captions in others; read group of rows by group of rows, never whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from dscore.errors import SourceError, UnreadableImageError
from dscore.models import SourceFile, Survey
from dscore.sources.base import BLOCK_BYTES
from dscore.sources.hub.beside import Beside
from dscore.sources.hub.client import HubFile
from dscore.sources.hub.labels import USUAL, caption_of, usual_columns
from dscore.sources.hub.shapes import opened, shape_of
from dscore.sources.limits import SourceLimits
from dscore.sources.names import display_name

_Place = tuple[int, ...]
"""A row of its group, and where a row holds several pictures, which of them."""

BATCH = 8
"""Rows decoded at once. Memory follows the group of rows, 100 MB where `datasets` wrote it."""

EMPTY = "has no picture in its bytes"


class TableSource:
    """One parquet file; one picture's group of rows is open at a time."""

    suggested_name = "pictures"

    def __init__(
        self, path: Path, name: str, columns: Sequence[str], limits: SourceLimits, *, beside: Beside | None = None
    ) -> None:
        """`beside` has the pictures that rows only name. Raises SourceError where it is no parquet with pictures."""
        self.label, self._name, self._beside = display_name(name), name, beside or Beside()
        self._file = opened(path, self.label)
        self._shape, self._limits = shape_of(self._file, self.label), limits
        named = [one for one in self._shape.columns if one.lower() in USUAL]
        self._columns = tuple(columns) or usual_columns(named)
        self._open: tuple[int, Iterator[Any]] | None = None
        self._row = 0
        self._known: dict[int, frozenset[_Place]] = {}
        self._names: tuple[int, list[Any]] = (-1, [])

    def named(self) -> Iterator[HubFile]:
        """The repository's files of those pictures that are here only by name. Nothing of a damaged file."""
        with suppress(SourceError):  # the look will say so
            for group in range(self._file.metadata.num_row_groups):
                for place in sorted(self._bare(group)):
                    if file := self._found(self._called(group, place)):
                        yield file

    def look(self) -> Survey:
        """See `Source.look`; a size is the most that a picture can have, its group's."""
        captions = [one for one in self._columns if one in self._shape.columns]
        wanted = [*captions, *([self._shape.names] if self._shape.names else [])]
        pictures: list[SourceFile] = []
        for group in range(self._file.num_row_groups):
            most = min(self._group_bytes(group), self._limits.picture_bytes)
            for number, row in enumerate(self._rows(group, wanted)):
                pictures += self._pictures(group, number, row, most)
        return Survey(tuple(pictures), counts=((".parquet", 1),))

    def read(self, file: SourceFile) -> Iterator[bytes]:
        """See `Source.read`; quick where pictures are asked for in order."""
        group, row, *place = map(int, file.key.split(":"))
        content = self._content(group, row)
        if place:
            content = content[place[0]] if isinstance(content, list) and place[0] < len(content) else None
        if not isinstance(content, bytes) or not content:
            yield from self._elsewhere(file, self._called(group, (row, *place)))
            return
        if len(content) > file.size:
            raise UnreadableImageError(f"{file.name} is larger than a picture may be.")
        yield from (content[place : place + BLOCK_BYTES] for place in range(0, len(content), BLOCK_BYTES))

    def close(self) -> None:
        """See `Source.close`."""
        self._open = None
        self._file.close()

    def _elsewhere(self, file: SourceFile, called: str) -> Iterator[bytes]:
        if not called:
            raise UnreadableImageError(f"{file.name} {EMPTY}, and its row names no file.")
        found = self._found(called)
        if found is None:
            what = f"names “{display_name(called)}”, which is no picture in the repository, or one that is too large."
            raise UnreadableImageError(f"{file.name} {EMPTY}; its row {what}")
        yield from self._beside.read(file, found)

    def _found(self, called: str) -> HubFile | None:
        return self._beside.find(called, self._name) if called else None

    def _called(self, group: int, place: _Place) -> str:
        """What a row calls its picture, "" where it does not."""
        if self._names[0] != group:
            wanted = [self._shape.names] if self._shape.names else []
            self._names = (group, [row.get(self._shape.image) for row in self._rows(group, wanted)])
        image = self._names[1][place[0]]
        return _raw_path(image[place[1]] if len(place) > 1 and isinstance(image, list) else image)

    def _bare(self, group: int) -> frozenset[_Place]:
        """Where pictures without bytes are; bytes are read for it only where the file does not say that there are none such."""
        if group not in self._known:
            self._known[group] = frozenset(self._without(group)) if self._may_lack(group) else frozenset()
        return self._known[group]

    def _may_lack(self, group: int) -> bool:
        of_group = self._file.metadata.row_group(group)
        columns = (of_group.column(place) for place in range(of_group.num_columns))
        facts = next(one.statistics for one in columns if one.path_in_schema == self._shape.content)
        full = facts is not None and facts.has_null_count and not facts.null_count
        return bool(self._shape.names) and not full

    def _without(self, group: int) -> Iterator[_Place]:
        for number, content in enumerate(self._bytes(group)):
            if isinstance(content, list):
                yield from ((number, place) for place, one in enumerate(content) if one is None)
            elif content is None and not self._shape.many:
                yield (number,)

    def _group_bytes(self, group: int) -> int:
        return int(self._file.metadata.row_group(group).total_byte_size) + BLOCK_BYTES

    def _rows(self, group: int, columns: list[str]) -> Iterator[Mapping[str, Any]]:
        if not columns:
            yield from ({} for _ in range(self._file.metadata.row_group(group).num_rows))
            return
        try:
            for batch in self._file.iter_batches(batch_size=1000, row_groups=[group], columns=columns):
                yield from batch.to_pylist()
        except (OSError, ValueError) as error:
            raise SourceError(f"{self.label} is damaged: {str(error)[:200]}") from error

    def _pictures(self, group: int, number: int, row: Mapping[str, Any], most: int) -> Iterator[SourceFile]:
        """Those of one row; they share its caption."""
        named = {column: self._named(column, row.get(column)) for column in self._columns}
        caption = caption_of(named, self._columns, self.label)
        base = self.label.rpartition("/")[2].removesuffix(".parquet")
        image, key, name = row.get(self._shape.image), f"{group}:{number}", f"{base}-{group:03}-{number:06}"
        places: list[_Place] = [(place,) for place in range(len(image or []))] if self._shape.many else [()]
        for place in places:
            one = image[place[0]] if image and place else image
            found = self._found(_raw_path(one)) if (number, *place) in self._bare(group) else None
            said = "".join(f"-{number}" for number in place)
            of_row = ":".join(map(str, (key, *place)))
            yield SourceFile(of_row, _path(one) or name + said, found.size if found else most, caption)

    def _named(self, column: str, value: Any) -> Any:
        """A class by its name."""
        names = self._shape.classes.get(column)
        return names[value] if names and isinstance(value, int) and 0 <= value < len(names) else value

    def _content(self, group: int, row: int) -> Any:
        if self._open is None or self._open[0] != group or row < self._row:
            self._open, self._row = (group, self._bytes(group)), 0
        found = None
        while self._row <= row:
            found = next(self._open[1], None)
            self._row += 1
        return found

    def _bytes(self, group: int) -> Iterator[Any]:
        """The pictures of one group, a few at a time."""
        try:
            for batch in self._file.iter_batches(batch_size=BATCH, row_groups=[group], columns=[self._shape.content]):
                yield from (_bytes(value.as_py()) for value in batch.column(0))
        except (OSError, ValueError) as error:
            raise SourceError(f"{self.label} is damaged: {str(error)[:200]}") from error


def _path(image: Any) -> str:
    path = _raw_path(image)
    return display_name(path) if path else ""


def _raw_path(image: Any) -> str:
    path = image.get("path") if isinstance(image, Mapping) else None
    return path if isinstance(path, str) else ""


def _bytes(image: Any) -> Any:
    """Of one picture, or of each of a list."""
    if isinstance(image, list):
        return [_bytes(one) for one in image]
    return image.get("bytes") if isinstance(image, Mapping) else image
