"""A ZIP as a source: table A of hostile archives, line by line, and what honest ones need."""

import os
import stat
import struct
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dscore.errors import SourceError, UnreadableImageError
from dscore.sources.archive import ArchiveSource
from dscore.sources.limits import SourceLimits
from dscore.sources.names import item_name
from dscore.sources.survey import no_pictures
from tests.sources.crafting import (
    PNG,
    Entry,
    content,
    end_part,
    local_part,
    names,
    reasons,
    table_line,
    write_zip,
    zip64_bytes,
    zip_bytes,
)

GOOD = Entry(name=b"good.png", data=PNG + b"good")


class Opened:
    """Opens ZIPs of crafted entries, closes them all, and sees that nothing else was written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources: list[ArchiveSource] = []

    def __call__(self, *entries: Entry, limits: SourceLimits | None = None) -> ArchiveSource:
        return self.bytes(zip_bytes(*entries), limits)

    def bytes(self, data: bytes, limits: SourceLimits | None = None) -> ArchiveSource:
        self.close()
        path = self.folder / "set.zip"
        path.write_bytes(data)
        self.sources.append(ArchiveSource(path, limits or SourceLimits()))
        return self.sources[-1]

    def close(self) -> None:
        for source in self.sources:
            source.close()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    result = Opened(tmp_path)
    yield result
    result.close()
    assert [path.name for path in tmp_path.rglob("*")] in ([], ["set.zip"])


A1_A2 = [
    b"../x.png",
    b"a/../../b.png",
    b"..\\x.png",
    b"a/..\\x.png",
    b"/tmp/x.png",
    b"C:\\x.png",
    b"\\\\server\\share\\x.png",
    b"\\\\?\\C:\\x.png",
]


@pytest.mark.parametrize("name", A1_A2)
def test_a1_a2_names_that_lead_outside_are_refused_by_name(opened: Opened, name: bytes) -> None:
    source = opened(Entry(name=name), GOOD)
    survey = source.look()
    assert names(survey) == ["good.png"]
    assert "points outside the ZIP" in survey.skipped[0].reason
    assert content(source, survey.pictures[0]) == GOOD.data


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (stat.S_IFLNK | 0o777, "a link"),
        (stat.S_IFIFO | 0o644, "a pipe"),
        (stat.S_IFCHR | 0o644, "a device"),
        (stat.S_IFBLK | 0o644, "a device"),
        (stat.S_IFSOCK | 0o644, "a socket"),
        (stat.S_IFREG | stat.S_ISUID | 0o755, "setuid"),
    ],
)
def test_a3_what_is_no_plain_file_is_listed(opened: Opened, mode: int, said: str) -> None:
    survey = opened(Entry(name=b"x.png", mode=mode), GOOD).look()
    assert names(survey) == ["good.png"]
    assert said in reasons(survey)["x.png"]


def test_a3_a_file_behind_a_link_is_listed(opened: Opened) -> None:
    link = Entry(name=b"out", data=b"/tmp", mode=stat.S_IFLNK | 0o777)
    survey = opened(link, Entry(name=b"out/x.png"), Entry(name=b"outer/y.png"), GOOD).look()
    assert names(survey) == ["good.png", "outer/y.png"]
    assert "folder is a link" in reasons(survey)["out/x.png"]


def test_a4_an_overlapping_bomb_is_refused_from_its_table(opened: Opened) -> None:
    """250 x 40 MiB in 67 kB: each body holds the next local header, after D. Fifield."""
    line = Entry(name=b"000.png", method=8, packed=bytes(40_000), size=40 << 20, crc=0)
    local = local_part(line)
    table = b"".join(table_line(line, number % 2) for number in range(250))
    data = local + table + end_part(250, len(table), len(local))
    assert len(data) < 67_000
    with pytest.raises(SourceError, match="overlap, as in a ZIP bomb"):
        opened.bytes(data)


def test_a4_the_sum_is_checked_before_anything_is_read(opened: Opened) -> None:
    entries = [Entry(name=b"%d.png" % number, size=3_000_000_000) for number in range(100)]
    with pytest.raises(SourceError, match=r"would unpack to 300 GB; the limit is 200 GB.*import the folder"):
        opened(*entries)


def test_a5_a_ratio_bomb_is_listed_and_the_rest_goes_in(opened: Opened) -> None:
    survey = opened(Entry(name=b"x.png", packed=bytes(99_000), size=32 << 20, method=8), GOOD).look()
    assert names(survey) == ["good.png"]
    assert "as in a ZIP bomb" in reasons(survey)["x.png"]


def test_a5_a_small_blank_bitmap_is_no_bomb(opened: Opened) -> None:
    source = opened(Entry(name=b"white.bmp", data=b"\xff" * (4 << 20), method=8))
    (picture,) = source.look().pictures
    assert len(content(source, picture)) == 4 << 20


def test_a5_a_lying_size_is_found_while_inflating(opened: Opened) -> None:
    source = opened(Entry(name=b"a.png", data=bytes(8 << 20), method=8, size=1000), GOOD)
    liar, good = source.look().pictures
    with pytest.raises(UnreadableImageError, match=r"a\.png in set\.zip holds more than the 1,000 bytes"):
        content(source, liar)
    assert content(source, good) == GOOD.data


def test_a5_one_picture_has_a_budget(opened: Opened) -> None:
    survey = opened(Entry(name=b"x.png"), Entry(name=b"y.png", data=b"y"), limits=SourceLimits(picture_bytes=9)).look()
    assert names(survey) == ["y.png"]
    assert "A picture may have 9 bytes" in reasons(survey)["x.png"]


def test_a6_archives_inside_are_never_opened_and_one_line(opened: Opened) -> None:
    inner = zip_bytes(*(Entry(name=b"%d.zip" % number) for number in range(16)))
    survey = opened(*(Entry(name=b"%d.zip" % number, data=inner) for number in range(16)), GOOD).look()
    assert names(survey) == ["good.png"]
    assert reasons(survey) == {
        "0.zip and 15 more": "Archives inside are not opened; unpack them, and import the folder."
    }


def test_a7_seventy_thousand_entries_are_all_there(opened: Opened) -> None:
    body, line = local_part(Entry(name=b"00000.png", data=b"x")), table_line(Entry(name=b"00000.png", data=b"x"), 0)
    size, numbers = len(body), [b"%05d" % number for number in range(70_000)]
    bodies = [body.replace(b"00000", number) for number in numbers]
    lines = [line[:42] + struct.pack("<L", int(n) * size) + line[46:].replace(b"00000", n) for n in numbers]
    table = b"".join(lines)
    source = opened.bytes(b"".join(bodies) + table + end_part(70_000, len(table), 70_000 * size))
    survey = source.look()
    assert len(survey.pictures) == 70_000
    assert survey.pictures[69_999].name == "69999.png"
    assert content(source, survey.pictures[69_999]) == b"x"
    assert not survey.skipped


@pytest.mark.parametrize(
    "entry",
    [
        Entry(name=b"x.png", flags=1),
        Entry(name=b"x.png", flags=1, method=99, extra=struct.pack("<2HH2sBH", 0x9901, 7, 2, b"AE", 3, 8)),
        Entry(name=b"x.png", method=99, extra=struct.pack("<2HH2sBH", 0x9901, 7, 2, b"AE", 3, 8)),
    ],
    ids=["ZipCrypto", "AES", "AES by its field alone"],
)
def test_a8_encrypted_files_are_listed_one_by_one(opened: Opened, entry: Entry) -> None:
    survey = opened(entry, GOOD).look()
    assert names(survey) == ["good.png"]
    assert "password-protected" in reasons(survey)["x.png"]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("写真/猫.png".encode("cp932"), "写真/猫.png"),
        ("Köln.png".encode("cp437"), "Köln.png"),
        (b"\xff\xfe.png", "\u00a0■.png"),
    ],
)
def test_a9_names_without_an_encoding_are_readable_and_kept_raw(opened: Opened, raw: bytes, name: str) -> None:
    source = opened(Entry(name=raw))
    survey = source.look()
    assert names(survey) == [name]
    assert survey.pictures[0].raw_name == raw.hex()
    assert "do not say their encoding" in survey.notes[0]
    assert content(source, survey.pictures[0]) == PNG


@pytest.mark.parametrize(
    ("raw", "item"),
    [
        (b"CON.png", "_CON"),
        (b"NUL", None),
        (b"COM1.png", "_COM1"),
        (b"trailing. .png", "trailing"),
        (b"a:b<c>.png", None),
        (b"16:9.png", "16_9"),
        (b"a<b>.png", "a_b_"),
        (b"a\0b.png", "a_b"),
        (b"two\nlines.png", "two_lines"),
        ("cat\u202egnp.png".encode(), "catgnp"),
        (b"x" * 300 + b".png", "x" * 120),
        (b"d/" * 300 + b"deep.png", "deep"),
    ],
)
def test_a10_odd_names_go_in_under_safe_ones(opened: Opened, raw: bytes, item: str | None) -> None:
    """`NUL` has no picture's extension, `a:b` begins as a drive does: these two stay out."""
    source = opened(Entry(name=raw))
    found = source.look().pictures
    assert [item_name(picture.name) for picture in found] == ([item] if item else [])
    assert [content(source, picture) for picture in found] == [PNG] * len(found)


def test_a11_all_pictures_of_one_name_are_kept_apart(opened: Opened) -> None:
    bodies = [b"1", b"2", b"3", b"4", b"5"]
    same = [b"a.png", b"a.png", b"A.png", "é.png".encode(), "e\u0301.png".encode()]
    source = opened(*(Entry(name=name, data=body) for name, body in zip(same, bodies, strict=True)))
    pictures = source.look().pictures
    assert len({picture.key for picture in pictures}) == 5
    assert sorted(content(source, picture) for picture in pictures) == bodies


def test_a12_pictures_of_one_stem_share_the_caption(opened: Opened) -> None:
    pair = [Entry(name=b"p/pair." + suffix) for suffix in (b"png", b"jpg", b"webp")]
    survey = opened(*pair, Entry(name=b"p/pair.txt", data=b"1girl, solo\n")).look()
    assert [picture.caption and picture.caption.text for picture in survey.pictures] == ["1girl, solo"] * 3
    assert all("as well" in picture.notes[0] for picture in survey.pictures)


A13 = {
    "0 bytes": (b"", "empty"),
    "HTML": (b"<html>", "web page"),
    "truncated": (zip_bytes(GOOD)[:-40], "cut off"),
    "noise": (b"noise" * 99, "not a ZIP"),
}


@pytest.mark.parametrize(("data", "message"), A13.values(), ids=A13)
def test_a13_a_file_that_is_no_zip_is_named_with_its_reason(opened: Opened, data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=rf"set\.zip is .*{message}"):
        opened.bytes(data)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (Entry(name=b"a.png", crc=1), "checksum is wrong"),
        (Entry(name=b"a.png", method=77), "method 77"),
        (Entry(name=b"a.png", local_name=b"b.png"), "another name"),
    ],
)
def test_a13_one_damaged_file_costs_one_file(opened: Opened, entry: Entry, message: str) -> None:
    source = opened(entry, GOOD)
    bad, good = source.look().pictures
    with pytest.raises(UnreadableImageError, match=message):
        content(source, bad)
    assert content(source, good) == GOOD.data


def test_a13_prefix_comment_count_and_zip64_are_read_through(opened: Opened) -> None:
    for data in (
        b"MZ" + bytes(900) + zip_bytes(GOOD),
        zip_bytes(GOOD, comment=b"c" * 65_535),
        zip_bytes(GOOD, count=9),
        zip64_bytes(GOOD),
    ):
        source = opened.bytes(data)
        (picture,) = source.look().pictures
        assert content(source, picture) == GOOD.data


def test_a13_an_empty_zip_says_so(opened: Opened) -> None:
    source = opened()
    assert no_pictures(source.label, source.look()).startswith("No images found in set.zip: it holds no files.")


def test_a14_only_other_files_are_counted_and_orphans_listed(opened: Opened) -> None:
    source = opened(
        Entry(name=b"a.txt", data=b"tag"),
        Entry(name=b"b.pdf"),
        Entry(name=b"__MACOSX/._a.png"),
        Entry(name=b".DS_Store"),
        Entry(name=b"x/Thumbs.db"),
        Entry(name=b"folder/", data=b""),
    )
    survey = source.look()
    assert reasons(survey) == {"a.txt": "A caption without its picture: no picture of this name lies beside it."}
    assert no_pictures(source.label, survey) == (
        "No images found in set.zip: it holds 2 files (1 .pdf, 1 .txt). dscore reads JPG, PNG, WebP, GIF, BMP and "
        "TIFF; convert or unpack what is there, and import it again."
    )


def test_a15_over_the_limit_names_the_limit_and_the_folder_road(opened: Opened) -> None:
    for limits in (SourceLimits(entries=1), SourceLimits(archive_bytes=100)):
        with pytest.raises(SourceError, match=r"limit.*import the folder"):
            opened(Entry(name=b"a.png"), GOOD, limits=limits)


def test_captions_come_along_from_any_depth(opened: Opened) -> None:
    survey = opened(Entry(name=b"a/b/c.png"), Entry(name=b"a/b/c.txt", data=b"tag\r\n", method=8)).look()
    assert survey.pictures[0].caption
    assert survey.pictures[0].caption.text == "tag"


def test_a_damaged_or_locked_caption_is_listed_and_its_picture_goes_in(opened: Opened) -> None:
    survey = opened(
        Entry(name=b"a.png"), Entry(name=b"a.txt", crc=1), Entry(name=b"b.png"), Entry(name=b"b.txt", flags=1)
    ).look()
    assert names(survey) == ["a.png", "b.png"]
    assert "checksum" in reasons(survey)["a.txt"]
    assert "password" in reasons(survey)["b.txt"]


def test_a_key_finds_the_picture_again_in_the_same_zip(tmp_path: Path) -> None:
    path = write_zip(tmp_path, Entry(name=b"a.png"), GOOD)
    first = ArchiveSource(path, SourceLimits())
    picture = first.look().pictures[1]
    first.close()
    again = ArchiveSource(path, SourceLimits())
    assert content(again, picture) == GOOD.data
    again.close()


@pytest.mark.parametrize("entries", [(), (Entry(name=b"a.png"), Entry(name=b"good.png", data=b"other"))])
def test_a_key_of_another_zip_is_refused(tmp_path: Path, entries: tuple[Entry, ...]) -> None:
    first = ArchiveSource(write_zip(tmp_path, Entry(name=b"a.png"), GOOD), SourceLimits())
    picture = first.look().pictures[1]
    first.close()
    other = ArchiveSource(write_zip(tmp_path, *entries), SourceLimits())
    with pytest.raises(UnreadableImageError, match="was changed since"):
        content(other, picture)
    other.close()


def test_a_zip_changed_while_it_is_open_is_noticed(opened: Opened) -> None:
    source = opened(Entry(name=b"a.png"), GOOD)
    picture = source.look().pictures[0]
    os.utime(opened.folder / "set.zip", ns=(1, 1))
    with pytest.raises(UnreadableImageError, match="was changed since"):
        content(source, picture)


def test_the_dataset_is_named_after_the_zip(tmp_path: Path) -> None:
    source = ArchiveSource(write_zip(tmp_path, GOOD, name="my holiday.v2.zip"), SourceLimits())
    assert (source.label, source.suggested_name) == ("my holiday.v2.zip", "my holiday.v2")
    source.close()
    source.close()


def test_a_missing_zip_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no\.zip cannot be opened"):
        ArchiveSource(tmp_path / "no.zip", SourceLimits())


def test_dates_are_read_and_nonsense_is_none(opened: Opened) -> None:
    assert opened(GOOD).look().pictures[0].modified == "1980-01-01T00:00:00"
    impossible = zip_bytes(GOOD).replace(struct.pack("<2H", 0, 0x21), b"\xff" * 4)
    assert opened.bytes(impossible).look().pictures[0].modified == ""


def test_a_large_zip_is_read_in_small_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w") as archive, archive.open("a.png", "w") as file:
        for _ in range(64):
            file.write(os.urandom(1 << 20))
    tracemalloc.start()
    try:
        source = ArchiveSource(path, SourceLimits())
        (picture,) = source.look().pictures
        assert sum(len(block) for block in source.read(picture)) == 64 << 20
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    source.close()
    assert peak < 8 << 20
