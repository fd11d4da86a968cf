"""What a parquet's schema says of its pictures and captions."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from dscore.errors import SourceError


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


def opened(source: Path | BinaryIO, name: str) -> Any:
    """pyarrow's own reader of it; raises SourceError where it is none."""
    parquet = importlib.import_module("pyarrow.parquet")
    try:
        return parquet.ParquetFile(source, pre_buffer=False)
    except (OSError, ValueError) as error:  # pyarrow's own errors are kinds of these
        raise SourceError(f"{name} is no parquet file that can be read: {str(error)[:200]}") from error


def shape(source: Path | BinaryIO, name: str) -> Shape:
    """From the file's own schema; the rest of the file is not read. Raises SourceError where it holds no pictures."""
    return shape_of(opened(source, name), name)


def shape_of(file: Any, name: str) -> Shape:
    """The same of a file that is open."""
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
