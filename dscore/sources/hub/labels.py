"""Captions that stand in another file than the picture's own .txt: metadata tables, and JSON files beside the pictures.

A table (`metadata.csv`, `.jsonl`, `.parquet`, or any CSV or JSON lines with a column of files) names pictures relative to its own
folder. `.photo_meta.json` (waifuc) and `photo.json` (webdataset, gallery-dl) lie beside `photo.jpg`.
"""

from __future__ import annotations

import csv
import importlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dscore.errors import UnreadableImageError
from dscore.models import CaptionFile, Skipped, SourceFile, Survey
from dscore.sources.captions import Read, decode_caption, stem
from dscore.sources.kinds import extension
from dscore.sources.limits import SourceLimits
from dscore.sources.names import display_name
from dscore.text.names import fold_name
from dscore.text.sizes import readable_size

USUAL = ("text", "caption", "captions", "prompt", "tags", "tag_string", "description")
"""Columns that hold a caption, the likeliest first."""

FILES = ("file_name", "filename", "image", "file", "path", "image_path", "img")
TABLES = {".csv", ".tsv", ".jsonl", ".ndjson"}
MOST_BYTES = 256 << 20
META = "_meta.json"

Row = Mapping[str, Any]


def is_label(name: str) -> bool:
    """Whether a file may say captions of pictures, by its name."""
    base = name.rpartition("/")[2].lower()
    return extension(base) in TABLES or base == "metadata.parquet" or _beside(name) is not None


def _beside(name: str) -> str | None:
    """The picture's name without extension that a JSON file is about, or None."""
    folder, slash, base = name.rpartition("/")
    if base.startswith(".") and base.endswith(META):
        return folder + slash + base[1 : -len(META)]
    return folder + slash + base[:-5] if base.lower().endswith(".json") and not base.startswith(".") else None


def usual_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """The column that is a caption by its name, or none."""
    known = {name.lower(): name for name in columns}
    return next(((known[name],) for name in USUAL if name in known), ())


def written(value: Any) -> str:
    """A value as a caption: a text as it is, a list joined by commas, of a table of scores its names."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return ", ".join(str(name) for name in value)
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return ", ".join(part for one in value if (part := written(one)))
    return "" if isinstance(value, bytes) else str(value)


def caption_of(row: Row, columns: Sequence[str], name: str) -> CaptionFile | None:
    """The chosen columns as one caption, joined by commas; None where they are empty."""
    text = ", ".join(part for column in columns if (part := written(row.get(column))))
    return replace(decode_caption(text.encode("utf-8", "replace"), name), encoding="utf-8") if text else None


@dataclass(slots=True)
class Labels:
    """What all such files of one source say."""

    columns: dict[str, None] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    _rows: dict[str, tuple[str, Row]] = field(default_factory=dict)

    def find(self, name: str) -> tuple[str, Row] | None:
        """(the file that says it, its row) for a picture."""
        own = fold_name(name)
        folder, slash, base = own.rpartition("/")
        prefix = folder + slash + base.partition(".")[0]
        return next((found for key in (own, fold_name(stem(name)), prefix) if (found := self._rows.get(key))), None)

    def add(self, about: str, file: str, row: Row) -> None:
        """A picture's row; of two the first stays."""
        self._rows.setdefault(fold_name(display_name(about)), (file, row))
        self.columns.update(dict.fromkeys(name for name in row if not _names_a_file(name)))

    def read(self, file: SourceFile, data: bytes) -> None:
        """Take in one file."""
        try:
            about = _beside(file.name)
            if about is not None:
                row = json.loads(data)
                if isinstance(row, dict):
                    self.add(about, file.name, row)
                return
            for row in _table(file.name, data):
                self._take(file.name, row)
        except (ValueError, RecursionError, csv.Error, OSError) as error:
            reason = "It cannot be understood, so its captions were not taken"
            self.skipped.append(Skipped(file.name, f"{reason}: {str(error)[:100]}."))

    def _take(self, file: str, row: Row) -> None:
        folder, slash, _ = file.rpartition("/")
        for key in filter(_names_a_file, row):
            if isinstance(row[key], str) and row[key]:
                self.add(folder + slash + row[key], file, row)


def _names_a_file(column: str) -> bool:
    return column in FILES or column.endswith("_file_name")


def _table(name: str, data: bytes) -> Iterator[Row]:
    suffix = extension(name)
    if suffix == ".parquet":
        parquet = importlib.import_module("pyarrow.parquet")
        for batch in parquet.ParquetFile(io.BytesIO(data)).iter_batches(batch_size=1000):
            yield from batch.to_pylist()
        return
    text = data.decode("utf-8-sig", "replace")
    if suffix in {".csv", ".tsv"}:
        yield from csv.DictReader(io.StringIO(text, newline=""), delimiter="," if suffix == ".csv" else "\t")
        return
    for line in text.split("\n"):
        if line.strip() and isinstance(row := json.loads(line), dict):
            yield row


def read_labels(files: Iterable[SourceFile], read: Read, limits: SourceLimits) -> Labels:
    """All that they say; a file that is too large or cannot be read is `skipped`."""
    labels, total = Labels(), 0
    for file in files:
        largest = limits.caption_bytes if _beside(file.name) is not None else MOST_BYTES
        total += file.size
        if file.size > largest or total > MOST_BYTES:
            labels.skipped.append(
                Skipped(file.name, f"It has {readable_size(file.size)}, too much to read captions of.")
            )
            continue
        try:
            labels.read(file, b"".join(read(file)))
        except UnreadableImageError as error:
            labels.skipped.append(Skipped(file.name, str(error)))
    return labels


def labelled(survey: Survey, labels: Labels, columns: Sequence[str]) -> Survey:
    """The survey with their captions: chosen columns go before a picture's own .txt, a column that only looks right after it."""
    wanted = tuple(columns) or usual_columns(labels.columns)
    pictures = tuple(_labelled(picture, labels, wanted, first=bool(columns)) for picture in survey.pictures)
    return replace(survey, pictures=pictures, skipped=(*survey.skipped, *labels.skipped))


def _labelled(picture: SourceFile, labels: Labels, columns: Sequence[str], *, first: bool) -> SourceFile:
    found = labels.find(picture.name)
    if found is None or (picture.caption is not None and not first):
        return picture
    caption = caption_of(found[1], columns, found[0])
    return picture if caption is None else replace(picture, caption=caption)
