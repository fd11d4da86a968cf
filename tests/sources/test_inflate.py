"""One file out of a ZIP: bounded, checked, streamed; A5 and A13 of hostile archives."""

import bz2
import io
import tracemalloc
import zipfile

import pytest

from dscore.errors import UnreadableImageError
from dscore.sources.base import BLOCK_BYTES
from dscore.sources.inflate import unpack
from dscore.sources.limits import SourceLimits
from dscore.sources.zip_directory import read_directory
from tests.sources.crafting import PNG, Entry, deflate, local_part, zip_bytes

METHODS = {"stored": 0, "deflate": 8, "bzip2": 12, "LZMA": 14}
NOISE = bytes(i * i * 7 % 251 for i in range(700_000))


def _blocks(data: bytes, number: int = 0) -> list[bytes]:
    stream = io.BytesIO(data)
    directory = read_directory(stream, file_size=len(data), label="set.zip", limits=SourceLimits())
    entry, limit = directory.entries[number], directory.limits[number]
    return list(unpack(stream, entry, limit=limit, where="a.png in set.zip"))


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
@pytest.mark.parametrize("body", [b"", b"x", PNG, NOISE, bytes(3_000_000)], ids=["0", "1", "72", "noise", "zeros"])
def test_every_method_gives_the_bytes_in_small_blocks(method: int, body: bytes) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("a.png", body)
        archive.writestr("b.png", b"next")
    blocks = _blocks(stream.getvalue())
    assert b"".join(blocks) == body
    assert all(0 < len(block) <= BLOCK_BYTES for block in blocks)
    assert b"".join(_blocks(stream.getvalue(), 1)) == b"next"


_DEFLATED = deflate(NOISE)
DAMAGED = {
    "bad CRC": (Entry(name=b"a.png", crc=1), "checksum is wrong"),
    "bad CRC, deflated": (Entry(name=b"a.png", method=8, crc=1), "checksum is wrong"),
    "unknown method": (Entry(name=b"a.png", method=77), "packed with method 77"),
    "Deflate64": (Entry(name=b"a.png", method=9), "packed with Deflate64"),
    "broken stream": (Entry(name=b"a.png", method=8, packed=b"\xff" * 50), "cannot be unpacked"),
    "broken bzip2": (Entry(name=b"a.png", method=12, packed=b"\xff" * 50), "cannot be unpacked"),
    "broken LZMA": (Entry(name=b"a.png", method=14, packed=b"\xff" * 50), "cannot be unpacked"),
    "short LZMA": (Entry(name=b"a.png", method=14, packed=b"\xff"), "cannot be unpacked"),
    "LZMA of 4 GB": (Entry(name=b"a.png", method=14, packed=b"\x09\4\5\0\x5d\xff\xff\xff\xff" + bytes(50)), "unpacked"),
    "stream cut": (Entry(name=b"a.png", data=NOISE, method=8, packed=_DEFLATED[:-9]), "cannot be unpacked"),
    "stored cut": (Entry(name=b"a.png", size=100), "72 of 100 bytes"),
    "holds more": (Entry(name=b"a.png", size=10), "more than the 10 bytes it declares"),
    "holds more, deflated": (Entry(name=b"a.png", data=NOISE, method=8, size=10), "more than the 10 bytes"),
    "other name in header": (Entry(name=b"a.png", local_name=b"b.png"), "another name or method"),
    "longer name in header": (
        Entry(name=b"a.png", local_name=b"b" * 5000, size=3),
        "overlaps the next file|another name",
    ),
}


@pytest.mark.parametrize(("entry", "message"), DAMAGED.values(), ids=DAMAGED)
def test_each_damage_has_its_own_message_and_costs_one_file(entry: Entry, message: str) -> None:
    data = zip_bytes(entry, Entry(name=b"good.png"))
    with pytest.raises(UnreadableImageError, match=message) as error:
        _blocks(data)
    assert str(error.value).startswith("a.png in set.zip ")
    assert b"".join(_blocks(data, 1)) == PNG


def test_a_header_that_is_not_there_is_said() -> None:
    data = zip_bytes(Entry(name=b"a.png"))
    with pytest.raises(UnreadableImageError, match="not where"):
        _blocks(b"XX" + data[2:])


def test_a_local_header_that_reaches_into_the_next_file_is_refused() -> None:
    data = bytearray(zip_bytes(Entry(name=b"a.png"), Entry(name=b"b.png")))
    data[28:30] = (60_000).to_bytes(2, "little")  # length of the local extra field
    with pytest.raises(UnreadableImageError, match="overlaps the next"):
        _blocks(bytes(data))


def test_never_more_than_declared_is_given() -> None:
    """A5: 8 MB of zeros that call themselves 1,000 bytes."""
    entry = Entry(name=b"a.png", data=bytes(8 << 20), method=8, size=1_000)
    with pytest.raises(UnreadableImageError, match="as in a ZIP bomb"):
        _blocks(zip_bytes(entry))


@pytest.mark.parametrize("method", [0, 8, 12], ids=["stored", "deflate", "bzip2"])
def test_a_large_file_streams_in_small_memory(method: int) -> None:
    zeros = bytes(64 << 20)
    packed = bz2.compress(zeros) if method == 12 else None
    data = zip_bytes(Entry(name=b"a.png", data=zeros, method=method, packed=packed))
    stream = io.BytesIO(data)
    directory = read_directory(stream, file_size=len(data), label="set.zip", limits=SourceLimits())
    del zeros
    tracemalloc.start()
    try:
        (entry,), (limit,) = directory.entries, directory.limits
        size = sum(len(block) for block in unpack(stream, entry, limit=limit, where="a.png"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == 64 << 20
    assert peak < 8 << 20


def test_the_crafted_local_part_is_what_the_standard_library_writes() -> None:
    """The crafting is honest: what it makes without lies, `zipfile` reads."""
    data = zip_bytes(Entry(name=b"a.png", method=8), Entry(name=b"b.png"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
    assert data.startswith(local_part(Entry(name=b"a.png", method=8)))
