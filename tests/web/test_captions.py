"""The caption while it is being typed: rendered and counted, and nothing is written."""

from __future__ import annotations

from pathlib import Path

from dscore.text.tokens import count
from tests.catalog.made import make_library, whole_catalog
from tests.web.serving import browser


def test_a_draft_is_rendered_and_counted_and_not_written(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "long hair, solo"}, trigger="trg")
    before = whole_catalog(library)
    asking = browser(library)
    answer = asking.post("/api/caption", json={"dataset": 1, "item": 1, "prose": " She waves. "}).json()
    assert answer == {
        "caption": "trg, long hair, solo. She waves.",
        "tokens": count("trg, long hair, solo. She waves."),
        "limits": [75, 150, 225],
    }
    assert asking.post("/api/caption", json={"dataset": 1, "item": 9, "prose": ""}).status_code == 404
    assert asking.post("/api/caption", json={"dataset": 1, "item": 1}).status_code == 400
    assert whole_catalog(library) == before
