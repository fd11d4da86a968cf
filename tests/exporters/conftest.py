"""A small library with real pictures, and a way to run an export to its end."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from dscore.config import Library
from dscore.exporters.base import ExportOptions, ExportResult
from dscore.exporters.registry import exporter
from dscore.models import ExportItem

_EXTENSIONS = {"jpeg": ".jpg", "tiff": ".tif"}
ItemMaker = Callable[..., ExportItem]
Exporting = Callable[..., ExportResult]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path / "library")
    library.images.mkdir(parents=True)
    library.exports.mkdir()
    return library


@pytest.fixture
def make_item(library: Library) -> ItemMaker:
    """An item whose picture lies in the library; each id has another colour. Any field can be given."""

    def make(item_id: int, *, caption: str = "mychar, 1girl", **fields: Any) -> ExportItem:
        kind, orientation = fields.get("format", "png"), fields.get("orientation", 1)
        content = _picture(item_id, kind, orientation)
        path = library.images / f"{item_id}{_EXTENSIONS.get(kind, '.' + kind)}"
        path.write_bytes(content)
        item = ExportItem(
            item_id=item_id,
            name=f"picture {item_id}.png",
            path=str(path),
            sha256=hashlib.sha256(content).hexdigest(),
            format=kind,
            width=24,
            height=16,
            orientation=orientation,
            frames=1,
            caption=caption,
        )
        return replace(item, **fields)

    return make


@pytest.fixture
def export(library: Library) -> Exporting:
    """Plan and write in one go; options as keywords."""

    def run(items: list[ExportItem], target: Path, *, kind: str = "plain", **options: Any) -> ExportResult:
        chosen = exporter(kind)
        plan = chosen.plan(items, ExportOptions(dataset="My set", **options), target=target)
        writing = chosen.write(plan, library=library)
        while True:
            try:
                next(writing)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]  # what a generator returns is Any there

    return run


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under a folder with its bytes."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _picture(number: int, kind: str, orientation: int) -> bytes:
    image = Image.new("RGB", (24, 16), (number * 37 % 256, number * 11 % 256, 90))
    image.paste((255, 255, 255), (0, 0, 4, 4))
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    image.save(buffer, kind.upper(), **({} if orientation == 1 else {"exif": exif.tobytes()}))
    return buffer.getvalue()
