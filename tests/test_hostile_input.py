"""Hostile input through the whole road: each bad thing gets one plain line, everything beside it goes in."""

from __future__ import annotations

import contextlib
import re
import stat
import struct
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from PIL import Image

from tests.commands import ROOT, Commands, texts
from tests.evil_imports import Imported, good, outside
from tests.evil_pictures import Evil, pictures
from tests.made_sets import fill
from tests.media.pictures import bytes_of, photo
from tests.sources.crafting import Entry, end_part, local_part, table_line, zip_bytes


@pytest.fixture(scope="module")
def evil_pictures(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Every bad picture with a good one right behind it, in one import."""
    folder = tmp_path_factory.mktemp("pictures")
    content = {evil.name: evil.content for evil in pictures()}
    content |= {f"{evil.name}.next.png": good(number) for number, evil in enumerate(pictures())}
    return Imported(folder, fill(folder / "set", content))


@pytest.mark.parametrize("evil", pictures(), ids=lambda evil: evil.name)
def test_b_each_bad_picture_gets_its_line_and_the_next_one_goes_in(evil_pictures: Imported, evil: Evil) -> None:
    assert f"{evil.name}.next.png" in evil_pictures.names
    assert (evil.name in evil_pictures.names) == evil.goes_in
    lines = evil_pictures.remarks if evil.goes_in else evil_pictures.skipped
    assert evil.said in lines.get(evil.name, "")
    if not evil.said:
        assert evil.name not in lines


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "said"), [("kill", "the system stopped the decoder"), ("suspend", "took longer than 8")]
)
def test_b12_a_decoder_that_dies_or_hangs_costs_its_picture_only(tmp_path: Path, act: str, said: str) -> None:
    slow = bytes_of(Image.new("RGB", (9300, 9300), 77), "WEBP", lossless=True, method=0, quality=0)  # seconds to decode
    content = {"a.png": good(1), "b.webp": slow, "c.png": good(2)}
    source, dscore = fill(tmp_path / "set", content), Commands(tmp_path / "library")
    fill(dscore.home, {"settings.toml": "decode_workers = 1\ndecode_seconds = 8.0\n"})
    command = [sys.executable, "-m", "dscore", "import", str(source), "--home", str(dscore.home)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        getattr(_at_work(psutil.Process(running.pid)), act)()
        out = running.communicate(timeout=120)[0]
    assert running.returncode == 1
    assert "3 found = 2 imported + 0 already there + 1 skipped." in out
    assert said in next(line for line in out.splitlines() if line.startswith("  b.webp"))


def _at_work(parent: psutil.Process) -> psutil.Process:
    """The decoder, once it holds the large picture: it takes hundreds of MB more than any of the others.

    Another child, or one that is only starting, looks as large as its parent until it runs its own program.
    """
    while parent.status() != psutil.STATUS_ZOMBIE:
        for child in parent.children():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                if "spawn_main" in " ".join(child.cmdline()) and child.memory_info().rss > 200 << 20:
                    return child
        time.sleep(0.002)
    raise AssertionError("The import was over before its decoder was seen at work.")


def entry(name: bytes | str, number: int, **options: object) -> Entry:
    raw = name.encode() if isinstance(name, str) else name
    return Entry(name=raw, data=good(number), **options)  # type: ignore[arg-type]


OUTSIDE = "points outside the ZIP"
AES = struct.pack("<2HH2sBH", 0x9901, 7, 2, b"AE", 3, 8)
BAD_ENTRIES: dict[str, tuple[Entry, str]] = {
    "a01-up": (entry("../x.png", 1), OUTSIDE),
    "a01-up-from-within": (entry("a/../../b.png", 2), OUTSIDE),
    "a01-backslash": (entry("..\\x.png", 3), OUTSIDE),
    "a01-mixed": (entry("a/..\\..\\x.png", 4), OUTSIDE),
    "a02-absolute": (entry("/tmp/x.png", 5), OUTSIDE),
    "a02-drive": (entry("C:\\x.png", 6), OUTSIDE),
    "a02-share": (entry("\\\\server\\share\\x.png", 7), OUTSIDE),
    "a02-long-path": (entry("\\\\?\\C:\\x.png", 8), OUTSIDE),
    "a03-link": (entry("x.png", 9, mode=stat.S_IFLNK | 0o777), "This is a link"),
    "a03-pipe": (entry("x.png", 10, mode=stat.S_IFIFO | 0o644), "a pipe"),
    "a03-device": (entry("x.png", 11, mode=stat.S_IFCHR | 0o644), "a device"),
    "a03-setuid": (entry("x.png", 12, mode=stat.S_IFREG | stat.S_ISUID | 0o755), "setuid"),
    "a05-ratio": (Entry(name=b"x.png", packed=bytes(99_000), size=32 << 20, method=8), "as in a ZIP bomb"),
    "a05-lying-size": (
        Entry(name=b"x.png", data=bytes(8 << 20), method=8, size=1000),
        "holds more than the 1,000 bytes",
    ),
    "a06-nested": (Entry(name=b"x.zip", data=zip_bytes(Entry(name=b"y.zip"))), "Archives inside are not opened"),
    "a08-zipcrypto": (entry("x.png", 13, flags=1), "password-protected"),
    "a08-aes": (entry("x.png", 14, flags=1, method=99, extra=AES), "password-protected"),
    "a13-checksum": (entry("x.png", 15, crc=1), "checksum is wrong"),
    "a13-method": (entry("x.png", 16, method=77), "method 77"),
    "a13-other-header": (entry("x.png", 17, local_name=b"y.png"), "another name"),
    "a14-orphan": (Entry(name=b"x.txt", data=b"1girl"), "A caption without its picture"),
}


@pytest.fixture(scope="module")
def evil_zips(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """A ZIP for each bad entry, a good picture behind it, all in one import."""
    folder = tmp_path_factory.mktemp("zips")
    made = {
        f"{name}.zip": zip_bytes(bad, entry("x.next.png", 100 + n))
        for n, (name, (bad, _)) in enumerate(BAD_ENTRIES.items())
    }
    fill(folder / "zips", made)
    return Imported(folder, *(folder / "zips" / name for name in made))


@pytest.mark.parametrize("case", BAD_ENTRIES)
def test_a_each_bad_entry_gets_its_line_and_the_next_one_goes_in(evil_zips: Imported, case: str) -> None:
    lines = {name: reason for name, reason in evil_zips.skipped.items() if name.startswith(f"{case}.zip/")}
    assert len(lines) == 1
    assert BAD_ENTRIES[case][1] in next(iter(lines.values()))
    assert f"{case}.zip/x.next.png" in evil_zips.names


def overlapping() -> bytes:
    """250 x 40 MiB in 67 kB: each body holds the next local header, after D. Fifield."""
    line = Entry(name=b"000.png", method=8, packed=bytes(40_000), size=40 << 20, crc=0)
    local = local_part(line)
    table = b"".join(table_line(line, number % 2) for number in range(250))
    return local + table + end_part(250, len(table), len(local))


BAD_ARCHIVES: dict[str, tuple[bytes, str]] = {
    "a04 overlapping": (overlapping(), "overlap, as in a ZIP bomb"),
    "a04 sum": (
        zip_bytes(*(Entry(name=b"%d.png" % n, size=3_000_000_000) for n in range(100))),
        "would unpack to 300 GB",
    ),
    "a13 no bytes": (b"", "empty"),
    "a13 HTML": (b"<html>", "web page"),
    "a13 cut off": (zip_bytes(entry("a.png", 1))[:-40], "cut off"),
    "a13 noise": (b"noise" * 99, "not a ZIP"),
    "a13 no files": (zip_bytes(), "No images found in evil.zip: it holds no files."),
    "a14 no pictures": (
        zip_bytes(Entry(name=b"a.pdf"), Entry(name=b"b.txt", data=b"1girl")),
        "2 files (1 .pdf, 1 .txt)",
    ),
    "a14 clutter": (zip_bytes(Entry(name=b"__MACOSX/._a.png"), Entry(name=b".DS_Store")), "it holds no files"),
}


@pytest.mark.parametrize("case", BAD_ARCHIVES)
def test_a_an_archive_that_cannot_be_used_is_one_sentence_and_writes_nothing(tmp_path: Path, case: str) -> None:
    content, said = BAD_ARCHIVES[case]
    fill(tmp_path, {"evil.zip": content})
    before, dscore = outside(tmp_path), Commands(tmp_path / "library")
    ran = dscore("import", tmp_path / "evil.zip", "--json")
    assert ran.code == 2
    assert said in ran.err
    assert ran.json["error"] == ran.err.split("\nSkipped:")[0].rstrip("\n")
    assert outside(tmp_path) == before
    assert not dscore.library.images.exists()


def test_a14_captions_without_pictures_are_listed(tmp_path: Path) -> None:
    fill(tmp_path, {"evil.zip": zip_bytes(Entry(name=b"b.txt", data=b"1girl"))})
    ran = Commands(tmp_path / "library")("import", tmp_path / "evil.zip", "--json")
    assert "  b.txt: A caption without its picture" in ran.err
    assert ran.json["skipped_files"][0]["name"] == "b.txt"


def test_a15_over_the_limit_names_it_and_the_folder_road(tmp_path: Path) -> None:
    fill(
        tmp_path,
        {
            "evil.zip": zip_bytes(entry("a.png", 1), entry("b.png", 2)),
            "library/settings.toml": "max_archive_entries = 1",
        },
    )
    ran = Commands(tmp_path / "library")("import", tmp_path / "evil.zip")
    assert ran.code == 2
    assert "limit" in ran.err
    assert "import the folder" in ran.err


ODD_NAMES: dict[bytes, str] = {
    "写真/猫.png".encode("cp932"): "猫",
    "Köln.png".encode("cp437"): "Köln",
    b"\xff\xfe.png": "\u00a0■",
    b"CON.png": "_CON",
    b"COM1.png": "_COM1",
    b"trailing. .png": "trailing",
    b"16:9.png": "16_9",
    b"a<b>.png": "a_b_",
    b"a\0c.png": "a_c",
    b"two\nlines.png": "two_lines",
    "cat\u202egnp.png".encode(): "catgnp",
    b"x" * 300 + b".png": "x" * 120,
    b"d/" * 300 + b"deep.png": "deep",
    b"A.png": "A",
    b"a.png": "a_2",
    "é.png".encode(): "é",
    "e\u0301.png".encode(): "é_2",
}


@pytest.fixture(scope="module")
def odd_names(tmp_path_factory: pytest.TempPathFactory) -> tuple[Imported, Path]:
    """A picture for each odd name, in one ZIP; then exported with the names kept."""
    folder = tmp_path_factory.mktemp("names")
    same = [entry(b"same.png", 200), entry(b"same.png", 201), entry(b"deeper/same.png", 200)]
    fill(folder, {"names.zip": zip_bytes(*same, *(entry(raw, 300 + n) for n, raw in enumerate(ODD_NAMES)))})
    imported = Imported(folder, folder / "names.zip")
    imported.dscore.good("export", "evil", folder / "out", "--format", "plain", "--names", "kept")
    return imported, folder / "out"


@pytest.mark.parametrize("raw", ODD_NAMES, ids=repr)
def test_a9_a10_a11_odd_names_go_in_and_out_under_safe_ones(odd_names: tuple[Imported, Path], raw: bytes) -> None:
    imported, out = odd_names
    name = ODD_NAMES[raw]
    assert imported.dscore.rows("select count(*) from item where name = ?", name) == [(1,)]
    exported = {path.stem for path in out.glob("*.png")}
    assert len(exported) == len({one.casefold() for one in exported}) == len(ODD_NAMES) + 2
    assert not [one for one in exported if re.search(r'[<>:"/\\|?*\x00-\x1f]|[ .]$', one)]


def test_a9_the_bytes_of_a_name_are_kept(odd_names: tuple[Imported, Path]) -> None:
    raw = "Köln.png".encode("cp437")
    assert odd_names[0].dscore.rows("select raw_name from origin where path = 'Köln.png'") == [(raw.hex(),)]


def test_a11_one_name_twice_is_two_pictures_and_equal_bytes_are_one(odd_names: tuple[Imported, Path]) -> None:
    dscore = odd_names[0].dscore
    assert dscore.rows("select name from item where name like 'same%' order by id") == [("same",), ("same_2",)]
    assert odd_names[0].document["already_there"] == 1


def test_a12_pictures_of_one_stem_never_share_a_caption_file(tmp_path: Path) -> None:
    pair = {
        f"pair.{kind}": bytes_of(photo(80, 70, seed=n), kind.upper()) for n, kind in enumerate(("png", "jpeg", "webp"))
    }
    imported = Imported(tmp_path, fill(tmp_path / "set", {**pair, "pair.txt": b"1girl, solo\n"}))
    assert all("as well; each got a copy" in imported.remarks[name] for name in pair)
    imported.dscore.good("export", "evil", tmp_path / "out", "--format", "plain", "--names", "kept")
    assert texts(tmp_path / "out") == dict.fromkeys(("pair", "pair_2", "pair_3"), "1girl, solo")


def test_a13_junk_around_a_zip_and_a_wrong_count_do_not_matter(tmp_path: Path) -> None:
    made = {
        "prefix.zip": b"MZ" + bytes(900) + zip_bytes(entry("a.png", 1)),
        "comment.zip": zip_bytes(entry("b.png", 2), comment=b"c" * 65_535),
        "count.zip": zip_bytes(entry("c.png", 3), count=9),
    }
    fill(tmp_path / "zips", made)
    imported = Imported(tmp_path, *(tmp_path / "zips" / name for name in made))
    assert imported.document["imported"] == 3
