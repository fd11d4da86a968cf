from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dscore.catalog.connection import open_catalog
from dscore.errors import WrongUseError
from dscore.media.buckets import PRESETS, assign
from dscore.pipeline import report as reports
from dscore.pipeline.report import Heading
from dscore.pipeline.statistics import statistics
from tests.catalog.made import make_library

EVIL = "<script>alert(1)</script>"


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def made(tmp_path: Path, captions: dict[str, str], query: str = "") -> str:
    with open_catalog(make_library(tmp_path / "library", captions)) as db:
        found = statistics(db, 1, query)
    buckets = {name: assign(found.sizes, one) for name, one in PRESETS.items()}
    return reports.report(Heading(EVIL, query, datetime(2026, 1, 2, tzinfo=UTC)), found, buckets)


def test_no_text_becomes_markup_and_nothing_is_loaded(tmp_path: Path) -> None:
    page = Reader()
    text = made(tmp_path, {"a": f"{EVIL}, solo"}, f'"{EVIL}"')
    page.feed(text)
    assert page.tags <= {
        *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p"),
        *("dl", "div", "dt", "dd", "table", "tr", "th", "td", "i"),
    }
    assert page.attributes <= {"lang", "charset", "name", "content", "class", "style"}
    assert page.text.count(EVIL) == 5  # title, heading, search, most used, used once
    assert not re.search(r"https?:|url\(|@import", text)


def test_an_empty_filter_has_a_report_too(tmp_path: Path) -> None:
    page = Reader()
    page.feed(made(tmp_path, {}))
    assert "None." in page.text


def test_it_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    reports.write(path, "new “text”")
    assert path.read_text(encoding="utf-8") == "new “text”"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match="cannot be written"):
        reports.write(tmp_path / "no folder" / "report.html", "")
    with pytest.raises(WrongUseError, match="cannot be written"):
        reports.write(tmp_path, "")
    with pytest.raises(WrongUseError, match="File name too long"):
        reports.write(tmp_path / ("x" * 400), "")
    assert list(tmp_path.iterdir()) == []
