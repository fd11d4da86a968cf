"""Edits as a command gives them, on libraries made for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dscore.config import Library
from dscore.pipeline import curate
from dscore.pipeline.operations import Operation
from tests.catalog.made import dataset_of, make_library


def edited(library: Library, *words: str, query: str = "", **fields: Any) -> curate.Applied:
    """One edit as a command gives it."""
    kind, text, new = (*words, "", "")[:3]
    return curate.apply(library, dataset_of(library), Operation(kind, text, new, **fields), query=query)


def one(home: Path, caption: str, *, trigger: str = "") -> Library:
    """A library with one picture, `a`."""
    return make_library(home, {"a": caption}, trigger=trigger)
