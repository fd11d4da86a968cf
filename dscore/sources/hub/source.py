"""The source of what was downloaded: one part for each file or layout, joined."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from dscore.errors import SourceError
from dscore.models import Skipped, SourceFile, Survey
from dscore.sources.base import Source
from dscore.sources.hub.beside import Beside
from dscore.sources.hub.client import HubFile
from dscore.sources.hub.loose import HubArchive, LooseSource
from dscore.sources.hub.offers import Layout, Offer
from dscore.sources.hub.tables import TableSource
from dscore.sources.hub.tars import TarSource
from dscore.sources.limits import SourceLimits

Reader = Callable[[Path, str, Sequence[str], SourceLimits], Source]
FILES: dict[Layout, Reader] = {
    Layout.ZIP: HubArchive,
    Layout.PARQUET: TableSource,
    Layout.TAR: TarSource,
}


class HubSource:
    """Downloaded offers as one source; a file that cannot be opened is listed, and the others go in."""

    def __init__(
        self,
        offers: Sequence[Offer],
        stored: Callable[[str], Path],
        *,
        label: str,
        name: str,
        columns: Sequence[str],
        limits: SourceLimits,
        files: Sequence[HubFile] = (),
    ) -> None:
        """`files` are all of the repository, since tables may name pictures among them."""
        beside = Beside(files, stored, repo=name, most=limits.picture_bytes)
        readers: dict[Layout, Reader] = {**FILES, Layout.PARQUET: partial(TableSource, beside=beside)}
        self.label, self.suggested_name = label, name
        self._parts: list[tuple[str, Source]] = []
        self._broken: list[Skipped] = []
        for offer in offers:
            if offer.layout is Layout.LOOSE:
                self._parts.append(("", LooseSource(offer.files, stored, columns, limits)))
                continue
            for file in (file for file in offer.files if stored(file.path).exists()):
                try:
                    self._parts.append(
                        (file.path, readers[offer.layout](stored(file.path), file.path, columns, limits))
                    )
                except SourceError as error:
                    self._broken.append(Skipped(file.path, str(error)))

    def named(self) -> list[HubFile]:
        """Pictures of the repository that tables only name, each once; to be downloaded before they are read."""
        tables = (part for _, part in self._parts if isinstance(part, TableSource))
        return list({file.path: file for table in tables for file in table.named()}.values())

    def look(self) -> Survey:
        """See `Source.look`; a file's pictures are named below it where there are several."""
        surveys = [self._look(number) for number in range(len(self._parts))]
        return Survey(
            pictures=tuple(picture for survey in surveys for picture in survey.pictures),
            skipped=(*(line for survey in surveys for line in survey.skipped), *self._broken),
            notes=tuple(note for survey in surveys for note in survey.notes),
            counts=tuple(pair for survey in surveys for pair in survey.counts),
        )

    def read(self, file: SourceFile) -> Iterator[bytes]:
        """See `Source.read`."""
        number, _, key = file.key.partition(":")
        return self._parts[int(number)][1].read(replace(file, key=key))

    def close(self) -> None:
        """See `Source.close`."""
        for _, part in self._parts:
            part.close()

    def _look(self, number: int) -> Survey:
        file, part = self._parts[number]
        try:
            survey = part.look()
        except SourceError as error:
            return Survey((), skipped=(Skipped(file, str(error)),))
        within = f"{file}/" if file and len(self._parts) > 1 else ""
        pictures = (replace(one, key=f"{number}:{one.key}", name=within + one.name) for one in survey.pictures)
        skipped = (Skipped(within + line.name, line.reason) for line in survey.skipped)
        return replace(survey, pictures=tuple(pictures), skipped=tuple(skipped))
