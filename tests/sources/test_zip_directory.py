"""The table of contents: A4, A7, A9 and A13 of hostile archives."""

import io
import zipfile
import zlib

import pytest

from dscore.errors import SourceError
from dscore.sources.limits import SourceLimits
from dscore.sources.zip_directory import ZipDirectory, read_directory
from tests.sources.crafting import PNG, Entry, end_part, local_part, table_line, zip64_bytes, zip_bytes

GOOD = zip_bytes(Entry(name=b"a.png"), Entry(name=b"b.png", method=8))


def _read(data: bytes, limits: SourceLimits | None = None) -> ZipDirectory:
    stream = io.BytesIO(data)
    return read_directory(stream, file_size=len(data), label="set.zip", limits=limits or SourceLimits())


UNUSABLE = {
    "0 bytes": (b"", "is empty (0 bytes)"),
    "HTML": (b"\n<!DOCTYPE html><title>Log in</title>", "is a web page"),
    "RAR": (b"Rar!\x1a\7\0" + bytes(50), "is a RAR archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(50), "is a 7z archive"),
    "PNG": (PNG, "is a PNG picture"),
    "noise": (b"whatever" * 50, "is not a ZIP"),
    "cut": (GOOD[:-30], "is cut off"),
    "cut in the middle": (GOOD[: len(GOOD) // 2], "is cut off"),
    "table overwritten": (GOOD.replace(b"PK\1\2", b"XXXX"), "breaks off after line 0"),
    "second line overwritten": (GOOD[: GOOD.rfind(b"PK\1\2")] + b"X" * 51 + GOOD[-22:], "breaks off after line 1"),
    "table outside": (local_part(Entry(name=b"a.png")) + end_part(1, 500, 500), "is not there"),
    "split": (b"PK\7\x08" + GOOD[4:-18] + b"\1\0\1\0" + GOOD[-14:], "split ZIP"),
}


@pytest.mark.parametrize(("data", "message"), UNUSABLE.values(), ids=UNUSABLE)
def test_each_way_to_be_no_zip_has_its_own_message(data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=r"set\.zip") as error:
        _read(data)
    assert message in str(error.value)


def test_an_empty_zip_has_no_entries() -> None:
    assert _read(end_part(0, 0, 0)).entries == ()


def test_a_wrong_count_is_noted_and_all_entries_are_read() -> None:
    directory = _read(zip_bytes(Entry(name=b"a.png"), Entry(name=b"b.png"), count=5))
    assert len(directory.entries) == 2
    assert "says it holds 5 files, but lists 2" in directory.notes[0]


def test_prefix_junk_is_noted_and_offsets_are_shifted() -> None:
    directory = _read(b"#!junk" * 100 + GOOD)
    assert [entry.offset for entry in directory.entries] == [600, 600 + GOOD.index(b"PK\3\4", 4)]
    assert "600 bytes before the beginning" in directory.notes[0]


@pytest.mark.parametrize("comment", [b"x" * 65_535, b"PK\5\6" * 16_383])
def test_the_longest_comment_hides_nothing(comment: bytes) -> None:
    directory = _read(zip_bytes(Entry(name=b"a.png"), comment=comment))
    assert [entry.name for entry in directory.entries] == ["a.png"]
    assert not directory.notes


def test_bytes_after_the_end_do_not_hide_it() -> None:
    assert len(_read(GOOD + b"\n\n").entries) == 2


def test_zip64_fields_are_read() -> None:
    (entry,) = _read(zip64_bytes(Entry(name=b"a.png"))).entries
    assert (entry.size, entry.packed, entry.offset) == (len(PNG), len(PNG), 0)


def test_the_table_is_read_as_the_standard_library_reads_it() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(300):
            with archive.open(f"ordner {number}/bücher.png", "w", force_zip64=number % 2 == 0) as file:
                file.write(b"x" * number)
    ours = _read(stream.getvalue()).entries
    theirs = zipfile.ZipFile(stream).infolist()
    assert [(e.name, e.size, e.packed, e.crc, e.offset) for e in ours] == [
        (i.filename, i.file_size, i.compress_size, i.CRC, i.header_offset) for i in theirs
    ]


def test_overlapping_entries_are_refused() -> None:
    """A4, as in D. Fifield, A better zip bomb: every table line points at the same body."""
    entry = Entry(name=b"a.png", data=b"x" * 40_000)
    local = local_part(entry)
    table = b"".join(table_line(Entry(name=b"%d.png" % n, data=entry.data), 0) for n in range(250))
    with pytest.raises(SourceError, match="overlap, as in a ZIP bomb"):
        _read(local + table + end_part(250, len(table), len(local)))


def test_entries_that_reach_into_the_next_are_refused() -> None:
    honest = local_part(Entry(name=b"a.png")) + local_part(Entry(name=b"b.png"))
    size = len(honest) // 2
    greedy = Entry(name=b"a.png", packed=PNG + bytes(31))
    table = table_line(greedy, 0) + table_line(Entry(name=b"b.png"), size)
    with pytest.raises(SourceError, match="overlap"):
        _read(honest + table + end_part(2, len(table), len(honest)))


def test_an_entry_beyond_the_file_is_damage() -> None:
    local = local_part(Entry(name=b"a.png"))
    table = table_line(Entry(name=b"a.png"), len(local) + 1_000)
    with pytest.raises(SourceError, match="does not fit the file"):
        _read(local + table + end_part(1, len(table), len(local)))


def test_the_entry_cap_names_the_limit_and_the_folder_road() -> None:
    """A7, A15."""
    with pytest.raises(SourceError, match=r"over 1 files, the limit.*import the folder"):
        _read(GOOD, SourceLimits(entries=1))
    assert len(_read(GOOD, SourceLimits(entries=2)).entries) == 2


def test_a_huge_table_is_not_even_read() -> None:
    with pytest.raises(SourceError, match=r"table of contents of set\.zip has"):
        _read(GOOD, SourceLimits(directory_bytes=50))


@pytest.mark.parametrize(
    ("raw", "flags", "name", "encoding"),
    [
        (b"ascii.png", 0, "ascii.png", "utf-8"),
        ("猫.png".encode(), 0x800, "猫.png", "utf-8"),
        ("猫.png".encode(), 0, "猫.png", "utf-8"),
        ("猫の写真.png".encode("cp932"), 0, "猫の写真.png", "cp932"),
        ("Köln.png".encode("cp437"), 0, "Köln.png", "cp437"),
        (b"a\xff\xfe.png", 0, "a\u00a0■.png", "cp437"),
        (b"a\xff.png", 0x800, "a\ufffd.png", "utf-8"),
    ],
)
def test_names_are_decoded_by_the_stated_rule(raw: bytes, flags: int, name: str, encoding: str) -> None:
    """A9: one bad name never costs the archive."""
    first, second = _read(zip_bytes(Entry(name=raw, flags=flags), Entry(name=b"b.png"))).entries
    assert (first.name, first.encoding, first.raw_name) == (name, encoding, raw)
    assert second.name == "b.png"


def test_the_unicode_path_field_counts_only_for_its_own_name() -> None:
    raw, better = b"???.png", "猫.png".encode()

    def field(crc: int) -> bytes:
        body = b"\1" + crc.to_bytes(4, "little") + better
        return b"\x75\x70" + len(body).to_bytes(2, "little") + body

    right, wrong = _read(
        zip_bytes(Entry(name=raw, extra=field(zlib.crc32(raw))), Entry(name=raw, extra=field(0)))
    ).entries
    assert (right.name, wrong.name) == ("猫.png", "???.png")


def test_an_entry_of_a_newer_version_costs_nothing_else() -> None:
    assert len(_read(zip_bytes(Entry(name=b"a.png", version=90), Entry(name=b"b.png"))).entries) == 2
