"""Files on a disk, found again and read only unchanged."""

import os
import sys
from pathlib import Path

import pytest

from dscore.errors import UnreadableImageError
from dscore.models import SourceFile
from dscore.sources.disk import describe, read_unchanged


@pytest.fixture
def picture(tmp_path: Path) -> SourceFile:
    path = tmp_path.resolve() / "sub" / "a.png"
    path.parent.mkdir()
    path.write_bytes(b"x" * 1_000_000)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return describe(tmp_path.resolve(), path, path.stat())


def _read(root: Path, file: SourceFile) -> bytes:
    return b"".join(read_unchanged(root.resolve(), file))


def test_a_file_is_described_and_read_in_blocks(tmp_path: Path, picture: SourceFile) -> None:
    assert (picture.name, picture.size) == ("sub/a.png", 1_000_000)
    assert (picture.modified, picture.raw_name) == ("2023-11-14T22:13:20+00:00", "")
    assert [len(block) for block in read_unchanged(tmp_path.resolve(), picture)] == [262_144] * 3 + [213_568]


def test_a_changed_file_is_refused(tmp_path: Path, picture: SourceFile) -> None:
    (tmp_path / "sub" / "a.png").write_bytes(b"y" * 1_000_000)
    with pytest.raises(UnreadableImageError, match=r"sub/a\.png was changed since"):
        _read(tmp_path, picture)


def test_a_file_that_is_gone_is_said(tmp_path: Path, picture: SourceFile) -> None:
    (tmp_path / "sub" / "a.png").unlink()
    with pytest.raises(UnreadableImageError, match="is gone from"):
        _read(tmp_path, picture)


@pytest.mark.parametrize("grown", [b"more", b""], ids=["grown", "cut"])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, picture: SourceFile, grown: bytes) -> None:
    blocks = read_unchanged(tmp_path.resolve(), picture)
    next(blocks)
    with (tmp_path / "sub" / "a.png").open("r+b") as stream:
        stream.truncate(1_000_000 if grown else 600_000)
        stream.seek(0, os.SEEK_END)
        stream.write(grown)
    with pytest.raises(UnreadableImageError, match="was changed since"):
        list(blocks)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_file_swapped_for_a_link_outside_is_refused(tmp_path: Path) -> None:
    root, outside = tmp_path.resolve() / "root", tmp_path.resolve() / "secret.png"
    root.mkdir()
    outside.write_bytes(b"secret")
    (root / "a.png").write_bytes(b"public")
    picture = describe(root, root / "a.png", (root / "a.png").stat())
    (root / "a.png").unlink()
    (root / "a.png").symlink_to(outside)
    with pytest.raises(UnreadableImageError, match="no longer a file in root"):
        _read(root, picture)


def test_a_key_cannot_lead_outside(tmp_path: Path, picture: SourceFile) -> None:
    version = picture.key.partition("/")[0]
    (tmp_path / "other").mkdir()
    with pytest.raises(UnreadableImageError, match="no longer a file"):
        _read(tmp_path / "other", SourceFile(f"{version}/../sub/a.png", "a.png", picture.size))
