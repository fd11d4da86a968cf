from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.exporters.conftest import Exporting, ItemMaker, tree


def test_pictures_and_captions_lie_in_the_root(make_item: ItemMaker, export: Exporting, tmp_path: Path) -> None:
    item = make_item(12, caption="mychar, smile")
    result = export([item], tmp_path / "out")
    assert set(tree(tmp_path / "out")) == {"000012.png", "000012.txt", "dscore-export.json"}
    assert (tmp_path / "out/000012.txt").read_bytes() == b"mychar, smile"
    assert (tmp_path / "out/000012.png").read_bytes() == Path(item.path).read_bytes()
    assert (result.path, result.pictures, result.captions) == (tmp_path / "out", 1, 1)


def test_a_relative_target_is_meant_from_here(
    make_item: ItemMaker, export: Exporting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = export([make_item(1)], Path("here") / os.pardir / "out")
    assert result.path == tmp_path / "out"
    assert (tmp_path / "out/000001.png").exists()
