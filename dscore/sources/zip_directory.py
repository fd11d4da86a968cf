"""A ZIP's table of contents, read without trusting it.

Our own reader, because the standard library's refuses a whole archive for one name that is not UTF-8 or one
entry of a newer version, builds all entries before one can count them, and (before 3.11.8 and 3.12.2,
CVE-2024-0450) lets entries overlap: 67 kB that unpack to 10 GiB. Layout: PKWARE's APPNOTE 6.3.10, sections
4.3.7, 4.3.12 to 4.3.16 and 4.5.3.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

from dscore.errors import SourceError
from dscore.sources.encodings import shift_jis
from dscore.sources.limits import SourceLimits
from dscore.text.sizes import readable_size

END = struct.Struct("<4s4H2LH")
END_64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR_64 = struct.Struct("<4sLQL")
CENTRAL = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")

_MAX_COMMENT = 65_535
_FULL_16, _FULL_32 = 0xFFFF, 0xFFFFFFFF
_EXTRA_64, _EXTRA_UNICODE_PATH, _EXTRA_AES = 0x0001, 0x7075, 0x9901
_FLAG_ENCRYPTED, _FLAG_UTF8 = 0x1, 0x800

# how files begin that people rename to .zip
_IMPOSTORS = (
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"%PDF", "a PDF"),
)


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One file as the table of contents declares it; `mode` is Unix's, or 0."""

    number: int
    raw_name: bytes
    name: str
    encoding: str
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int
    stamp: tuple[int, int]
    encrypted: bool


@dataclass(frozen=True, slots=True)
class ZipDirectory:
    """All entries in the table's order, where each must have ended, and what is odd but harmless."""

    entries: tuple[ZipEntry, ...]
    limits: tuple[int, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _End:
    """The record at a ZIP's end: where the table lies in the file, and how far all offsets are shifted."""

    start: int
    size: int
    shift: int
    declared: int


def read_directory(stream: BinaryIO, *, file_size: int, label: str, limits: SourceLimits) -> ZipDirectory:
    """Reads nothing but the table. Raises SourceError, with a message for each way to be no ZIP."""
    end = _find_end(stream, file_size, label)
    if end.size > limits.directory_bytes:
        raise SourceError(
            f"The table of contents of {label} has {readable_size(end.size)}; at most "
            f"{readable_size(limits.directory_bytes)} are read. Unpack it, and import the folder."
        )
    entries = list(_read_entries(stream, end, label, limits))
    notes = []
    if (end.declared - len(entries)) % 65_536:  # old programs count no further than 65,535
        notes.append(f"{label} says it holds {end.declared:,} files, but lists {len(entries):,}; these were taken.")
    if end.shift:
        notes.append(f"{readable_size(end.shift)} before the beginning of {label} are not part of the ZIP; ignored.")
    return ZipDirectory(tuple(entries), _limits(entries, end.start, label), tuple(notes))


def _find_end(stream: BinaryIO, file_size: int, label: str) -> _End:
    tail_start = max(0, file_size - END.size - _MAX_COMMENT)
    stream.seek(tail_start)
    tail = stream.read(END.size + _MAX_COMMENT)
    found = _end_place(tail)
    if found < 0:
        raise SourceError(_not_a_zip(stream, file_size, label))
    place = tail_start + found
    _, disk, _, _, declared, size, offset, _ = END.unpack_from(tail, found)
    if _FULL_32 in {size, offset} or _FULL_16 in {declared, disk}:
        place, disk, declared, size, offset = _end_64(stream, place) or (place, disk, declared, size, offset)
    if disk:
        raise SourceError(f"{label} is one part of a split ZIP. Join the parts or unpack them, and import the folder.")
    shift = place - size - offset
    if shift < 0:
        raise SourceError(
            f"The end of {label} is damaged: its table of contents is not there. Download or pack it again."
        )
    return _End(start=place - size, size=size, shift=shift, declared=declared)


def _end_place(tail: bytes) -> int:
    """Where the end record begins, or -1: the last one whose comment fills the rest, else the last one."""
    last = place = tail.rfind(b"PK\5\6")
    while place >= 0:
        fits = len(tail) - place >= END.size
        if fits and END.unpack_from(tail, place)[-1] == len(tail) - place - END.size:
            return place
        last = last if len(tail) - last >= END.size else place
        place = tail.rfind(b"PK\5\6", 0, place + 3)
    return last if len(tail) - last >= END.size else -1


def _end_64(stream: BinaryIO, place: int) -> tuple[int, int, int, int, int] | None:
    """(its place, disk, entries, the table's size and offset) from a ZIP64 end record, if there is one."""
    if place < LOCATOR_64.size + END_64.size:
        return None
    stream.seek(place - LOCATOR_64.size)
    signature, _, stated, _ = LOCATOR_64.unpack(stream.read(LOCATOR_64.size))
    if signature != b"PK\6\7":
        return None
    for start in (
        place - LOCATOR_64.size - END_64.size,
        stated,
    ):  # the second where the record is longer than usual
        if 0 <= start <= place - LOCATOR_64.size - END_64.size:
            stream.seek(start)
            record = END_64.unpack(stream.read(END_64.size))
            if record[0] == b"PK\6\6":
                return start, record[4], record[7], record[8], record[9]
    return None


def _not_a_zip(stream: BinaryIO, file_size: int, label: str) -> str:
    if file_size == 0:
        return f"{label} is empty (0 bytes). Copy or download it again."
    stream.seek(0)
    start = stream.read(1024)
    if start.startswith((b"PK\3\4", b"PK\7\x08PK\3\4", b"PK00PK\3\4")):
        return f"{label} is cut off: its table of contents, at the end, is missing. Copy or download it again."
    if (
        start.lstrip(b"\xef\xbb\xbf \t\r\n")
        .lower()
        .startswith((b"<!doctype html", b"<html", b"<head", b"<?xml", b"<!--"))
    ):
        return f"{label} is a web page, not a ZIP. Open its link in a browser, and download it from there."
    for signature, title in _IMPOSTORS:
        if start.startswith(signature):
            return f"{label} is {title}, not a ZIP. Unpack or rename it, and import what is in it."
    return f"{label} is not a ZIP, whatever its name says. Check what it is, and download or pack it again."


def _read_entries(stream: BinaryIO, end: _End, label: str, limits: SourceLimits) -> Iterator[ZipEntry]:
    stream.seek(end.start)
    left, number = end.size, 0
    while left > 0:
        fixed = stream.read(CENTRAL.size)
        if len(fixed) < CENTRAL.size or not fixed.startswith(b"PK\1\2"):
            raise SourceError(f"The table of contents of {label} breaks off after line {number:,}. Download it again.")
        if number == limits.entries:
            raise SourceError(
                f"{label} holds over {limits.entries:,} files, the limit. Unpack it, and import the folder."
            )
        fields = CENTRAL.unpack(fixed)
        name_size, extra_size, comment_size = fields[10:13]
        variable = stream.read(name_size + extra_size + comment_size)
        yield _entry(number, fields, variable[:name_size], variable[name_size : name_size + extra_size], end)
        left -= CENTRAL.size + len(variable)
        number += 1


def _entry(number: int, fields: tuple[int, ...], raw_name: bytes, extra: bytes, end: _End) -> ZipEntry:
    _, _, _, flags, method, time, date, crc, packed, size, _, _, _, _, _, attributes, offset = fields
    extras = dict(_extras(extra))
    size, packed, offset = _large((size, packed, offset), extras.get(_EXTRA_64, b""))
    name, encoding = _entry_name(raw_name, flags, extras.get(_EXTRA_UNICODE_PATH, b""))
    return ZipEntry(
        number=number,
        raw_name=raw_name,
        name=name,
        encoding=encoding,
        method=method,
        crc=crc,
        packed=packed,
        size=size,
        offset=offset + end.shift,
        mode=attributes >> 16,
        stamp=(date, time),
        encrypted=bool(flags & _FLAG_ENCRYPTED) or _EXTRA_AES in extras,
    )


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<2H", extra)
        yield kind, extra[4 : 4 + size]
        extra = extra[4 + size :]


def _large(values: tuple[int, int, int], extra: bytes) -> tuple[int, int, int]:
    """(size, packed, offset), where one that is full is found in the ZIP64 field, in this order."""
    found = []
    for value in values:
        if value == _FULL_32 and len(extra) >= 8:
            found.append(int.from_bytes(extra[:8], "little"))
            extra = extra[8:]
        else:
            found.append(value)
    return found[0], found[1], found[2]


def _entry_name(raw: bytes, flags: int, unicode_path: bytes) -> tuple[str, str]:
    """(name, encoding): Info-ZIP's Unicode field if it is for this name, UTF-8, Shift-JIS, code page 437."""
    if unicode_path[:1] == b"\1" and unicode_path[1:5] == zlib.crc32(raw).to_bytes(4, "little"):
        return unicode_path[5:].decode("utf-8", "replace"), "utf-8"
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        if flags & _FLAG_UTF8:
            return raw.decode("utf-8", "replace"), "utf-8"
    japanese = shift_jis(raw)
    return (raw.decode("cp437"), "cp437") if japanese is None else (japanese, "cp932")


def _limits(entries: list[ZipEntry], table_start: int, label: str) -> tuple[int, ...]:
    """Where each entry must have ended. Raises SourceError where two share bytes, or one lies outside."""
    in_file = sorted(entries, key=lambda entry: entry.offset)
    limits = [table_start] * len(entries)
    for entry, following in pairwise(in_file):
        limits[entry.number] = following.offset
    for entry in in_file:
        # the local name and extra come on top; they are only known on reading, and checked there
        end = entry.offset + LOCAL.size + entry.packed
        if end > table_start:
            raise SourceError(
                f"{label} is damaged: its table of contents does not fit the file. Download or pack it again."
            )
        if end > limits[entry.number]:
            raise SourceError(f"Files in {label} overlap, as in a ZIP bomb; nothing was read. Pack it again.")
    return tuple(limits)
