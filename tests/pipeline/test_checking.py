from __future__ import annotations

from pathlib import Path

from dscore.pipeline import checking
from tests.catalog.made import dataset_of, make_library


def test_the_filter_limits_the_repair_too(tmp_path: Path) -> None:
    library = make_library(tmp_path / "library", {"a": "tea; cup, hat", "b": "salt | mill", "e": "clean"})
    report = checking.check(library, dataset_of(library), query="name:a or name:e")
    finding = report.finding("separator")
    assert [len(one.items) for one in finding.repairs] == [1]
    assert report.pictures == 2
