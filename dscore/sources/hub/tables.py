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

EMPTY = "has no picture in its bytes; its row only names one. If it lies in the repository as a file, import the loose pictures."


@dataclass(frozen=True, slots=True)
class Shape:
    """What a parquet's schema says: the column of pictures, where in it bytes and names are, columns that can be captions.

    `image` holds a picture in each row, or a list of them (`many`); `names` is "" where it is nothing but bytes.
    """

    rows: int
    image: str
    content: str
    names: str
    many: bool
    columns: tuple[str, ...]
    classes: Mapping[str, tuple[str, ...]]


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
    nested = [
        one.name for one in schema if arrow.is_struct(_single(one.type, arrow)) and _has_bytes(_single(one.type, arrow))
    ]
    binary = [one.name for one in schema if arrow.is_binary(one.type) or arrow.is_large_binary(one.type)]
    named = [one for one, feature in features.items() if feature.get("_type") == "Image"]
    image = next(iter([one for one in named if one in nested + binary] or nested or binary), None)
    if image is None:
        raise SourceError(f"{name} holds no column of pictures; its columns are: {', '.join(schema.names[:20])}.")
    columns = tuple(one.name for one in schema if one.name != image and _can_be_caption(one.type, arrow))
    classes = {one: tuple(map(str, of["names"])) for one, of in features.items() if isinstance(of.get("names"), list)}
    leaves = [file.schema.column(place).path for place in range(len(file.schema))]
    content, names = (_leaf(leaves, image, end) for end in ("bytes", "path"))
    many = schema.field(image).type != _single(schema.field(image).type, arrow)
    return Shape(file.metadata.num_rows, image, content or image, names, many, columns, classes)


def _single(kind: Any, arrow: Any) -> Any:
    """What a list holds, else the type itself."""
    return kind.value_type if arrow.is_list(kind) or arrow.is_large_list(kind) else kind


def _leaf(leaves: Sequence[str], image: str, end: str) -> str:
    """`image.bytes`, or `images.list.element.bytes`; "" where there is none."""
    return next((leaf for leaf in leaves if leaf.startswith(f"{image}.") and leaf.endswith(f".{end}")), "")


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
    kind = _single(kind, arrow)
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

    def _pictures(self, group: int, number: int, row: Mapping[str, Any], most: int) -> Iterator[SourceFile]:
        """Those of one row; they share its caption."""
        named = {column: self._named(column, row.get(column)) for column in self._columns}
        caption = caption_of(named, self._columns, self.label)
        base = self.label.rpartition("/")[2].removesuffix(".parquet")
        image, key, name = row.get(self._shape.image), f"{group}:{number}", f"{base}-{group:03}-{number:06}"
        if not self._shape.many:
            yield SourceFile(key, _path(image) or name, most, caption)
            return
        for place, one in enumerate(image or []):
            yield SourceFile(f"{key}:{place}", _path(one) or f"{name}-{place}", most, caption)

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
    path = image.get("path") if isinstance(image, Mapping) else None
    return display_name(path) if isinstance(path, str) and path else ""


def _bytes(image: Any) -> Any:
    """Of one picture, or of each of a list."""
    if isinstance(image, list):
        return [_bytes(one) for one in image]
    return image.get("bytes") if isinstance(image, Mapping) else image
