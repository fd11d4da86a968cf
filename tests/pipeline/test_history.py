"""A change looked at: what went, what came, and who made it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog import changes
from dscore.catalog.connection import open_catalog
from dscore.pipeline import curate, history
from dscore.pipeline.operations import Operation
from tests.catalog.made import dataset_of, make_library


@pytest.mark.parametrize(
    ("operation", "before", "after"),
    [
        (Operation("add", "hat"), "", "hat"),
        (Operation("remove", "solo"), "solo", ""),
        (Operation("replace", "solo", "alone"), "solo", "alone"),
        (Operation("sort", by="name"), "solo, long hair", "long hair, solo"),
        (Operation("trash"), "in the dataset", "not in the dataset"),
        (Operation("trigger", "saria"), "the trigger word of the dataset", "trigger word: saria"),
        (Operation("mark", "keep"), "no mark", "marked keep"),
        (Operation("stars", "1"), "no stars", "1 star"),
    ],
)
def test_each_edit_is_told_by_what_went_and_what_came(
    tmp_path: Path, operation: Operation, before: str, after: str
) -> None:
    library = make_library(tmp_path, {"a": "solo, long hair", "b": "smile"})
    done = curate.apply(library, dataset_of(library), operation, query="name:a")
    with open_catalog(library) as db:
        assert done.change_id is not None
        change = changes.get(db, done.change_id, dataset_id=1)
        (glimpse,) = history.look(db, change)
    assert (glimpse.name, glimpse.before, glimpse.after) == ("a", before, after)
    assert history.author(change) == "you"
