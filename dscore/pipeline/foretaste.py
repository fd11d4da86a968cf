"""What the look before an import tells of the pictures themselves: which are none, and how the first ones look."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace

from dscore.config import Library
from dscore.errors import SourceError, UnreadableImageError
from dscore.media.foreign import HEAD_BYTES
from dscore.media.formats import require_picture
from dscore.models import Skipped, SourceFile, Survey
from dscore.pipeline import glimpses
from dscore.sources.base import Source
from dscore.sources.limits import SourceLimits
from dscore.sources.registry import open_source

MOST_HEADS = 2000
"""Beginnings of files that are looked at: half a second in a folder, two in a ZIP. The import itself looks at every one."""

MOST_BYTES = 64 << 20
"""Of all pictures together that are read for their thumbnails."""


def without_impostors(source: Source, survey: Survey) -> Survey:
    """With those pictures skipped that are something else by their first bytes; of the first `MOST_HEADS`."""
    reasons = {picture.key: reason for picture in survey.pictures[:MOST_HEADS] if (reason := _fault(source, picture))}
    if not reasons:
        return survey
    return replace(
        survey,
        pictures=tuple(picture for picture in survey.pictures if picture.key not in reasons),
        skipped=(
            *survey.skipped,
            *(Skipped(one.name, reasons[one.key]) for one in survey.pictures if one.key in reasons),
        ),
    )


def _fault(source: Source, picture: SourceFile) -> str:
    head = b""
    try:
        with contextlib.closing(iter(source.read(picture))) as blocks:  # type: ignore[type-var]  # a generator
            while len(head) < HEAD_BYTES and (block := next(blocks, b"")):
                head += block
        require_picture(head[:HEAD_BYTES], name=picture.name)
    except UnreadableImageError as error:
        return str(error)
    except SourceError:
        return ""  # the source as a whole: the import will say so
    return ""


def thumbnails(library: Library, places: Sequence[str], pictures: Sequence[SourceFile]) -> dict[str, bytes]:
    """Key → a small picture of those that can be decoded in `glimpses.SECONDS`, in a child process; the others are missing."""
    contents: dict[str, bytes] = {}
    left = MOST_BYTES
    limits = SourceLimits(entries=library.settings().max_archive_entries)
    with contextlib.suppress(SourceError), contextlib.closing(open_source(places, limits)) as source:
        for picture in pictures:
            if picture.size > left:
                continue
            with contextlib.suppress(UnreadableImageError):
                contents[picture.key] = b"".join(source.read(picture))
                left -= picture.size
    return glimpses.shrunk(contents)
