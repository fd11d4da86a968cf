"""One file out of a ZIP as a stream of blocks; never more bytes than its entry declares, never much memory.

The standard library inflates bzip2 and LZMA without a bound: 350 bytes took 600 MB of memory with `zipfile`
of Python 3.11.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import BinaryIO, Protocol

from dscore.errors import SourceError, UnreadableImageError
from dscore.sources.base import BLOCK_BYTES
from dscore.sources.zip_directory import LOCAL, ZipEntry

_LZMA_DICTIONARY = 64 << 20  # the largest of 7-Zip's presets
_AGAIN = "Download or pack the ZIP again."
# bz2 says OSError (a failing disk is SourceError by then), a bad LZMA header ValueError
_DAMAGE = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError)
_METHODS = {
    1: "Shrink",
    6: "Implode",
    9: "Deflate64",
    93: "Zstandard",
    94: "MP3",
    95: "XZ",
    96: "JPEG",
    97: "WavPack",
    98: "PPMd",
}


class _Bounded(Protocol):
    """A decompressor that can be told how much to give at most."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def unpack(stream: BinaryIO, entry: ZipEntry, *, limit: int, where: str) -> Iterator[bytes]:
    """The entry's bytes, checked against size and CRC; `limit` is where the next begins, `where` names it.

    Raises UnreadableImageError if the entry is damaged or lies about itself, SourceError if the file itself
    cannot be read.
    """
    inflate = _INFLATERS.get(entry.method)
    if inflate is None:
        title = _METHODS.get(entry.method, f"method {entry.method}")
        raise UnreadableImageError(
            f"{where} is packed with {title}, which dscore cannot read; pack it again with Deflate."
        )
    _enter(stream, entry, limit, where)
    crc, size = 0, 0
    try:
        for block in inflate(_packed(stream, entry, where)):
            crc, size = zlib.crc32(block, crc), size + len(block)
            if size > entry.size:
                raise UnreadableImageError(
                    f"{where} holds more than the {entry.size:,} bytes it declares, as in a ZIP bomb."
                )
            if block:
                yield block
    except _DAMAGE as error:
        raise UnreadableImageError(f"{where} is damaged and cannot be unpacked. {_AGAIN}") from error
    if size < entry.size:
        raise UnreadableImageError(f"{where} is cut off: {size:,} of {entry.size:,} bytes. {_AGAIN}")
    if crc != entry.crc:
        raise UnreadableImageError(f"{where} is damaged: its checksum is wrong. {_AGAIN}")


def _enter(stream: BinaryIO, entry: ZipEntry, limit: int, where: str) -> None:
    """Goes to the first packed byte; the header there must agree with the table of contents."""
    try:
        stream.seek(entry.offset)
        header = stream.read(LOCAL.size)
    except OSError as error:
        raise SourceError(f"{where} cannot be read from the disk: {error}.") from error
    if len(header) < LOCAL.size or not header.startswith(b"PK\3\4"):
        raise UnreadableImageError(f"{where} is not where the ZIP's table of contents says. {_AGAIN}")
    fields = LOCAL.unpack(header)
    name_size, extra_size = fields[-2:]
    if entry.offset + LOCAL.size + name_size + extra_size + entry.packed > limit:
        raise UnreadableImageError(f"{where} overlaps the next file, as in a ZIP bomb.")
    if stream.read(name_size) != entry.raw_name or fields[3] != entry.method:
        raise UnreadableImageError(f"{where} has another name or method in its own header than in the table. {_AGAIN}")
    stream.seek(extra_size, 1)


def _packed(stream: BinaryIO, entry: ZipEntry, where: str) -> Iterator[bytes]:
    left = entry.packed
    while left:
        try:
            block = stream.read(min(left, BLOCK_BYTES))
        except OSError as error:
            raise SourceError(f"{where} cannot be read from the disk: {error}.") from error
        if not block:
            raise EOFError
        left -= len(block)
        yield block


def _stored(packed: Iterator[bytes]) -> Iterator[bytes]:
    return packed


def _deflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for block in packed:
        left = block
        while left and not inflater.eof:
            yield inflater.decompress(left, BLOCK_BYTES)
            left = inflater.unconsumed_tail
    yield inflater.flush(BLOCK_BYTES)
    if not inflater.eof:
        raise EOFError


def _bzipped(packed: Iterator[bytes]) -> Iterator[bytes]:
    return _bounded(bz2.BZ2Decompressor(), packed)


def _lzma(packed: Iterator[bytes]) -> Iterator[bytes]:
    """APPNOTE 5.8.8: 2 bytes of version, 2 of length, 1 of lc/lp/pb, 4 of the dictionary's size."""
    first = next(packed, b"")
    if len(first) < 9:
        raise EOFError
    properties, dictionary = first[4], int.from_bytes(first[5:9], "little")
    if first[2:4] != b"\5\0" or dictionary > _LZMA_DICTIONARY:
        raise ValueError(dictionary)
    rest, lc = divmod(properties, 9)
    pb, lp = divmod(rest, 5)
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": dictionary, "lc": lc, "lp": lp, "pb": pb}]
    inflater = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    yield from _bounded(inflater, chain((first[9:],), packed))


def _bounded(inflater: _Bounded, packed: Iterator[bytes]) -> Iterator[bytes]:
    for block in packed:
        if inflater.eof:
            return
        yield inflater.decompress(block, BLOCK_BYTES)
        while not (inflater.needs_input or inflater.eof):
            yield inflater.decompress(b"", BLOCK_BYTES)


_INFLATERS: dict[int, Callable[[Iterator[bytes]], Iterator[bytes]]] = {
    0: _stored,
    8: _deflated,
    12: _bzipped,
    14: _lzma,
}
