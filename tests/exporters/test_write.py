from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dscore.config import Library
from dscore.errors import ExportError
from dscore.exporters.base import ExportOptions
from dscore.exporters.manifest import MANIFEST
from dscore.exporters.plain import PlainExporter
from dscore.models import ExportItem
from tests.exporters.conftest import Exporting, ItemMaker, tree


def stats(folder: Path) -> dict[str, tuple[int, int]]:
    """What would tell a rewritten file from an untouched one."""
    return {str(p): (p.stat().st_ino, p.stat().st_mtime_ns) for p in [folder, *folder.rglob("*")]}


@pytest.fixture
def items(make_item: ItemMaker) -> list[ExportItem]:
    return [make_item(1), make_item(2, format="gif"), make_item(3, format="jpeg", orientation=8)]


@pytest.mark.parametrize("how", [{"kind": "plain"}, {"kind": "kohya"}, {"link": "hardlink"}])
@pytest.mark.parametrize("again", [{}, {"replace": True}])
def test_the_second_run_changes_nothing(
    how: dict[str, object], again: dict[str, object], items: list[ExportItem], export: Exporting, tmp_path: Path
) -> None:
    first = export(items, tmp_path / "out", **how)
    before = stats(tmp_path)
    second = export(items, tmp_path / "out", **how, **again)
    assert stats(tmp_path) == before
    assert not first.up_to_date
    assert second == replace(first, up_to_date=True)


def test_up_to_date_holds_beside_a_trainers_caches(items: list[ExportItem], export: Exporting, tmp_path: Path) -> None:
    export(items, tmp_path / "out")
    (tmp_path / "out/000001.npz").write_bytes(b"cache")
    assert export(items, tmp_path / "out").up_to_date


@pytest.mark.parametrize("change", ["caption", "fewer", "more", "names", "kind", "content"])
def test_an_older_export_goes_only_when_asked(
    change: str, items: list[ExportItem], make_item: ItemMaker, export: Exporting, tmp_path: Path
) -> None:
    export(items, tmp_path / "out")
    before = tree(tmp_path / "out")
    options: dict[str, object] = {"names": "kept"} if change == "names" else {}
    options |= {"kind": "kohya"} if change == "kind" else {}
    newer = {
        "caption": [replace(items[0], caption="new"), *items[1:]],
        "fewer": items[1:],
        "more": [*items, make_item(9)],
        "content": [replace(make_item(4), item_id=1), *items[1:]],
    }.get(change, items)
    with pytest.raises(ExportError, match="Ask to replace it"):
        export(newer, tmp_path / "out", **options)
    assert tree(tmp_path / "out") == before
    result = export(newer, tmp_path / "out", replace=True, **options)
    assert not result.up_to_date
    assert result.warnings == ()
    assert tree(tmp_path / "out") != before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("out")] == ["out"]
    assert export(newer, tmp_path / "out", **options).up_to_date


def test_replacing_leaves_nothing_of_the_old(items: list[ExportItem], export: Exporting, tmp_path: Path) -> None:
    export(items, tmp_path / "out")
    export(items[1:], tmp_path / "out", replace=True)
    assert not [path for path in tree(tmp_path / "out") if path.startswith("000001")]


def test_a_trainers_caches_stop_a_replacement_by_name(
    items: list[ExportItem], export: Exporting, tmp_path: Path
) -> None:
    export(items, tmp_path / "out", kind="kohya")
    cache = tmp_path / "out/10_My_set/000001_0024x0016_sdxl.npz"
    cache.write_bytes(b"hours")
    before = tree(tmp_path / "out")
    with pytest.raises(ExportError, match=r"did not write: 10_My_set/000001_0024x0016_sdxl\.npz"):
        export(items[1:], tmp_path / "out", kind="kohya", replace=True)
    assert tree(tmp_path / "out") == before


def test_a_caption_edited_in_the_export_stops_a_replacement(
    items: list[ExportItem], export: Exporting, tmp_path: Path
) -> None:
    export(items, tmp_path / "out")
    (tmp_path / "out/000002.txt").write_bytes(b"by hand")
    with pytest.raises(ExportError, match=r"changed since dscore wrote them: 000002\.txt"):
        export(items, tmp_path / "out", replace=True)
    assert (tmp_path / "out/000002.txt").read_bytes() == b"by hand"


def test_a_file_gone_from_the_export_comes_back(items: list[ExportItem], export: Exporting, tmp_path: Path) -> None:
    export(items, tmp_path / "out")
    (tmp_path / "out/000002.txt").unlink()
    export(items, tmp_path / "out", replace=True)
    assert (tmp_path / "out/000002.txt").exists()


def test_a_broken_original_is_left_out_and_the_rest_goes_on(
    items: list[ExportItem], export: Exporting, tmp_path: Path
) -> None:
    Path(items[0].path).unlink()
    Path(items[1].path).write_bytes(b"rot")
    result = export(items, tmp_path / "out")
    assert [skipped.name for skipped in result.left_out] == ["picture 1.png", "picture 2.png"]
    assert ["missing" in result.left_out[0].reason, "damaged" in result.left_out[1].reason] == [True, True]
    assert (result.pictures, result.captions) == (1, 1)
    assert set(tree(tmp_path / "out")) == {"000003.jpg", "000003.txt", MANIFEST}
    again = export(items, tmp_path / "out")
    assert again.up_to_date
    assert again.left_out == result.left_out


def test_an_original_that_came_back_is_exported(items: list[ExportItem], export: Exporting, tmp_path: Path) -> None:
    kept = shutil.move(items[0].path, tmp_path / "away")
    export(items, tmp_path / "out")
    shutil.move(kept, items[0].path)
    assert export(items, tmp_path / "out", replace=True).pictures == 3


def test_if_nothing_can_be_exported_an_older_export_stays(
    items: list[ExportItem], export: Exporting, tmp_path: Path
) -> None:
    export(items, tmp_path / "out")
    before = tree(tmp_path / "out")
    gone = [replace(item, path=item.path + ".gone", caption="new") for item in items]
    with pytest.raises(ExportError, match=r"Nothing could be exported\. picture 1\.png: Its file is missing"):
        export(gone, tmp_path / "out", replace=True)
    assert tree(tmp_path / "out") == before
    assert not list(tmp_path.glob("out.*"))


def test_hard_links_are_made_only_when_asked(items: list[ExportItem], export: Exporting, tmp_path: Path) -> None:
    export(items, tmp_path / "copied")
    assert not (tmp_path / "copied/000001.png").samefile(items[0].path)
    result = export(items, tmp_path / "linked", link="hardlink")
    assert (tmp_path / "linked/000001.png").samefile(items[0].path)
    assert not (tmp_path / "linked/000002.png").samefile(items[1].path)
    assert result.warnings == ()


def test_replacing_linked_pictures_spares_the_originals(
    items: list[ExportItem], export: Exporting, tmp_path: Path
) -> None:
    export(items, tmp_path / "out", link="hardlink")
    export(items[1:], tmp_path / "out", link="hardlink", replace=True)
    assert all(Path(item.path).exists() for item in items)


@pytest.mark.parametrize(("first", "second"), [("hardlink", "copy"), ("copy", "hardlink")])
def test_links_and_copies_replace_each_other(
    first: str, second: str, items: list[ExportItem], export: Exporting, tmp_path: Path
) -> None:
    export(items, tmp_path / "out", link=first)
    with pytest.raises(ExportError, match="an older export that differs"):
        export(items, tmp_path / "out", link=second)
    assert not export(items, tmp_path / "out", link=second, replace=True).up_to_date
    assert (tmp_path / "out/000001.png").samefile(items[0].path) == (second == "hardlink")
    assert export(items, tmp_path / "out", link=second).up_to_date


@pytest.mark.parametrize(("first", "second"), [("hardlink", "copy"), ("copy", "hardlink")])
def test_where_there_is_nothing_to_link_the_export_is_up_to_date_either_way(
    first: str, second: str, items: list[ExportItem], export: Exporting, tmp_path: Path
) -> None:
    export(items[:2], tmp_path / "out", link=first)
    Path(items[0].path).unlink()  # the other one is converted
    assert export(items[:2], tmp_path / "out", link=second).up_to_date


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no second disk is known here")
def test_across_disks_links_become_copies_and_that_is_said(items: list[ExportItem], export: Exporting) -> None:
    target = Path(f"/dev/shm/dscore-{os.getpid()}")
    try:
        result = export(items, target, link="hardlink")
        assert result.warnings == ("1 pictures were copied: the export's disk cannot link to the library's.",)
        assert result.pictures == 3
        assert export(items, target, link="hardlink").up_to_date
        assert export(items, target, link="copy").up_to_date
    finally:
        shutil.rmtree(target, ignore_errors=True)


def test_a_cancelled_export_leaves_nothing(items: list[ExportItem], library: Library, tmp_path: Path) -> None:
    exporter = PlainExporter()
    writing = exporter.write(exporter.plan(items, ExportOptions(), target=tmp_path / "out"), library=library)
    next(writing)
    assert list(tmp_path.glob("out.partial-*"))
    writing.close()
    assert not list(tmp_path.glob("out*"))


def test_a_stranger_that_comes_in_while_writing_is_kept(
    items: list[ExportItem], library: Library, export: Exporting, tmp_path: Path
) -> None:
    export(items, tmp_path / "out")
    exporter = PlainExporter()
    plan = exporter.plan(items[1:], ExportOptions(replace=True), target=tmp_path / "out")
    for step in exporter.write(plan, library=library):
        if step.message == "000003.jpg":
            (tmp_path / "out/000001.npz").write_bytes(b"hours")
    (kept,) = tmp_path.glob("out.old-*")
    assert tree(kept).items() >= {("000001.npz", b"hours")}
    assert not (tmp_path / "out/000001.npz").exists()
    assert not list(tmp_path.glob("out.partial-*"))


def test_a_folder_that_appears_while_writing_is_not_moved(
    items: list[ExportItem], library: Library, tmp_path: Path
) -> None:
    exporter = PlainExporter()
    plan = exporter.plan(items, ExportOptions(), target=tmp_path / "out")
    writing = exporter.write(plan, library=library)
    next(writing)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine").write_bytes(b"mine")
    with pytest.raises(ExportError, match="cannot be written"):
        list(writing)
    assert tree(tmp_path / "out") == {"mine": b"mine"}
    assert not list(tmp_path.glob("out.*"))


FULL = """
import sys
from pathlib import Path
from dscore.config import Library
from dscore.errors import DiskFullError
from dscore.exporters.base import ExportOptions
from dscore.exporters.manifest import file_sha256
from dscore.exporters.plain import PlainExporter
from dscore.models import ExportItem
source, disk = Path(sys.argv[1]), Path(sys.argv[2])
item = ExportItem(1, "a", str(source), file_sha256(source), "png", 9, 9, 1, 1, "a")
items = [ExportItem(n, "a", str(source), item.sha256, "png", 9, 9, 1, 1, "a") for n in range(4)]
writing = PlainExporter().write(PlainExporter().plan(items, ExportOptions(), target=disk / "out"),
                                library=Library(source.parent / "library"))
next(writing)
filler = (disk / "other-program").open("wb")
try:
    while True:
        filler.write(bytes(65536)); filler.flush()
except OSError:
    pass
try:
    list(writing)
except DiskFullError as error:
    print("said:", error)
print("left:", sorted(path.name for path in disk.iterdir()))
"""


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs a small disk of its own")
def test_a_disk_that_fills_up_half_way_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(os.urandom(1_000_000))
    disk = tmp_path / "disk"
    disk.mkdir()
    script = 'mount -t tmpfs -o size=8m none "$1" && exec "$2" -c "$3" "$4" "$1"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", disk, sys.executable, FULL, tmp_path / "picture"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    if "unshare failed" in done.stderr or "mount:" in done.stderr:
        pytest.skip("this machine lets nobody mount a small disk")
    assert "said: The export to" in done.stdout, done.stderr
    assert "MB are free" in done.stdout
    assert "left: ['other-program']" in done.stdout
