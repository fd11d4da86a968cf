"""Versions of a dataset by command: freeze, list, compare, go back."""

from __future__ import annotations

from collections.abc import Sequence

import click

from dscore.catalog import datasets as dataset_table
from dscore.catalog import images
from dscore.catalog import versions as version_table
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import Dataset
from dscore.catalog.versions import Version
from dscore.cli.editing import around
from dscore.cli.output import PARTLY, Output, counted, local_time, shared_options, undo_hint
from dscore.config import Library
from dscore.pipeline import comparison, versions
from dscore.pipeline.comparison import Changed, Difference

WANTED = {"list": (0, 0), "freeze": (1, 1), "diff": (1, 2), "restore": (1, 1), "delete": (1, 1)}
"""How many versions each action is about, at least and at most."""


@click.command()
@click.argument("name")
@click.argument("action", type=click.Choice(list(WANTED)), default="list")
@click.argument("names", nargs=-1, metavar="[VERSION] [VERSION]")
@click.option(
    "--limit", type=click.IntRange(0), default=20, show_default=True, help="diff: captions, names and marks to show."
)
@click.option("--yes", is_flag=True, help="delete: do not ask.")
@shared_options
def version(
    library: Library, out: Output, name: str, action: str, names: tuple[str, ...], limit: int, yes: bool
) -> None:
    """Freeze a dataset under a name, compare, go back: `version heap freeze first`.

    \b
    list                  the versions there are
    freeze V              keep pictures and captions as they are now
    diff V [OTHER]        what changed from V to OTHER, or to now: captions, names, marks, settings
    restore V             go back to V, as one change that can be undone
    delete V              forget V; pictures that only it kept can be emptied from the trash
    """
    least, most = WANTED[action]
    if not least <= len(names) <= most:
        out.fail(f"“{action}” wants {counted(least, 'version')}; there are {len(names)}.")
    with open_catalog(library) as db:
        dataset = dataset_table.get(db, name)
        if action == "list":
            _say_list(out, version_table.listed(db, dataset.id))
        elif action == "diff":
            _say_difference(out, db, dataset, names, limit=limit)
    if action == "freeze":
        made = versions.freeze(library, dataset, names[0], on_progress=out.progress)
        if made is None:
            out.fail("It was stopped; the same command goes on with it.")
        out.result(_document(made), [f"“{made.name}” keeps {counted(made.items, 'picture')} with their captions."])
    elif action == "restore":
        _restore(library, out, dataset, names[0])
    elif action == "delete":
        _delete(library, out, dataset, names[0], yes=yes)


def _document(one: Version) -> dict[str, object]:
    return {"version": one.name, "at": one.at, "pictures": one.items}


def _say_list(out: Output, found: list[Version]) -> None:
    lines = [f"{local_time(one.at)}  {one.name} ({counted(one.items, 'picture')})" for one in found]
    out.result([_document(one) for one in found], lines or ["Nothing was frozen yet."])


def _say_difference(out: Output, db: Database, dataset: Dataset, names: tuple[str, ...], *, limit: int) -> None:
    found = [version_table.get(db, dataset.id, name) for name in names]
    what = comparison.difference(db, dataset, *found)
    document = {
        "words": what.words,
        "added": images.names(db, what.added),
        "removed": images.names(db, what.removed),
        "changed": _sides(what.changed),
        "renamed": _sides(what.renamed),
        "marked": _sides(what.marked),
        "same_captions": images.names(db, what.hands),
        "settings": {name: {"before": before, "after": after} for name, (before, after) in what.settings.items()},
    }
    out.result(document, [what.words, *_lines(what, limit)])


def _sides(found: Sequence[Changed]) -> list[dict[str, str]]:
    return [{"name": one.name, "before": one.before, "after": one.after} for one in found]


def _lines(what: Difference, limit: int) -> list[str]:
    lines = []
    for one in what.changed[:limit]:
        before, after = around(one.before, one.after)
        lines += [f"{one.name}:", f"  - {before}", f"  + {after}"]
    lines += [f"{one.before} → {one.after}" for one in what.renamed[:limit]]
    lines += [f"{one.name}: {one.before} → {one.after}" for one in what.marked[:limit]]
    left = sum(max(0, len(found) - limit) for found in (what.changed, what.renamed, what.marked))
    if left:
        lines.append(f"… and {left:,} more; --limit shows more of them.")
    return lines


def _restore(library: Library, out: Output, dataset: Dataset, name: str) -> None:
    with open_catalog(library) as db:
        way = versions.way_back(db, dataset, version_table.get(db, dataset.id, name))
    done = versions.carry_out(library, way, on_progress=out.progress)
    document = {"change": done.change_id, "changed": done.changed, "left_items": list(done.stale)}
    line = f"Back to “{way.version.name}”: {counted(done.changed, 'picture')} changed."
    out.result(document, [line + undo_hint(dataset.name, done.change_id)])
    if done.stale or done.state != "done":
        out.warn(f"{counted(len(done.stale), 'picture')} left alone: somebody changed them meanwhile.")
        raise click.exceptions.Exit(PARTLY)


def _delete(library: Library, out: Output, dataset: Dataset, name: str, *, yes: bool) -> None:
    with open_catalog(library) as db:
        found = version_table.get(db, dataset.id, name)
    out.confirm(f"Forget version “{found.name}” of {counted(found.items, 'picture')}? This cannot be undone.", yes=yes)
    versions.delete(library, found)
    out.result(_document(found), [f"Version “{found.name}” is forgotten."])
