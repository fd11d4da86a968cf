from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from dscore.catalog import journal
from dscore.config import Library


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [("ext4", "rw", "wal"), ("nfs4", "rw", "truncate"), ("CIFS", "rw", "truncate"), ("NTFS", "rw,remote", "truncate")],
)
def test_the_disk_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, options: str, expected: str
) -> None:
    parts = [
        SimpleNamespace(mountpoint=place, fstype=fstype, opts=opts)
        for place, fstype, opts in ((tmp_path.anchor, "ext4", "rw"), (str(tmp_path), kind, options))
    ]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: parts)
    assert journal.wanted(Library(tmp_path / "library")) == expected


@pytest.mark.parametrize("mode", ["wal", "truncate"])
def test_the_settings_decide_before_the_disk(tmp_path: Path, mode: str) -> None:
    (tmp_path / "settings.toml").write_text(f'journal = "{mode}"\n', encoding="utf-8")
    assert journal.wanted(Library(tmp_path)) == mode
