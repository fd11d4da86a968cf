"""Budgets of a source."""

import pytest

from dscore.models import SourceFile, Survey
from dscore.sources.limits import HEADROOM_BYTES, needed_bytes, readable_size


def test_needed_bytes_count_originals_thumbnails_and_rows() -> None:
    survey = Survey(tuple(SourceFile(str(n), f"{n}.png", 1_000_000) for n in range(10)))
    assert needed_bytes(survey) - HEADROOM_BYTES == 10 * (1_000_000 + 56 * 1024)


def test_an_empty_source_needs_only_headroom() -> None:
    assert needed_bytes(Survey(())) == HEADROOM_BYTES


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1 KB"), (1 << 20, "1 MB"), (3 << 29, "1.5 GB")],
)
def test_sizes_are_readable(size: int, text: str) -> None:
    assert readable_size(size) == text
    assert readable_size(5000 << 40) == "5,000 TB"
