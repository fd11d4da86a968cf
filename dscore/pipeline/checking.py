"""A dataset checked: what is wrong with its pictures and captions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from dscore.catalog import images, lengths, quality, search
from dscore.catalog.connection import Database, open_catalog, reading
from dscore.catalog.datasets import Dataset
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.pipeline import borders
from dscore.pipeline.jobs import OnProgress
from dscore.quality.checks import CODES
from dscore.quality.findings import Case, Finding, Level
from dscore.quality.readiness import Cell, Readiness, readiness
from dscore.quality.subjects import Captions
from dscore.text.query import Compare, Everything, Named, Or, format_query, parse_query
from dscore.text.tokens import LONG

BASES = {"sdxl": "below-512", "sd15": "below-1024"}
"""What the pictures are trained for, and the check that is of no use then."""

MOST_NAMED = 100
"""So many pictures can be shown by a search that names each."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, and what was found, the worst first."""

    pictures: int
    findings: tuple[Finding, ...]

    def at_least(self, level: Level) -> tuple[Finding, ...]:
        """The findings of this level or a worse one."""
        return tuple(one for one in self.findings if one.level.rank <= level.rank)

    def finding(self, code: str) -> Finding:
        """The finding of this code; raises WrongUseError where there is none."""
        for one in self.findings:
            if one.code == code:
                return one
        if code in {"damaged", *CODES}:
            raise WrongUseError(f"The check “{code}” finds nothing here.")
        raise WrongUseError(f"There is no check “{code}”. There are: damaged, {', '.join(CODES)}.")


def check(
    library: Library, dataset: Dataset, *, query: str = "", base: str = "sdxl", limit: int = LONG,
    on_progress: OnProgress = lambda _: None,
) -> Report:  # fmt: skip
    """Check what the search finds. `limit` is how many tokens a caption may have. Raises QueryError."""
    with open_catalog(library) as db:
        for step in borders.looking(library, db, dataset):
            on_progress(step)
        pictures = check_pictures(library, db, dataset)
        captions = check_captions(captions_of(db, dataset), limit=limit)
        parsed = parse_query(query)
        ids = search.ids(db, dataset.id, parsed)
    whole = isinstance(parsed, Everything)
    return report([*pictures, *captions], ids, whole=whole, base=base)


def ready(library: Library, dataset: Dataset, kind: str, *, base: str = "sdxl", limit: int = LONG) -> Readiness:
    """How ready the whole dataset is for this kind of LoRA."""
    with open_catalog(library) as db:
        captions = captions_of(db, dataset)
    found = check(library, dataset, base=base, limit=limit)
    return readiness(captions, found.findings, kind)


def report(findings: Iterable[Finding], ids: Sequence[int], *, whole: bool, base: str = "sdxl") -> Report:
    """The findings about these pictures of the dataset, `whole` for all of them; without those that another base is for."""
    shown = [one for one in findings if one.code != BASES[base]]
    if not whole:
        wanted = frozenset(ids)
        shown = [inside for one in shown if (inside := within(one, wanted)) is not None]
    return Report(len(ids), tuple(sorted(shown, key=lambda one: one.level.rank)))


def within(finding: Finding, wanted: Collection[int]) -> Finding | None:
    """What the finding says of these pictures; None where that is nothing."""
    items = tuple(item for item in finding.items if item in wanted)
    if not items:
        return None
    cases = [_case_within(case, wanted) for case in finding.cases]
    return replace(finding, items=items, cases=tuple(case for case in cases if case.items))


def _case_within(case: Case, wanted: Collection[int]) -> Case:
    items = tuple(item for item in case.items if item in wanted)
    repair = case.repair and replace(case.repair, items=tuple(item for item in case.repair.items if item in wanted))
    return replace(case, items=items, repair=repair if repair and repair.items else None)


def check_pictures(library: Library, db: Database, dataset: Dataset) -> list[Finding]:
    """What is wrong with the dataset's pictures, their files among it. An edit of captions changes nothing of it."""
    with reading(db):
        found = quality.picture_findings(db, dataset.id)
        damaged = _damaged(library, db, dataset)
    return ([damaged] if damaged else []) + found


def _damaged(library: Library, db: Database, dataset: Dataset) -> Finding | None:
    """Originals that are gone, or are not as long as they were."""
    cases = []
    pictures = quality.pictures(db, dataset.id)
    files = images.files(db, [one.item for one in pictures])
    for one in pictures:
        path = library.image_path(files[one.item][1])
        try:
            size = path.stat().st_size
        except OSError:
            cases.append(Case((one.item,), f"“{one.name}”: its file {path} is gone."))
            continue
        if size != one.bytes:
            cases.append(
                Case((one.item,), f"“{one.name}”: its file {path} has {size:,} bytes instead of {one.bytes:,}.")
            )
    if not cases:
        return None
    items = tuple(case.items[0] for case in cases)
    reason = "The original is gone or not whole. Import it again, or restore the library's folder images/."
    return Finding("damaged", Level.ERROR, "Damaged", reason, items, tuple(cases), _naming(db, items))


def _naming(db: Database, items: Sequence[int]) -> str:
    if len(items) > MOST_NAMED:
        return ""
    terms = tuple(Named("name", name) for name in images.names(db, items))
    return format_query(Or(terms) if len(terms) > 1 else terms[0])


def captions_of(db: Database, dataset: Dataset) -> Captions:
    """The dataset's captions as the checks look at them."""
    lengths.uncounted(db, dataset.id)  # what is stale is kept here, since nothing can be inside the snapshot
    with reading(db):
        return quality.captions(db, dataset.id)


def check_captions(captions: Captions, *, limit: int = LONG) -> list[Finding]:
    """What is wrong with the captions; one of more than `limit` tokens is long."""
    found = quality.caption_findings(captions)
    if limit == LONG:
        return found
    over = tuple(captions.items[captions.tokens > limit].tolist())
    others = [one for one in found if one.code != "long"]
    if not over:
        return others
    query = format_query(Compare("tokens", ">", limit))
    reason = f"More than {limit:,} tokens: what is over the limit is cut off."
    return [*others, Finding("long", Level.WARNING, "Long captions", reason, over, (Case(over),), query)]


def document(found: Report) -> dict[str, Any]:
    """All of it, ready for JSON."""
    return {"pictures": found.pictures, "findings": [_finding(one) for one in found.findings]}


def readiness_document(ready: Readiness) -> dict[str, Any]:
    """A score with its reasons and the coverage, ready for JSON."""
    return {
        "kind": ready.kind,
        "score": ready.score,
        "reasons": [asdict(one) | {"points": round(one.points, 1)} for one in ready.reasons],
        "coverage": [
            {"title": axis.title, "advice": axis.advice, "cells": [_cell(cell) for cell in axis.cells]}
            for axis in ready.axes
        ],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    found = {"name": cell.name, "pictures": len(cell.items), "wanted": cell.wanted, "missing": cell.missing}
    return {**found, "query": cell.query, "items": list(cell.items)}


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "code": one.code,
        "level": one.level,
        "title": one.title,
        "reason": one.reason,
        "pictures": len(one.items),
        "query": one.query,
        "items": list(one.items),
        "cases": [_case(case) for case in one.cases],
        "mend": one.mend if one.repairs else "",
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "words": case.words,
        "query": case.query,
        "items": list(case.items),
        "repair": asdict(case.repair) if case.repair else None,
    }
