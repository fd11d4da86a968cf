from __future__ import annotations

import json
from pathlib import Path

import pytest

from dscore.errors import ExportError
from dscore.exporters.manifest import (
    MANIFEST,
    FileRecord,
    LeftOutRecord,
    Manifest,
    Standing,
    file_sha256,
    inspect_export,
    manifest_bytes,
    read_manifest,
)

MANIFESTED = Manifest(
    exporter="plain",
    dataset="Büste",
    options={"names": "kept"},
    files=(
        FileRecord("sub/ä.png", 3, "0" * 64, item=4, original="1" * 64),
        FileRecord("ä.txt", 1, "2" * 64, 4),
    ),
    left_out=(LeftOutRecord(item=5, name="b", reason="gone", found=""),),
)


def write_export(folder: Path, files: dict[str, bytes]) -> Manifest:
    """An export of those files, with a manifest that fits."""
    records = []
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        records.append(FileRecord(name, len(content), file_sha256(folder / name)))
    manifest = Manifest("plain", "x", {}, tuple(records))
    (folder / MANIFEST).write_bytes(manifest_bytes(manifest))
    return manifest


def inspect(folder: Path, manifest: Manifest) -> Standing:
    steps = inspect_export(folder, manifest)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # what a generator returns is Any there


def test_a_manifest_comes_back_as_it_was_written(tmp_path: Path) -> None:
    content = manifest_bytes(MANIFESTED)
    content.decode("ascii")
    (tmp_path / MANIFEST).write_bytes(content)
    assert read_manifest(tmp_path) == MANIFESTED


def test_a_folder_without_one_is_no_export(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None
    assert read_manifest(tmp_path / "missing") is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"schema": 99}', b"\xff\xfe", b'"text"'])
def test_a_broken_manifest_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(content)
    with pytest.raises(ExportError, match="cannot be read"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("path", ["../x.png", "/etc/passwd", "a/../../x", "C:/x", "..\\x", ""])
def test_a_manifest_that_leads_outside_is_refused(path: str, tmp_path: Path) -> None:
    document = json.loads(manifest_bytes(MANIFESTED))
    document["files"][0]["path"] = path
    (tmp_path / MANIFEST).write_text(json.dumps(document))
    with pytest.raises(ExportError, match="cannot be read"):
        read_manifest(tmp_path)


def test_an_untouched_export_stands_as_it_was_written(tmp_path: Path) -> None:
    manifest = write_export(tmp_path, {"s/a.png": b"a", "s/a.txt": b"b"})
    assert inspect(tmp_path, manifest) == Standing(("s/a.png", "s/a.txt"), (), (), ())


def test_every_touch_is_found(tmp_path: Path) -> None:
    manifest = write_export(tmp_path, {"a.png": b"aa", "b.txt": b"bb", "c.txt": b"cc", "d.txt": b"dd"})
    (tmp_path / "b.txt").write_bytes(b"BB")
    (tmp_path / "c.txt").write_bytes(b"longer")
    (tmp_path / "d.txt").unlink()
    (tmp_path / "a_0512x0512_sdxl.npz").write_bytes(b"cache")
    (tmp_path / "logs").mkdir()
    assert inspect(tmp_path, manifest) == Standing(
        unchanged=("a.png",),
        changed=("b.txt", "c.txt"),
        missing=("d.txt",),
        strange=("a_0512x0512_sdxl.npz", "logs"),
    )


def test_links_are_strange_and_never_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.png").write_bytes(b"a")
    export = tmp_path / "export"
    manifest = write_export(export, {"s/a.png": b"a", "s.txt": b"t"})
    (export / "s/a.png").unlink()
    (export / "s").rmdir()
    (export / "s").symlink_to(other)
    standing = inspect(export, manifest)
    assert (standing.strange, standing.missing, standing.unchanged) == (("s",), ("s/a.png",), ("s.txt",))


def test_what_a_file_browser_leaves_does_not_stand_in_the_way(tmp_path: Path) -> None:
    manifest = write_export(tmp_path, {"a.png": b"a"})
    (tmp_path / ".DS_Store").write_bytes(b"")
    (tmp_path / "Thumbs.db").write_bytes(b"")
    assert inspect(tmp_path, manifest).strange == ()
