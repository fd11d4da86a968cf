"""ZIPs made byte by byte, where the standard library would refuse to write them."""

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from dscore.models import SourceFile, Survey
from dscore.sources.base import Source
from dscore.sources.zip_directory import CENTRAL, END, LOCAL

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file of a crafted ZIP; whatever is None is what an honest ZIP would say."""

    name: bytes
    data: bytes = PNG
    method: int = 0
    flags: int = 0
    mode: int = 0
    version: int = 20
    packed: bytes | None = None
    crc: int | None = None
    size: int | None = None
    extra: bytes = field(default=b"")
    local_name: bytes | None = None

    @property
    def body(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflate(self.data) if self.method == 8 else self.data

    @property
    def sums(self) -> tuple[int, int, int]:
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        return crc, len(self.body), len(self.data) if self.size is None else self.size


def deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def local_part(entry: Entry) -> bytes:
    name = entry.name if entry.local_name is None else entry.local_name
    fixed = (b"PK\3\4", entry.version, entry.flags, entry.method, 0, 0x21, *entry.sums, len(name), 0)
    return LOCAL.pack(*fixed) + name + entry.body


def table_line(entry: Entry, offset: int) -> bytes:
    made = 3 << 8 | entry.version
    sizes = (len(entry.name), len(entry.extra), 0, 0, 0)
    fixed = (made, entry.version, entry.flags, entry.method, 0, 0x21, *entry.sums, *sizes)
    return CENTRAL.pack(b"PK\1\2", *fixed, entry.mode << 16, offset) + entry.name + entry.extra


def end_part(count: int, size: int, offset: int, comment: bytes = b"") -> bytes:
    return END.pack(b"PK\5\6", 0, 0, count & 0xFFFF, count & 0xFFFF, size, offset, len(comment)) + comment


def zip_bytes(*entries: Entry, comment: bytes = b"", count: int | None = None) -> bytes:
    parts, offsets, place = [], [], 0
    for entry in entries:
        parts.append(local_part(entry))
        offsets.append(place)
        place += len(parts[-1])
    table = b"".join(table_line(entry, offset) for entry, offset in zip(entries, offsets, strict=True))
    total = len(entries) if count is None else count
    return b"".join(parts) + table + end_part(total, len(table), place, comment)


def zip64_bytes(entry: Entry) -> bytes:
    """As `zip_bytes` of one entry, with every size and offset in the ZIP64 fields only."""
    local = local_part(entry)
    crc, packed, size = entry.sums
    extra = struct.pack("<2H3Q", 1, 24, size, packed, 0)
    full = 0xFFFFFFFF
    fixed = (3 << 8 | 45, 45, 0, entry.method, 0, 0x21, crc, full, full, len(entry.name), len(extra), 0, 0, 0)
    table = CENTRAL.pack(b"PK\1\2", *fixed, 0, full) + entry.name + extra
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(table), len(local))
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(local) + len(table), 1)
    return local + table + end + locator + END.pack(b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, full, full, 0)


def write_zip(folder: Path, *entries: Entry, name: str = "set.zip") -> Path:
    path = folder / name
    path.write_bytes(zip_bytes(*entries))
    return path


def names(survey: Survey) -> list[str]:
    return [picture.name for picture in survey.pictures]


def reasons(survey: Survey) -> dict[str, str]:
    return {line.name: line.reason for line in survey.skipped}


def content(source: Source, file: SourceFile) -> bytes:
    return b"".join(source.read(file))
