"""Budgets of a source."""

from dscore.models import SourceFile, Survey
from dscore.sources.limits import HEADROOM_BYTES, needed_bytes


def test_needed_bytes_count_originals_thumbnails_and_rows() -> None:
    survey = Survey(tuple(SourceFile(str(n), f"{n}.png", 1_000_000) for n in range(10)))
    assert needed_bytes(survey) - HEADROOM_BYTES == 10 * (1_000_000 + 56 * 1024)


def test_an_empty_source_needs_only_headroom() -> None:
    assert needed_bytes(Survey(())) == HEADROOM_BYTES
