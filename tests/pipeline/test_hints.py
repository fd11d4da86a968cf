"""What is said of a search that finds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog.connection import open_catalog
from dscore.pipeline.hints import why_nothing
from tests.catalog.made import dataset_of, make_library


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("elv", ["No picture has the tag “elv”. Did you mean elve?"]),
        ("Wdith>=400 solo", ["No picture has the tag “Wdith>=400”. Did you mean width>=400?"]),
        ("hair", ['No picture has the tag “hair”. Did you mean red_hair or "long hair"?']),
        ("( zebra or LONG_hair ) -ant", ["No picture has the tag “zebra”."]),
        ("solo elve", []),
        ("x* is:trashed", []),
    ],
)
def test_a_tag_that_nothing_has_is_named_with_what_is_close(tmp_path: Path, query: str, said: list[str]) -> None:
    library = make_library(tmp_path, {"a": "elve, long hair", "b": "solo, red_hair, or"})
    with open_catalog(library) as db:
        assert why_nothing(db, dataset_of(library), query) == said
