"""Import, piece by piece: what goes in once, what is said, and what is never touched."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from dscore.config import Library
from dscore.errors import DiskFullError, NoPicturesError, WrongUseError
from dscore.pipeline import ingest
from tests.commands import ROOT, Commands
from tests.made_sets import SIZE, fill, pack, scored, tagger
from tests.media.pictures import bytes_of, exif_of, photo
from tests.sources.crafting import Entry, end_part, local_part, table_line

ONE, TWO, THREE = (scored({}, rest=rest) for rest in (10, 20, 30))
Files = dict[str, bytes | str]
KEPT = "Its caption there differs; the one in the catalog was kept."


def numbers(document: Any) -> tuple[int, int, int, int]:
    return (document["found"], document["imported"], document["already_there"], document["skipped"])


def test_the_same_picture_twice_is_one_and_the_same_name_twice_are_two(dscore: Commands, tmp_path: Path) -> None:
    content: Files = {"a/cat.png": ONE, "b/copy.png": ONE, "c/Cat.png": TWO}
    done = dscore.good("import", fill(tmp_path / "cats", content))
    assert numbers(done) == (3, 2, 1, 0)
    remarks = {line["name"]: line["reason"] for line in done["remarks"]}
    assert remarks == {
        "b/copy.png": "It is in the dataset already, as cat.",
        "c/Cat.png": "Another picture has this name; this one is called Cat_2.",
    }
    assert sorted(dscore.captions("cats")) == ["Cat_2", "cat"]


def test_importing_again_keeps_ours_and_says_where_a_caption_there_differs(dscore: Commands, tmp_path: Path) -> None:
    source = fill(tmp_path / "cats", {"a.png": ONE, "a.txt": "cat, red", "b.png": TWO, "b.txt": "dog", "c.png": THREE})
    dscore.good("import", source)
    dscore.good("edit", "cats", "add", "mine", "--where", "name:b")
    before = items(dscore)
    fill(source, {"a.txt": "cat, blue", "c.txt": "new"})
    again = dscore.good("import", source)
    assert numbers(again) == (3, 0, 3, 0)
    assert again["remarks"] == [
        {"name": name, "reason": f"It is in the dataset already. {KEPT}"} for name in ("a.png", "c.png")
    ]
    assert items(dscore) == before


def items(dscore: Commands) -> dict[str, list[Any]]:
    """All but the list of words: those of a caption that was not taken are known from then on."""
    return {table: rows for table, rows in dscore.content().items() if table != "tag"}


def test_one_in_the_trash_comes_back_with_its_caption(dscore: Commands, tmp_path: Path) -> None:
    source = fill(tmp_path / "cats", {"a.png": ONE, "a.txt": "cat, red", "b.png": TWO})
    dscore.good("import", source)
    dscore.good("edit", "cats", "add", "mine")
    dscore.good("edit", "cats", "trash", "--where", "name:a")
    back = dscore.good("import", source)
    assert numbers(back) == (2, 1, 1, 0)
    assert dscore.captions("cats")["a"] == "cat, red, mine"
    dscore.good("undo", "cats")
    assert list(dscore.captions("cats")) == ["b"]


def test_originals_lie_byte_for_byte_by_content_with_a_thumbnail_each(dscore: Commands, tmp_path: Path) -> None:
    jpeg = bytes_of(photo(300, 200), "JPEG", exif=exif_of(6))
    dscore.good("import", fill(tmp_path / "cats", {"a.png": ONE, "b.jpeg": jpeg}))
    for content, extension in ((ONE, ".png"), (jpeg, ".jpg")):
        name = hashlib.sha256(content).hexdigest()
        assert dscore.library.image_path(f"{name[:2]}/{name}{extension}").read_bytes() == content
        (thumbnail,) = dscore.library.thumbs.rglob(f"{name}*.webp")
        with Image.open(thumbnail) as image:
            assert max(image.size) <= 384
    assert not list(dscore.library.incoming.iterdir())


def test_a_turned_picture_is_upright_in_the_thumbnail_the_tagger_and_the_export(
    dscore: Commands, tmp_path: Path
) -> None:
    """Turned by EXIF, the picture scores as it does upright; as it lies, it would not."""
    upright = photo(SIZE, SIZE, seed=3)
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    content: Files = {"a.png": bytes_of(upright, "PNG"), "b.png": bytes_of(turned, "PNG", exif=exif_of(6))}
    dscore.good("import", fill(tmp_path / "set", content))
    dscore.good("tag", "set", "--tagger", tagger(tmp_path / "made"))
    scores = dscore.rows("select scores from prediction order by image_id")
    assert scores[0] == scores[1]
    dscore.good("export", "set", tmp_path / "out", "--format", "plain", "--names", "kept")
    with Image.open(tmp_path / "out" / "b.png") as exported:
        assert exported.getexif().get(0x0112, 1) == 1
        assert exported.convert("RGB").tobytes() == upright.tobytes()
    thumbnails = [Image.open(path).convert("RGB").tobytes() for path in dscore.library.thumbs.rglob("*.webp")]
    assert thumbnails[0] == thumbnails[1]


def test_mixed_captions_give_a_new_dataset_its_template(dscore: Commands, tmp_path: Path) -> None:
    mixed = "1girl, solo\nA girl sits on a bench, and looks at the sea."
    content: Files = {"a.png": ONE, "a.txt": mixed, "b.png": TWO, "b.txt": mixed.replace("girl", "boy"), "c.png": THREE}
    dscore.good("import", fill(tmp_path / "set", content))
    assert dscore.rows("select template from dataset") == [("{trigger}, {tags}\n{prose}",)]
    other: Files = {"d.png": scored({}, rest=40), "d.txt": "1girl, solo. A girl sits on a bench, and looks at the sea."}
    dscore.good("import", fill(tmp_path / "other", other), "--dataset", "set")
    assert dscore.rows("select template from dataset") == [("{trigger}, {tags}\n{prose}",)]
    assert dscore.captions("set")["d"] == other["d.txt"]


def test_a_dataset_whose_pictures_are_all_in_the_trash_keeps_its_template(dscore: Commands, tmp_path: Path) -> None:
    mixed = "1girl, solo\nA girl sits on a bench, and looks at the sea."
    dscore.good("import", fill(tmp_path / "set", {"a.png": ONE, "a.txt": mixed}))
    dscore.good("edit", "set", "trash", "--where", "solo")
    dscore.good(
        "import", fill(tmp_path / "other", {"b.png": TWO, "b.txt": mixed.replace("\n", ". ")}), "--dataset", "set"
    )
    assert dscore.rows("select template from dataset") == [("{trigger}, {tags}\n{prose}",)]


def test_an_import_into_a_dataset_that_is_there_adds_to_it_whatever_its_case(dscore: Commands, tmp_path: Path) -> None:
    dscore.good("import", fill(tmp_path / "cats", {"a.png": ONE}))
    done = dscore.good("import", fill(tmp_path / "more", {"b.png": TWO}), "--dataset", "CATS")
    assert done["dataset"] == "cats"
    assert sorted(dscore.captions("cats")) == ["a", "b"]


def test_captions_can_be_said_to_be_prose(dscore: Commands, tmp_path: Path) -> None:
    dscore.good("import", fill(tmp_path / "set", {"a.png": ONE, "a.txt": "red, blue"}), "--captions", "prose")
    assert dscore.tags("set") == {"a": []}
    assert dscore.captions("set") == {"a": "red, blue"}


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\nb", "a\u202eb"])
def test_a_name_that_cannot_be_seen_is_no_dataset(tmp_path: Path, name: str) -> None:
    source = fill(tmp_path / "set", {"a.png": ONE})
    library = Library(tmp_path / "library")
    if not name:
        assert ingest.plan(library, [str(source)], dataset=name).dataset.name == "set"
        return
    with pytest.raises(WrongUseError, match="A dataset's name has 1 to 100 visible characters"):
        ingest.plan(library, [str(source)], dataset=name)


@pytest.mark.parametrize("name", ["x" * 110, "👩\u200d🎤 song", "\u0645\u06cc\u200c\u0634"])
def test_any_zip_gives_a_dataset_its_name(tmp_path: Path, name: str) -> None:
    path = pack(tmp_path / f"{name}.zip", {"a.png": ONE})
    assert ingest.plan(Library(tmp_path / "library"), [str(path)]).dataset.name == name[:100]


def test_a_place_without_pictures_says_what_is_there_and_why_each_was_refused(tmp_path: Path) -> None:
    source = fill(tmp_path / "set", {"a.heic": b"x", "b.txt": "1girl", "c.pdf": b"%PDF"})
    with pytest.raises(NoPicturesError, match=r"No images found in set: it holds 3 files") as caught:
        ingest.plan(Library(tmp_path / "library"), [str(source)])
    assert [name for name, _ in caught.value.skipped] == ["a.heic", "b.txt"]


@pytest.mark.skipif(os.name == "nt", reason="a file with a hole takes its whole length there")
def test_a_full_disk_is_known_before_the_start(tmp_path: Path) -> None:
    """Files of little but holes, together larger than what is free."""
    source = fill(tmp_path / "set", {"a.png": ONE})
    for number in range(shutil.disk_usage(tmp_path).free // 500_000_000 + 1):
        with (source / f"{number}.png").open("wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n")
            file.truncate(500_000_000)
    library = Library(tmp_path / "library")
    with pytest.raises(DiskFullError, match=r"not enough room.*Nothing was imported"):
        ingest.plan(library, [str(source)])
    assert not library.catalog.exists()


@pytest.mark.parametrize("place", ["library", "library/images", "."])
def test_the_library_itself_is_not_imported(dscore: Commands, tmp_path: Path, place: str) -> None:
    dscore.good("import", fill(tmp_path / "set", {"a.png": ONE}))
    ran = dscore("import", tmp_path / place, "--dataset", "again")
    assert ran.code == 2
    assert "holds the library itself" in ran.err


def test_an_import_left_half_way_goes_on_only_where_the_source_is_the_same(dscore: Commands, tmp_path: Path) -> None:
    source = fill(tmp_path / "set", {"a.png": ONE, "b.png": TWO})
    dscore.good("import", source)
    left(dscore)
    assert numbers(dscore.good("import", source)) == (2, 1, 1, 0)
    assert [job["state"] for job in dscore.good("jobs")] == ["done"]
    left(dscore)
    fill(source, {"c.png": THREE})
    assert numbers(dscore.good("import", source)) == (3, 1, 2, 0)
    assert [job["state"] for job in dscore.good("jobs")] == ["done", "cancelled"]


def left(dscore: Commands) -> None:
    """Set the last job back to where a killed process leaves one: running, owned by nobody alive, a piece waiting."""
    with closing(sqlite3.connect(dscore.library.catalog)) as db, db:
        db.execute("update job set state = 'running', owner = null, finished_at = null")
        db.execute("update job_item set state = 'waiting', payload = ? where number = 2", (f'{{"size": {len(TWO)}}}',))


def test_seventy_thousand_files_in_a_zip_are_gone_through(dscore: Commands, tmp_path: Path) -> None:
    """What is no picture is one line, however much it is."""
    plain = Entry(name=b"00000.json", data=b"{}")
    body, line = local_part(plain), table_line(plain, 0)
    size, names = len(body), [b"%05d" % number for number in range(70_000)]
    bodies = [body.replace(b"00000", name) for name in names]
    lines = [line[:42] + struct.pack("<L", int(n) * size) + line[46:].replace(b"00000", n) for n in names]
    picture = Entry(name=b"good.png", data=ONE)
    bodies.append(local_part(picture))
    lines.append(table_line(picture, size * len(names)))
    table, whole = b"".join(lines), b"".join(bodies)
    (tmp_path / "many.zip").write_bytes(whole + table + end_part(70_001, len(table), len(whole)))
    done = dscore.good("import", tmp_path / "many.zip")
    assert numbers(done) == (1, 1, 0, 0)
    assert done["notes"] == ["70,000 other files left out, neither pictures nor captions (70,000 .json)."]


@pytest.mark.slow
def test_a_large_zip_is_imported_in_little_memory(dscore: Commands, tmp_path: Path) -> None:
    """300 MB of noise in 100 pictures; parent and children together stay under 400 MB."""
    with zipfile.ZipFile(tmp_path / "large.zip", "w") as archive:
        for number in range(100):
            noise = Image.frombytes("RGB", (1000, 1000), random.Random(number).randbytes(3_000_000))
            archive.writestr(f"{number}.png", bytes_of(noise, "PNG", compress_level=0))
    fill(dscore.home, {"settings.toml": "decode_workers = 2\n"})
    command = [sys.executable, "-m", "dscore", "import", str(tmp_path / "large.zip"), "--home", str(dscore.home)]
    peak = 0
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as running:
        whole = psutil.Process(running.pid)
        while running.poll() is None:
            peak = max(peak, _resident(whole))
            time.sleep(0.01)
    assert running.returncode == 0
    assert peak < 400 << 20, f"{peak >> 20} MB"


def _resident(whole: psutil.Process) -> int:
    total = 0
    for process in [whole, *whole.children(recursive=True)]:
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total
