"""PNG chunks: reading round text and profiles that are too large for Pillow to take in."""

from __future__ import annotations

import io
import mmap
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from PIL.PngImagePlugin import MAX_TEXT_CHUNK, MAX_TEXT_MEMORY

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_TEXT = (b"tEXt", b"zTXt", b"iTXt")
_PROFILE = b"iCCP"


class _Chunk(NamedTuple):
    """A text or profile chunk: where it begins and ends in the file, and its bytes once inflated."""

    kind: bytes
    start: int
    end: int
    inflated: int


def without_huge_text(path: Path) -> tuple[io.BytesIO, str] | None:
    """A copy of a PNG without its text or profile, and a note that says so; None where Pillow can take the file as it is.

    Pillow refuses a whole picture when one compressed text or profile inflates to more than MAX_TEXT_CHUNK (1 MiB), or all
    text together to more than MAX_TEXT_MEMORY (64 MiB). Nothing here inflates more than that either.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        chunks = list(_chunks(data))
        texts = [chunk for chunk in chunks if chunk.kind in _TEXT]
        dropped = [chunk for chunk in chunks if chunk.kind == _PROFILE and chunk.inflated > MAX_TEXT_CHUNK]
        if sum(text.inflated for text in texts) > MAX_TEXT_MEMORY or any(
            text.kind != b"tEXt" and text.inflated > MAX_TEXT_CHUNK for text in texts
        ):
            dropped += texts
        return (_copy_without(data, dropped), _note(dropped)) if dropped else None


def _chunks(data: mmap.mmap) -> Iterator[_Chunk]:
    """The text and profile chunks, up to the first chunk that is cut off."""
    position = len(SIGNATURE)
    while position + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if end > len(data):
            return
        if kind in _TEXT or kind == _PROFILE:
            yield _Chunk(kind, position, end, _inflated_size(kind, data[position + 8 : end - 4]))
        position = end


def _inflated_size(kind: bytes, data: bytes) -> int:
    """Bytes after inflation, never counted beyond one more than MAX_TEXT_CHUNK; junk counts as it is."""
    _, _, rest = data.partition(b"\0")
    if kind == b"iTXt" and rest[:1] == b"\1":
        packed = rest[2:].split(b"\0", 2)[-1]
    elif kind in {b"zTXt", _PROFILE}:
        packed = rest[1:]
    else:
        return len(data)
    try:
        return len(zlib.decompressobj().decompress(packed, MAX_TEXT_CHUNK + 1))
    except zlib.error:
        return len(data)


def _copy_without(data: mmap.mmap, dropped: list[_Chunk]) -> io.BytesIO:
    copy = io.BytesIO()
    position = 0
    for chunk in sorted(dropped, key=lambda chunk: chunk.start):
        copy.write(data[position : chunk.start])
        position = chunk.end
    copy.write(data[position:])
    copy.seek(0)
    return copy


def _note(dropped: list[_Chunk]) -> str:
    what = "text" if any(chunk.kind in _TEXT for chunk in dropped) else "colour profile"
    return f"Its {what} is too large to read and was dropped; the picture itself is complete."
