"""What a tagger would do to a few pictures: just what a run then does, from stored scores, with nothing written."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from dscore.catalog import predictions
from dscore.catalog.connection import open_catalog
from dscore.models import Mode
from dscore.pipeline import sampling
from dscore.pipeline.tagging import Request
from dscore.taggers.registry import find_tagger
from tests.catalog.made import dataset_of
from tests.commands import Commands
from tests.made_sets import fill, scored, tagger

SCORES = {"1girl": 0.9, "long_hair": 0.6, "hatsune_miku": 0.9}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tagger(tmp_path / "tagger")


@pytest.fixture
def heap(dscore: Commands, tmp_path: Path) -> Commands:
    """Two pictures, one with a caption."""
    content: dict[str, bytes | str] = {
        "p0.png": scored(SCORES),
        "p1.png": scored({"1girl": 0.9}, rest=1),
        "p0.txt": "solo, smile",
    }
    dscore.good("import", fill(tmp_path / "heap", content), "--dataset", "heap")
    return dscore


def try_out(heap: Commands, model: Path, *items: int) -> None:
    """A try, to its end."""
    sampling.submit(heap.library, dataset_of(heap.library, "heap"), Request(str(model)), items)
    heap.good("worker", "--until-idle")


def test_a_try_keeps_scores_and_changes_nothing(heap: Commands, model: Path) -> None:
    before = heap.tags("heap")
    with open_catalog(heap.library) as db:
        assert sampling.known(db, find_tagger(model)) is None
    try_out(heap, model, 1)
    assert heap.tags("heap") == before
    assert [change["action"] for change in heap.good("history", "heap")] == ["import"]
    with open_catalog(heap.library) as db:
        known = sampling.known(db, find_tagger(model))
        assert known is not None
        assert predictions.scored(db, known.model.id, known.preparation, [1, 2]) == [1]


@pytest.mark.parametrize(
    ("mode", "fates"),
    [
        (Mode.MERGE, {"solo": "kept", "smile": "kept", "1girl": "new", "long hair": "new", "hatsune miku": "new"}),
        (Mode.OVERWRITE, {"1girl": "new", "long hair": "new", "hatsune miku": "new", "solo": "gone", "smile": "gone"}),
        (Mode.SKIP, {"solo": "kept", "smile": "kept"}),
    ],
)
def test_a_sample_is_what_the_run_does(heap: Commands, model: Path, mode: Mode, fates: dict[str, str]) -> None:
    try_out(heap, model, 1)
    request = Request(str(model), mode=mode)
    with open_catalog(heap.library) as db:
        known = sampling.known(db, find_tagger(model))
        assert known is not None
        (sample,) = sampling.look(db, request, known, [1])
    assert {tag.name: tag.fate for tag in sample.tags} == fates
    heap.good("tag", "heap", "--tagger", model, "--where", "name:p0", "--mode", mode.value)
    assert heap.tags("heap")["p0"] == [tag.name for tag in sample.tags if tag.fate != "gone"]


def test_thresholds_and_blacklist_need_no_model(heap: Commands, model: Path) -> None:
    try_out(heap, model, 1, 2)
    with open_catalog(heap.library) as db:
        known = sampling.known(db, find_tagger(model))
        assert known is not None
        request = Request(str(model), general=0.7, blacklist=("hatsune*",))
        names = [
            [tag.name for tag in one.tags if tag.fate == "new"] for one in sampling.look(db, request, known, [1, 2])
        ]
    assert names == [["1girl"], ["1girl"]]


def test_a_folder_whose_model_was_changed_is_another_one(heap: Commands, model: Path) -> None:
    try_out(heap, model, 1)
    later = time.time() + 60
    os.utime(model / "model.onnx", (later, later))
    with open_catalog(heap.library) as db:
        assert sampling.known(db, find_tagger(model)) is None


@pytest.mark.parametrize(
    ("number", "scored_", "expected"),
    [
        (3, [], [0, 1, 2]),
        (60, [], [0, 10, 20, 30, 40, 50]),
        (7, [], [0, 1, 2, 3, 4, 5]),
        (60, [4, 5], [4, 5]),
    ],
)
def test_six_are_spread_over_all_and_those_with_scores_go_first(
    number: int, scored_: list[int], expected: list[int]
) -> None:
    assert sampling.chosen(range(number), scored=scored_) == expected
