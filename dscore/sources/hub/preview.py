"""What an offer holds, from a few kilobytes of it: a ZIP's table of contents, a parquet's schema, the head of a tar."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from dscore.errors import SourceError
from dscore.models import SourceFile
from dscore.sources.hub import shapes
from dscore.sources.hub.client import HubClient, HubFile
from dscore.sources.hub.labels import Labels, is_label, usual_columns
from dscore.sources.hub.offers import Layout, Offer
from dscore.sources.hub.remote import opened
from dscore.sources.kinds import Kind, extension, kind_of
from dscore.sources.limits import SourceLimits
from dscore.sources.names import display_name
from dscore.sources.zip_directory import read_directory

HEAD = 256 << 10
FEW = 3
MOST_SHAPES = 16


@dataclass(slots=True)
class Preview:
    """Pictures (None: not known before the download), caption files, columns that can be captions, and what is odd."""

    pictures: int | None = 0
    captions: int = 0
    columns: dict[str, None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def usual(self) -> tuple[str, ...]:
        """The column that is taken where none is chosen."""
        return usual_columns(self.columns)


def preview(client: HubClient, commit: str, offers: Sequence[Offer], limits: SourceLimits) -> Preview:
    """Look at these offers from afar. Raises FetchError; what is odd in one file becomes a note."""
    found = Preview()
    for offer in offers:
        {Layout.LOOSE: _loose, Layout.ZIP: _zip, Layout.PARQUET: _parquet, Layout.TAR: _tar}[offer.layout](
            client, commit, offer, limits, found
        )
    return found


def _loose(client: HubClient, commit: str, offer: Offer, _: SourceLimits, found: Preview) -> None:
    _names((file.path for file in offer.files), found)
    labels = [file for file in offer.files if is_label(file.path) and file.size]
    tabular = [file for file in labels if not file.path.endswith(".json")]
    beside = [file for file in labels if file.path.endswith(".json")]
    for file in [*tabular[:FEW], *beside[:FEW]]:
        _columns(client, commit, file, found)


def _zip(client: HubClient, commit: str, offer: Offer, limits: SourceLimits, found: Preview) -> None:
    file = offer.files[0]
    try:
        directory = read_directory(opened(client, file, commit), file_size=file.size, label=file.path, limits=limits)
    except SourceError as error:
        found.notes.append(str(error))
        return
    names = [display_name(entry.name) for entry in directory.entries]
    _names(names, found)
    if any(name.endswith("_meta.json") and kind_of(name) is Kind.HIDDEN for name in names):
        found.columns["tags"] = None
    if any(is_label(name) and not name.endswith(".json") for name in names):
        found.notes.append(f"{file.path} brings a table of captions along; its columns are known after the download.")


def _parquet(client: HubClient, commit: str, offer: Offer, _: SourceLimits, found: Preview) -> None:
    for file in offer.files[:MOST_SHAPES]:
        shape = shapes.shape(opened(client, file, commit), file.path)
        found.pictures = None if found.pictures is None or shape.many else found.pictures + shape.rows
        found.columns.update(dict.fromkeys(shape.columns))
    if len(offer.files) > MOST_SHAPES:
        found.pictures = None


def _tar(client: HubClient, commit: str, offer: Offer, _: SourceLimits, found: Preview) -> None:
    """A tar has no table of contents, so its first members stand for all."""
    found.pictures = None
    file, labels = offer.files[0], Labels()
    head = client.part(file, commit, 0, min(HEAD, file.size)) if file.size else b""
    with suppress(tarfile.TarError, EOFError, ValueError), tarfile.open(fileobj=io.BytesIO(head), mode="r:") as tar:
        for member in tar:
            content = tar.extractfile(member) if is_label(member.name) else None
            if content is not None:
                labels.read(SourceFile("", display_name(member.name), member.size), content.read())
            elif kind_of(member.name) is Kind.CAPTION:
                found.captions += 1
    found.columns.update(labels.columns)


def _names(names: Iterable[str], found: Preview) -> None:
    kinds = [kind_of(name) for name in names]
    found.pictures = None if found.pictures is None else found.pictures + kinds.count(Kind.PICTURE)
    found.captions += kinds.count(Kind.CAPTION)


def _columns(client: HubClient, commit: str, file: HubFile, found: Preview) -> None:
    """From the beginning of a table: its last line may be cut, and is left out."""
    if extension(file.path) == ".parquet":
        data = client.part(file, commit, 0, file.size) if file.size <= 8 << 20 else b""
    else:
        data = client.part(file, commit, 0, min(HEAD, file.size))
        data = data if file.size <= HEAD else data.rpartition(b"\n")[0]
    labels = Labels()
    labels.read(SourceFile("", display_name(file.path), file.size), data)
    found.columns.update(labels.columns)
    found.notes += [f"{line.name}: {line.reason}" for line in labels.skipped]
