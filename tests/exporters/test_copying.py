from __future__ import annotations

import os
from pathlib import Path

import pytest

from dscore.exporters.base import PlannedPicture
from dscore.exporters.copying import Placed, copy_file, found_now, place_picture
from dscore.exporters.manifest import LeftOutRecord, file_sha256
from tests.exporters.conftest import ItemMaker


@pytest.mark.parametrize("size", [0, 1, 3_000_000])
def test_a_copy_is_byte_for_byte_and_a_file_of_its_own(size: int, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(os.urandom(size))
    copy_file(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == (tmp_path / "a").read_bytes()
    assert not (tmp_path / "b").samefile(tmp_path / "a")


def test_a_copy_needs_no_help_from_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "copy_file_range", raising=False)
    (tmp_path / "a").write_bytes(b"abc")
    copy_file(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"abc"


def test_a_copy_goes_to_another_disk(tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir():
        pytest.skip("no second disk is known here")
    target = other / f"dscore-{os.getpid()}"
    (tmp_path / "a").write_bytes(b"abc")
    try:
        copy_file(tmp_path / "a", target)
        assert target.read_bytes() == b"abc"
    finally:
        target.unlink()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "b").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        copy_file(tmp_path / "a", tmp_path / "b")


def test_a_link_is_the_librarys_own_file(make_item: ItemMaker, tmp_path: Path) -> None:
    item = make_item(1)
    placed = place_picture(PlannedPicture(item, "a.png"), tmp_path, link=True)
    assert isinstance(placed, Placed)
    assert placed.linked
    assert (tmp_path / "a.png").samefile(item.path)


def test_a_converted_picture_is_never_linked(make_item: ItemMaker, tmp_path: Path) -> None:
    item = make_item(1, format="gif")
    placed = place_picture(PlannedPicture(item, "a.png", "png"), tmp_path, link=True)
    assert isinstance(placed, Placed)
    assert not placed.linked
    assert placed.record.sha256 == file_sha256(tmp_path / "a.png")
    assert (placed.record.original, placed.record.converted) == (item.sha256, "png")


@pytest.mark.parametrize("link", [False, True])
@pytest.mark.parametrize("kind", ["png", "gif"])
def test_a_damaged_original_leaves_no_file(kind: str, link: bool, make_item: ItemMaker, tmp_path: Path) -> None:
    item = make_item(1, format=kind)
    Path(item.path).write_bytes(Path(item.path).read_bytes()[:-5])
    left = place_picture(PlannedPicture(item, "a.png", "png" if kind == "gif" else None), tmp_path, link=link)
    assert isinstance(left, LeftOutRecord)
    assert "not what was imported" in left.reason
    assert left.found == found_now(Path(item.path)) != item.sha256
    assert not (tmp_path / "a.png").exists()


def test_a_missing_original_is_said_so(make_item: ItemMaker, tmp_path: Path) -> None:
    item = make_item(1)
    Path(item.path).unlink()
    left = place_picture(PlannedPicture(item, "a.png"), tmp_path, link=False)
    assert isinstance(left, LeftOutRecord)
    assert "missing" in left.reason
    assert left.found == ""


def test_a_picture_that_cannot_be_re_encoded_is_left_out(make_item: ItemMaker, tmp_path: Path) -> None:
    item = make_item(1)
    Path(item.path).write_bytes(b"no picture")
    item = make_item(2, path=item.path, sha256=file_sha256(Path(item.path)), format="gif")
    Path(item.path).write_bytes(b"no picture")
    left = place_picture(PlannedPicture(item, "a.png", "png"), tmp_path, link=False)
    assert isinstance(left, LeftOutRecord)
    assert left.found == item.sha256
    assert not (tmp_path / "a.png").exists()


def test_a_full_disk_is_no_fault_of_the_picture(make_item: ItemMaker) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no device that is always full")
    with pytest.raises(OSError, match=r"."):
        place_picture(PlannedPicture(make_item(1), "full"), Path("/dev"), link=False)
