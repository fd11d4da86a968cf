from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog.made import make_library
from tests.commands import Commands

CAPTIONS = {"a": "cat, hat", "b": "cat", "c": ""}


@pytest.fixture
def dscore(tmp_path: Path) -> Commands:
    return Commands(make_library(tmp_path / "library", CAPTIONS).home)


def test_stats_say_what_is_there(dscore: Commands) -> None:
    lines = dscore("stats", "set").out.splitlines()
    assert lines[0] == "3 pictures, 1 without tags, 1 without a caption."
    assert "2 tags, 1.0 a picture; 1 used once." in lines
    assert "       2  cat" in lines


def test_stats_as_json(dscore: Commands) -> None:
    found = dscore.good("stats", "set", "--where", "cat")
    assert (found["pictures"], found["untagged"], found["tags_used_once"]) == (2, 0, 1)
    assert found["tags"][0]["name"] == "cat"
    assert [limit["tokens"] for limit in found["token_limits"]] == [75, 150, 225]
    assert "buckets" not in found


def test_buckets(dscore: Commands) -> None:
    found = dscore.good("stats", "set", "--buckets", "1024", "--batch-size", 2)["buckets"]
    assert found["buckets"] == [{"width": 1024, "height": 1024, "pictures": 3, "batches": 2}]
    assert found["sizes"][0]["scale"] == 16
    lines = dscore("stats", "set", "--buckets", "512", "--no-upscale").out
    assert "       3  64 x 64" in lines


def test_a_report_is_one_file(dscore: Commands, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    assert dscore.good("stats", "set", "--report", path)["report"] == str(path)
    assert "<h1>set</h1>" in path.read_text(encoding="utf-8")
    ran = dscore("stats", "set", "--report", tmp_path / "gone" / "report.html")
    assert (ran.code, "cannot be written" in ran.err) == (2, True)


def test_nothing_found_is_no_failure(dscore: Commands) -> None:
    ran = dscore("stats", "set", "--where", "dog", "--buckets", "1024")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "No picture matches.")


def test_wrong_use_is_one_sentence(dscore: Commands, tmp_path: Path) -> None:
    assert dscore("stats", "nothing").code == 2
    ran = dscore("stats", "set", "--where", "( cat")
    assert (ran.code, "never closed" in ran.err) == (2, True)
    ran = dscore("stats", "set", "--tokenizer", tmp_path / "gone.json")
    assert (ran.code, "gone.json cannot be read" in ran.err) == (2, True)
