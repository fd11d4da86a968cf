"""Loading a made tagger in a test, in one call."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from dscore.models import Progress
from dscore.taggers.adapter import OnnxTagger
from dscore.taggers.files import fetch_files
from dscore.taggers.registry import find_tagger, load_tagger
from tests.made_models import LABELS, Row, make_tagger

T = TypeVar("T")


def finished(steps: Generator[Progress, None, T]) -> T:
    """Run long work to its end, and give its result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast("T", end.value)


def loaded(
    folder: Path, *, labels: Sequence[Row] = LABELS, device: str = "cpu", threads: int = 1, **made: Any
) -> OnnxTagger:
    """A made tagger, written into the folder and loaded from there."""
    return reloaded(make_tagger(folder, labels=labels, **made), device=device, threads=threads)


def reloaded(folder: Path, *, device: str = "cpu", threads: int = 1) -> OnnxTagger:
    """The tagger that lies in the folder now."""
    spec = find_tagger(folder)
    files = finished(fetch_files(spec, hashes=folder / "hashes.json"))
    tagger = load_tagger(spec, files, device=device, threads=threads)
    assert isinstance(tagger, OnnxTagger)
    return tagger
