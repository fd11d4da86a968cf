"""What samples of taggers and captioners share: a job that keeps what the model gives, and changes no caption."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from dscore.catalog import jobs, runs
from dscore.catalog.changes import Edit, InTransaction, Written
from dscore.catalog.connection import Database, writing
from dscore.catalog.datasets import Dataset
from dscore.config import Library
from dscore.pipeline.jobs import submit as queue
from dscore.pipeline.model_run import ModelRun

NEW_SOURCE = 0
"""Stands for a model that has never written anything here; no source has this id."""


class Spec(Protocol):
    """A tagger's, or a captioner's."""

    @property
    def folder(self) -> Path | None:
        """Where its files are, if it is the user's own."""

    @property
    def files(self) -> tuple[str, ...]:
        """Their names."""


def known_model(
    db: Database, spec: Spec | None, kinds: Sequence[str], is_same: Callable[[Mapping[str, Any]], bool]
) -> int | None:
    """The model's id in the catalog, by its latest run of these kinds, whose params are its own.

    None where it never ran, or where the files of its folder are newer; a model without a spec has no files here.
    """
    found = (run for run in runs.finished(db, kinds=kinds) if is_same(run.params) and "model" in run.result)
    latest = next(found, None)
    return None if latest is None or _is_newer(spec, latest.at) else int(latest.result["model"])


def _is_newer(spec: Spec | None, at: str) -> bool:
    """Whether a folder's files were changed after that time."""
    if spec is None or spec.folder is None:
        return False
    since = datetime.fromisoformat(at).timestamp() + 1  # times in the catalog are whole seconds
    return any((spec.folder / name).stat().st_mtime > since for name in spec.files)


def rates(db: Database, kinds: Sequence[str], *, param: str) -> dict[str, float]:
    """Model on this machine, by that param of its jobs → pictures a second at its latest run."""
    found: dict[str, float] = {}
    for run in runs.finished(db, kinds=kinds):
        if run.result.get("rate") and not run.params.get("asking"):
            found.setdefault(str(run.params[param]), float(run.result["rate"]))
    return found


def spread(ids: Sequence[int], most: int) -> list[int]:
    """Up to so many of the items, spread over all."""
    step = max(1, len(ids) // most)
    return list(ids[::step][:most])


def submit(library: Library, dataset: Dataset, kind: str, params: dict[str, Any], ids: Sequence[int]) -> int:
    """Queue a job of that kind for these pictures; returns its id."""
    items = (jobs.NewItem(item) for item in ids)
    return queue(library, kind, dataset_id=dataset.id, params=params, items=items)


class Trial(ModelRun):
    """A run that keeps what the model gives and leaves every caption as it is; stands before the run that it makes one of."""

    def _record(self, db: Database, items: Sequence[int], edit: Edit, also: InTransaction) -> None:
        del edit
        with writing(db):
            also(db, Written(None, changed=tuple(items)))
