"""`import gelbooru:"TAGS"`: the options that only boorus have, and the ledger of posts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from dscore.catalog import job_lists
from dscore.catalog.connection import open_catalog
from dscore.catalog.job_lists import Job
from dscore.cli.output import PARTLY, Output, listed, named, require_over, undo_hint
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.models import Category
from dscore.pipeline.jobs import run_here
from dscore.sources.booru.posts import RATINGS
from dscore.sources.booru.search import KEPT, Filters, Search, read_place

Function = TypeVar("Function", bound=Callable[..., None])

PREFIX = "gelbooru:"
_OPTIONS = (
    click.option("--limit", type=int, help="gelbooru: pictures at most. Default: 100."),
    click.option("--site", metavar="URL", help="gelbooru: another booru of that kind (safebooru.org)."),
    click.option("--rating", "ratings", multiple=True, type=click.Choice(RATINGS), help="gelbooru: only these ratings."),
    click.option("--min-score", type=int, help="gelbooru: only posts with that score or more."),
    click.option("--min-side", type=int, help="gelbooru: only where the shorter side has so many pixels."),
    click.option("--aspect", nargs=2, type=float, help="gelbooru: only width : height from and to (0.5 2)."),
    click.option("--exclude", "excluded", multiple=True, metavar="TAG", help="gelbooru: leave posts with this tag out."),
    click.option("--category", "categories", multiple=True, type=click.Choice([kind.value for kind in KEPT] + ["meta"]),
        help="gelbooru: kinds of tags that become the caption. Default: all but meta."),
    click.option("--first-frames", "animated", is_flag=True, help="gelbooru: take animated GIFs, too, by their first frame."),
    click.option("--new", "only_newer", is_flag=True, help="gelbooru: only posts since this search was last imported."),
)  # fmt: skip


def booru_options(function: Function) -> Function:
    """Give a command the options of boorus."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def is_booru(place: str) -> bool:
    """Whether a place to import from is a search on a booru."""
    return place.strip().lower().startswith(PREFIX)


def refuse_booru_options(choices: Mapping[str, Any]) -> None:
    """Raise WrongUseError where one was given for another place."""
    if any(value not in (None, (), False) for value in choices.values()):
        raise WrongUseError('--limit, --site and the filters are for boorus (gelbooru:"tags").')


def import_booru(library: Library, out: Output, places: tuple[str, ...], dataset: str | None, **choices: Any) -> None:
    """Bring in what a search finds."""
    from dscore.pipeline import booru

    if len(places) > 1:
        raise WrongUseError("One search on a booru at a time, and no other place with it.")
    only_newer = choices.pop("only_newer")
    plan = booru.plan(library, _search(places[0], **choices), dataset=dataset, only_newer=only_newer)
    job = run_here(
        library, "booru", dataset_id=plan.dataset.id, params=plan.params, items=lambda: (), on_progress=out.progress
    )
    _say(library, out, plan.dataset.name, job)


def _search(
    place: str,
    *,
    limit: int | None,
    site: str | None,
    categories: tuple[str, ...],
    aspect: tuple[float, float] | None,
    min_side: int | None,
    **filters: Any,
) -> Search:
    tags, base = read_place(place.strip()[len(PREFIX) :], site or "")
    kinds = tuple(Category(kind) for kind in categories) or KEPT
    chosen = Filters(aspect=aspect or None, min_side=min_side or 0, **filters)
    return Search(tags=tags, site=base, limit=100 if limit is None else limit, filters=chosen, categories=kinds)


def _say(library: Library, out: Output, dataset: str, job: Job) -> None:
    require_over(out, job)
    with open_catalog(library) as db:
        left = job_lists.reasons(db, job.id, states=("skipped",))
        failed = job_lists.reasons(db, job.id, states=("failed",))
    result = job.result
    document = {
        "dataset": dataset, "job": job.id, "change": job.change_id, **result,
        "left_out_posts": named(left), "failed_posts": named(failed),
    }  # fmt: skip
    lines = [
        f"{dataset}: {result['found']:,} found = {result['imported']:,} imported + {result['already_there']:,} already there + "
        f"{result['filtered']:,} left out by filters + {result['gone']:,} gone + {result['failed']:,} failed."
        + undo_hint(dataset, job.change_id),
        *([result["note"]] if result["note"] else []),
        *(["Left out:", *listed(left)] if left else []),
        *(["Failed:", *listed(failed)] if failed else []),
    ]
    out.result(document, lines)
    if failed or result["note"]:
        raise click.exceptions.Exit(PARTLY)
