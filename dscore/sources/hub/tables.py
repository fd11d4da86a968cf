"""Parquet: pictures as bytes in a column, captions in others; read group of rows by group of rows, never whole."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from dscore.errors import SourceError, UnreadableImageError
from dscore.models import SourceFile, Survey
from dscore.sources.base import BLOCK_BYTES
from dscore.sources.hub.labels import USUAL, caption_of, usual_columns
from dscore.sources.limits import SourceLimits
from dscore.sources.names import display_name

BATCH = 8
"""Rows decoded at once. Memory follows the group of rows, 100 MB where `datasets` wrote it."""

EMPTY = "has no picture in its bytes; it only names one elsewhere."


@dataclass(frozen=True, slots=True)
class Shape:
    """What a parquet's schema says: the column of pictures, whether that is {bytes, path}, columns that can be captions."""

    rows: int
    image: str
    nested: bool
    columns: tuple[str, ...]
    classes: Mapping[str, tuple[str, ...]]

    @property
    def content(self) -> str:
        """The column of the bytes themselves."""
        return f"{self.image}.bytes" if self.nested else self.image


def _opened(source: Path | BinaryIO, name: str) -> Any:
    parquet = importlib.import_module("pyarrow.parquet")
    try:
        return parquet.ParquetFile(source, pre_buffer=False)
    except (OSError, ValueError) as error:  # pyarrow's own errors are kinds of these
        raise SourceError(f"{name} is no parquet file that can be read: {str(error)[:200]}") from error


def shape(source: Path | BinaryIO, name: str) -> Shape:
    """From the file's own schema; the rest of the file is not read. Raises SourceError where it holds no pictures."""
    return _shape(_opened(source, name), name)


def _shape(file: Any, name: str) -> Shape:
    arrow = importlib.import_module("pyarrow").types
    schema = file.schema_arrow
    features = _features(schema.metadata or {})
    nested = [one.name for one in schema if arrow.is_struct(one.type) and _has_bytes(one.type)]
    binary = [one.name for one in schema if arrow.is_binary(one.type) or arrow.is_large_binary(one.type)]
    named = [one for one, feature in features.items() if feature.get("_type") == "Image"]
    image = next(iter([one for one in named if one in nested + binary] or nested or binary), None)
    if image is None:
        raise SourceError(f"{name} holds no column of pictures; its columns are: {', '.join(schema.names[:20])}.")
    columns = tuple(one.name for one in schema if one.name != image and _can_be_caption(one.type, arrow))
    classes = {one: tuple(map(str, of["names"])) for one, of in features.items() if isinstance(of.get("names"), list)}
    return Shape(file.metadata.num_rows, image, image in nested, columns, classes)


def _features(metadata: Mapping[bytes, bytes]) -> dict[str, dict[str, Any]]:
    """What `datasets` notes of each column, where it does."""
    try:
        found = json.loads(metadata.get(b"huggingface", b"{}"))["info"]["features"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return {name: of for name, of in found.items() if isinstance(of, dict)} if isinstance(found, dict) else {}


def _has_bytes(kind: Any) -> bool:
    return "bytes" in {kind.field(place).name for place in range(kind.num_fields)}


def _can_be_caption(kind: Any, arrow: Any) -> bool:
    if arrow.is_list(kind) or arrow.is_large_list(kind):
        kind = kind.value_type
    return bool(arrow.is_string(kind) or arrow.is_large_string(kind) or arrow.is_integer(kind))


class TableSource:
    """One parquet file; one picture's group of rows is open at a time."""

    suggested_name = "pictures"

    def __init__(self, path: Path, name: str, columns: Sequence[str], limits: SourceLimits) -> None:
        """Raises SourceError where it is no parquet with pictures."""
        self.label = display_name(name)
        self._file = _opened(path, self.label)
        self._shape, self._limits = _shape(self._file, self.label), limits
        named = [one for one in self._shape.columns if one.lower() in USUAL]
        self._columns = tuple(columns) or usual_columns(named)
        self._open: tuple[int, Iterator[Any]] | None = None
        self._row = 0

    def look(self) -> Survey:
        """See `Source.look`; a size is the most that a picture can have, its group's."""
        captions = [one for one in self._columns if one in self._shape.columns]
        wanted = [*captions, *([f"{self._shape.image}.path"] if self._shape.nested else [])]
        pictures: list[SourceFile] = []
        for group in range(self._file.num_row_groups):
            most = min(self._group_bytes(group), self._limits.picture_bytes)
            rows = self._rows(group, wanted)
            pictures += [self._picture(group, number, row, most) for number, row in enumerate(rows)]
        return Survey(tuple(pictures), counts=((".parquet", 1),))

    def read(self, file: SourceFile) -> Iterator[bytes]:
        """See `Source.read`; quick where pictures are asked for in order."""
        group, row = map(int, file.key.split(":"))
        content = self._content(group, row)
        if not isinstance(content, bytes) or not content:
            raise UnreadableImageError(f"{file.name} {EMPTY}")
        if len(content) > file.size:
            raise UnreadableImageError(f"{file.name} is larger than a picture may be.")
        yield from (content[place : place + BLOCK_BYTES] for place in range(0, len(content), BLOCK_BYTES))

    def close(self) -> None:
        """See `Source.close`."""
        self._open = None
        self._file.close()

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

    def _picture(self, group: int, number: int, row: Mapping[str, Any], most: int) -> SourceFile:
        image = row.get(self._shape.image)
        path = image.get("path") if isinstance(image, Mapping) else None
        base = self.label.rpartition("/")[2].removesuffix(".parquet")
        name = display_name(path) if isinstance(path, str) and path else ""
        named = {column: self._named(column, row.get(column)) for column in self._columns}
        caption = caption_of(named, self._columns, self.label)
        return SourceFile(f"{group}:{number}", name or f"{base}-{group:03}-{number:06}", most, caption)

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
                column = batch.column(0)
                values = column.field("bytes") if self._shape.nested else column
                yield from (value.as_py() for value in values)
        except (OSError, ValueError) as error:
            raise SourceError(f"{self.label} is damaged: {str(error)[:200]}") from error
