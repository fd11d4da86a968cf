from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dscore.config import Library
from dscore.errors import DiskFullError, ExportError, WrongUseError
from dscore.exporters.target import check_target
from tests.exporters.conftest import Exporting, ItemMaker, tree


@pytest.mark.parametrize("place", ["", "exports", "images", "images/ab", "new", "exports/../thumbs"])
def test_the_library_is_never_written_into(place: str, library: Library) -> None:
    with pytest.raises(ExportError, match="belongs to the library"):
        check_target(library.home / place, library)


def test_a_folder_around_the_library_is_refused(library: Library) -> None:
    with pytest.raises(ExportError, match="belongs to the library"):
        check_target(library.home.parent, library)


def test_a_link_into_the_library_does_not_help(library: Library, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(library.images)
    with pytest.raises(ExportError, match="belongs to the library"):
        check_target(tmp_path / "way/new", library)


def test_the_librarys_own_exports_folder_is_for_exports(
    library: Library, make_item: ItemMaker, export: Exporting
) -> None:
    assert export([make_item(1)], library.exports / "first").pictures == 1


@pytest.mark.parametrize("name", ["CON", "nul.txt", "ends.", "ends ", "new\nline"])
def test_a_name_that_a_system_refuses_is_refused(name: str, library: Library, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be called"):
        check_target(tmp_path / name, library)


def test_a_name_that_leaves_no_room_for_its_work_folder_is_refused(library: Library, tmp_path: Path) -> None:
    check_target(tmp_path / ("x" * 238), library)
    with pytest.raises(ExportError, match="too long for the name of a folder"):
        check_target(tmp_path / ("ü" * 120), library)
    with pytest.raises(WrongUseError, match="File name too long"):
        check_target(tmp_path / ("x/" * 3000) / "new", library)


def test_a_whole_disk_is_refused(library: Library) -> None:
    with pytest.raises(ExportError, match="whole disk"):
        check_target(Path(library.home.anchor), library)


def test_a_link_is_refused_with_what_to_do(library: Library, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(ExportError, match="is a link"):
        check_target(tmp_path / "link", library)


def test_a_file_in_the_place_or_in_the_way_is_refused(library: Library, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"precious")
    with pytest.raises(ExportError, match="is a file"):
        check_target(tmp_path / "file", library)
    with pytest.raises(ExportError, match="is a file"):
        check_target(tmp_path / "file/new/deep", library)
    assert (tmp_path / "file").read_bytes() == b"precious"


def test_a_name_that_the_disk_refuses_is_an_export_error(
    make_item: ItemMaker, export: Exporting, tmp_path: Path
) -> None:
    with pytest.raises(ExportError, match="too long"):
        export([make_item(1)], tmp_path / ("x" * 300))


def test_a_foreign_folder_stops_the_export_untouched(make_item: ItemMaker, export: Exporting, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.doc").write_bytes(b"years")
    with pytest.raises(ExportError, match=r"no export of dscore: thesis\.doc"):
        export([make_item(1)], tmp_path / "mine", replace=True)
    assert tree(tmp_path / "mine") == {"thesis.doc": b"years"}


def test_an_empty_folder_is_taken(make_item: ItemMaker, export: Exporting, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert export([make_item(1)], tmp_path / "out").pictures == 1


def test_a_full_disk_is_known_before_the_first_byte(make_item: ItemMaker, export: Exporting, tmp_path: Path) -> None:
    huge = tmp_path / "huge.png"
    with huge.open("wb") as file:
        file.truncate(10 * 2**40)
    with pytest.raises(DiskFullError, match=r"needs 10,995,1\d\d MB, and [\d,]+ MB are free"):
        export([make_item(1, path=str(huge))], tmp_path / "out")
    assert not list(tmp_path.glob("out*"))


@pytest.fixture
def anybodys_folder() -> Iterator[Path]:
    """A folder that every user reaches; pytest's own belong to one."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


READ_ONLY = """
import os, sys
from pathlib import Path
from dscore.config import Library
from dscore.errors import ExportError
from dscore.exporters.base import ExportOptions
from dscore.exporters.plain import PlainExporter
from dscore.models import ExportItem
root = Path(sys.argv[1])
item = ExportItem(1, "a", str(root / "a.png"), "0", "png", 1, 1, 1, 1, "")
plan = PlainExporter().plan([item], ExportOptions(), target=root / "shut" / "out")
if os.geteuid() == 0:
    os.setuid(65534)
try:
    list(PlainExporter().write(plan, library=Library(root / "library")))
except ExportError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a folder's rights are kept otherwise there")
def test_a_folder_without_rights_is_said_plainly(anybodys_folder: Path) -> None:
    (anybodys_folder / "shut").mkdir(mode=0o555)
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(anybodys_folder)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert "cannot be written" in done.stdout
    assert "Permission denied" in done.stdout
    assert not any((anybodys_folder / "shut").iterdir())
