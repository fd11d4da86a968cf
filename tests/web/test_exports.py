"""An export as a ZIP: all that dscore wrote there, and nothing else from the disk."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from dscore.web import exports
from tests.commands import Commands
from tests.made_sets import fill, scored
from tests.web.serving import browser


@pytest.fixture
def exported(dscore: Commands, tmp_path: Path) -> Commands:
    """A library with an export called “heap näh”."""
    content: dict[str, bytes | str] = {
        "a.png": scored({"1girl": 0.9}),
        "b.png": scored({}, rest=9),
        "a.txt": "solo, smile",
    }
    dscore.good("import", fill(tmp_path / "heap", content), "--dataset", "heap")
    dscore.good("export", "heap", dscore.library.exports / "heap näh")
    return dscore


def test_the_zip_holds_the_folder_byte_for_byte(exported: Commands) -> None:
    folder = exported.library.exports / "heap näh"
    (folder / "strange.txt").write_text("not ours")
    answer = browser(exported.library).get("/api/exports/heap näh.zip")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''heap%20n%C3%A4h.zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    expected = {
        path.relative_to(folder.parent).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "strange.txt"
    }
    assert found == expected


@pytest.mark.parametrize(
    "name", ["..", "%2e%2e", "../catalog", "nothing", "images", "..%2fimages", "heap%20n%C3%A4h%2f.."]
)
def test_no_name_leads_elsewhere(exported: Commands, name: str) -> None:
    assert browser(exported.library).get(f"/api/exports/{name}.zip").status_code == 404


def test_a_link_in_the_place_of_a_file_is_not_followed(exported: Commands, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (caption,) = (exported.library.exports / "heap näh").rglob("*.txt")
    caption.unlink()
    caption.symlink_to(secret)
    answer = browser(exported.library).get("/api/exports/heap näh.zip")
    assert answer.status_code == 404
    assert "secret" not in answer.text


def test_a_large_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(8 * exports.BLOCK))
    blocks = list(exports._packed(tmp_path, ["large"]))
    assert max(map(len, blocks)) < 2 * exports.BLOCK
    with zipfile.ZipFile(io.BytesIO(b"".join(blocks))) as archive:
        assert archive.testzip() is None
