"""The Overview page, run as Streamlit runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dscore.catalog import datasets
from dscore.catalog.connection import open_catalog
from dscore.config import HOME_VARIABLE, Library

PAGE = str(Path(__file__).parents[2] / "pages" / "navigation.py")


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "library"))
    return Library(tmp_path / "library")


def shown() -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=60).run()
    assert not page.exception
    return page


def test_an_empty_library_says_how_to_begin(library: Library) -> None:
    page = shown()
    assert page.title[0].value == "Overview"
    assert "There is no dataset yet" in page.info[0].value
    assert [code.value for code in page.code] == ["python -m dscore import pictures.zip", str(library.home)]


def test_the_datasets_are_listed_with_their_numbers(library: Library) -> None:
    with open_catalog(library) as db:
        datasets.ensure(db, "heap")
    table = shown().dataframe[0].value
    assert table.to_dict("records") == [
        {"Dataset": "heap", "Trigger word": "", "Pictures": 0, "Tagged": 0, "With a caption": 0}
    ]


def test_a_damaged_catalog_is_a_sentence(library: Library) -> None:
    library.home.mkdir()
    library.catalog.write_bytes(b"")
    assert "is empty" in shown().error[0].value
