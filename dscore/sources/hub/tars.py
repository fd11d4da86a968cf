"""Webdataset: pictures and what is said of them as members of a tar, which belong together by the name up to its first dot.

A tar is read header by header and never unpacked; a picture is read at its place in it. See hub-docs, datasets-webdataset.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from dscore.errors import SourceError, UnreadableImageError
from dscore.models import CaptionFile, Skipped, SourceFile, Survey
from dscore.sources.base import BLOCK_BYTES
from dscore.sources.captions import decode_caption
from dscore.sources.hub.labels import is_label, labelled, read_labels
from dscore.sources.kinds import Kind, kind_of
from dscore.sources.limits import SourceLimits
from dscore.sources.names import display_name, points_outside
from dscore.sources.survey import take_stock
from dscore.text.names import fold_name


class TarSource:
    """One tar; kept open, so that it stays readable until `close`."""

    def __init__(self, path: Path, name: str, columns: Sequence[str], limits: SourceLimits) -> None:
        """Raises SourceError where it cannot be opened."""
        self.label, self.suggested_name = display_name(name), "pictures"
        self._columns, self._limits = columns, limits
        try:
            self._path, self._stream = path, path.open("rb")
        except OSError as error:
            raise SourceError(f"{name} cannot be opened: {error.strerror}.") from error

    def look(self) -> Survey:
        """See `Source.look`."""
        files, refused = [], []
        for file, reason in self._members():
            if reason:
                refused.append(Skipped(file.name or "?", reason))
            else:
                files.append(file)
        plain = [file for file in files if not is_label(file.name)]
        captions = {_prefix(file.name): file for file in plain if kind_of(file.name) is Kind.CAPTION}
        survey = take_stock(plain, refused=refused, read=self.read, limits=self._limits)
        survey = self._by_prefix(survey, captions)
        labels = read_labels((file for file in files if is_label(file.name)), self.read, self._limits)
        return labelled(survey, labels, self._columns)

    def read(self, file: SourceFile) -> Iterator[bytes]:
        """See `Source.read`; the key is the place in the tar."""
        self._stream.seek(int(file.key))
        left = file.size
        while left:
            block = self._stream.read(min(BLOCK_BYTES, left))
            if not block:
                raise UnreadableImageError(f"{file.name} in {self.label} is cut off. Import it again.")
            left -= len(block)
            yield block

    def close(self) -> None:
        """See `Source.close`."""
        self._stream.close()

    def _members(self) -> Iterator[tuple[SourceFile, str]]:
        """(member, why it is not taken or "")."""
        try:
            with tarfile.open(self._path, "r:") as tar:
                for number, member in enumerate(tar):
                    if number >= self._limits.entries:
                        raise SourceError(f"{self.label} holds over {self._limits.entries:,} files, the limit.")
                    if not member.isdir():
                        name = display_name(member.name)
                        yield SourceFile(str(member.offset_data), name, member.size), _refusal(member)
        except (tarfile.TarError, OSError, EOFError, ValueError) as error:
            raise SourceError(f"{self.label} is no tar that can be read: {error}.") from error

    def _by_prefix(self, survey: Survey, captions: dict[str, SourceFile]) -> Survey:
        """`7.main.jpg` and `7.txt` belong together, too."""
        taken: set[str] = set()

        def with_caption(picture: SourceFile) -> SourceFile:
            file = captions.get(_prefix(picture.name))
            if picture.caption is not None or file is None or file.size > self._limits.caption_bytes:
                return picture
            taken.add(file.name)
            return replace(picture, caption=self._caption(file))

        pictures = tuple(with_caption(picture) for picture in survey.pictures)
        skipped = tuple(line for line in survey.skipped if line.name not in taken)
        return replace(survey, pictures=pictures, skipped=skipped)

    def _caption(self, file: SourceFile) -> CaptionFile:
        return decode_caption(b"".join(self.read(file)), file.name)


def _prefix(name: str) -> str:
    folder, slash, base = fold_name(name).rpartition("/")
    return folder + slash + base.partition(".")[0]


def _refusal(member: tarfile.TarInfo) -> str:
    if points_outside(member.name):
        return "Its name points outside the tar (.., a drive, an absolute path)."
    if not member.isreg() or member.issparse():
        return "This is a link, a pipe, a device or a file with holes, not a picture."
    return ""
