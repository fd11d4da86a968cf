"""A dataset goes out as a folder that a trainer reads. What is exported is what the dataset was when the export was asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from dscore.catalog import datasets, images, jobs, search
from dscore.catalog.connection import Database, open_catalog, reading, writing
from dscore.catalog.datasets import Dataset
from dscore.catalog.jobs import Held, Mark
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.exporters.base import ExportOptions, ExportPlan, ExportResult
from dscore.exporters.registry import exporter
from dscore.models import ExportItem
from dscore.pipeline.jobs import SNAPSHOT, Work
from dscore.pipeline.render import rendered
from dscore.text import tokens
from dscore.text.query import Is, parse_query


def plan(
    library: Library,
    dataset: Dataset,
    target: Path,
    *,
    form: str,
    options: ExportOptions,
    query: str = "",
    only: Collection[int] | None = None,
    template: str | None = None,
    rejected: bool = False,
) -> ExportPlan:
    """Every file of the export, byte for byte, with nothing written: for a look, and as what the job will write.

    `only`: of what the search finds no others than those. `template` puts captions together instead of the dataset's.
    Pictures that are marked as rejected stay out, and a warning says how many, unless `rejected`.
    """
    with open_catalog(library) as db, reading(db):
        ids = search.ids(db, dataset.id, parse_query(query))
        chosen = ids if only is None else [item for item in ids if item in only]
        out = set() if rejected else set(rejected_among(db, dataset, chosen))
        items = _items(db, library, dataset, [item for item in chosen if item not in out], template)
    if not items:
        where = f" that match “{query}”" if query else ""
        but = f" but {len(out):,} that {'are' if len(out) > 1 else 'is'} rejected" if out else ""
        raise WrongUseError(f"There are no pictures in “{dataset.name}”{where}{but}; nothing was exported.")
    planned = exporter(form).plan(items, replace(options, dataset=dataset.name), target=target.absolute())
    if not out:
        return planned
    said = f"{len(out):,} rejected {'pictures stay' if len(out) > 1 else 'picture stays'} out."
    return replace(planned, warnings=(said, *planned.warnings))


def rejected_among(db: Database, dataset: Dataset, ids: Collection[int]) -> list[int]:
    """Those of the items that are marked as rejected."""
    chosen = set(ids)
    return [item for item in search.ids(db, dataset.id, Is("rejected")) if item in chosen]


def _items(
    db: Database, library: Library, dataset: Dataset, ids: Sequence[int], template: str | None
) -> list[ExportItem]:
    chunks = rendered(db, dataset, ids, template=template)
    return _with_files(db, library, [(one.item_id, one.name, caption) for chunk in chunks for one, caption in chunk])


def _with_files(db: Database, library: Library, items: Sequence[tuple[int, str, str]]) -> list[ExportItem]:
    """(item id, name, caption), with each one's picture; those that are gone are left out."""
    known = images.details(db, [item_id for item_id, _, _ in items])
    return [
        ExportItem(
            item_id=item_id,
            name=name,
            path=str(library.image_path(image.file)),
            sha256=image.sha256,
            format=image.format,
            width=image.width,
            height=image.height,
            orientation=image.orientation,
            frames=image.frames,
            caption=caption,
        )
        for item_id, name, caption in items
        if (image := known.get(item_id)) is not None
    ]


def params(planned: ExportPlan, *, query: str = "") -> dict[str, Any]:
    """As plain values, for the job."""
    digest = hashlib.sha256()
    for picture in planned.pictures:
        one = picture.item
        digest.update(json.dumps([one.item_id, one.name, one.sha256, one.caption]).encode())
    return {
        "form": planned.exporter,
        "target": str(planned.target),
        "options": asdict(planned.options),
        "query": query,
        SNAPSHOT: digest.hexdigest(),
    }


def snapshot(items: Sequence[ExportItem]) -> Iterator[jobs.NewItem]:
    """The pieces of the job: each item with its caption as it is rendered now."""
    return (jobs.NewItem(item.item_id, name=item.name, payload=item.caption) for item in items)


def run(library: Library, held: Held) -> Work:
    """The job: write the folder beside its place, and put it there whole."""
    with open_catalog(library) as db:
        assert held.dataset_id is not None
        dataset = datasets.by_id(db, held.dataset_id)
        items = _snapshot_items(db, library, held)
    options = ExportOptions(**held.params["options"])
    chosen = exporter(held.params["form"])
    planned = chosen.plan(items, replace(options, dataset=dataset.name), target=Path(held.params["target"]))
    result = yield from chosen.write(planned, library=library)
    with open_catalog(library) as db, writing(db):
        _finish(db, held, planned, result)


def _snapshot_items(db: Database, library: Library, held: Held) -> list[ExportItem]:
    pieces = jobs.waiting(db, held.id, limit=-1)
    return _with_files(
        db, library, [(piece.item_id, piece.name, piece.payload) for piece in pieces if piece.item_id is not None]
    )


def _finish(db: Database, held: Held, planned: ExportPlan, result: ExportResult) -> None:
    left_out = {skipped.name: skipped.reason for skipped in result.left_out}
    marks = []
    for piece in jobs.waiting(db, held.id, limit=-1):
        reason = left_out.get(piece.name)
        marks.append(Mark(piece.number, "failed" if reason else "done", reason or ""))
    jobs.mark(db, held, marks)
    summary = {
        "path": str(result.path),
        "pictures": result.pictures,
        "captions": result.captions,
        "converted": result.converted,
        "left_out": len(result.left_out),
        "warnings": [*planned.warnings, *result.warnings],
        "up_to_date": result.up_to_date,
        **_lengths([picture.item.caption for picture in planned.pictures]),
    }
    jobs.finish(db, held, state="partial" if result.left_out else "done", result=summary)


def _lengths(captions: Sequence[str]) -> dict[str, Any]:
    """Tokens of the longest caption, and how many captions are longer than each of kohya's limits."""
    long = [caption for caption in captions if len(caption.encode()) > tokens.LIMITS[0]]  # a token is a byte at least
    counted = tokens.counts(long)
    over = {str(limit): sum(number > limit for number in counted) for limit in tokens.LIMITS}
    return {"longest": max(counted, default=0), "longer": over}
