"""A library for the pages, empty or with a few pictures; what a page starts ends with the test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dscore import worker
from dscore.config import HOME_VARIABLE
from tests.commands import Commands
from tests.made_sets import fill, scored, tagger
from tests.pages.work import MIXED, SCORES, SECONDS


@pytest.fixture
def dscore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Commands]:
    """The commands on the library that the pages show; it is still empty."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "library"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    yield Commands(tmp_path / "library")
    for process in worker._started:
        process.terminate()
        process.wait(timeout=SECONDS)
    worker._started.clear()


@pytest.fixture(scope="session")
def eight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with a dataset of eight pictures, three with captions; imported once, and copied for each test."""
    folder = tmp_path_factory.mktemp("eight")
    captions = {"p0.txt": "solo, smile", "p1.txt": "solo, red dress", "p2.txt": MIXED}
    content: dict[str, bytes | str] = {
        f"p{number}.png": scored(scores, rest=number) for number, scores in enumerate(SCORES)
    }
    Commands(folder / "library").good("import", fill(folder / "heap", {**content, **captions}), "--dataset", "heap")
    return folder / "library"


@pytest.fixture
def heap(dscore: Commands, eight: Path) -> Commands:
    """A library of the test's own with those eight pictures."""
    shutil.copytree(eight, dscore.home)
    return dscore


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The folder of a tagger."""
    return tagger(tmp_path / "tagger")
