"""Finding, editing, and taking back: search, edit, undo, redo, history."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import click

from dscore.catalog import changes
from dscore.catalog import datasets as dataset_table
from dscore.catalog import search as searching
from dscore.catalog.changes import Change
from dscore.catalog.connection import open_catalog
from dscore.cli.output import PARTLY, Output, counted, local_time, shared_options, undo_hint
from dscore.config import Library
from dscore.pipeline import curate, hints, reverts
from dscore.pipeline.curate import Applied, Preview
from dscore.pipeline.operations import KINDS, Operation
from dscore.pipeline.render import rendered
from dscore.pipeline.reverts import Reverted
from dscore.text.query import parse_query

AROUND = 60
"""Characters shown on both sides of what an edit would change."""

WHERE = click.option(
    "--where", default="", metavar="QUERY", help="Only pictures that this search finds; see docs/search.md."
)


@click.command()
@click.argument("name")
@click.argument("query", default="")
@click.option(
    "--limit", type=click.IntRange(0), default=20, show_default=True, help="Pictures to list; all are counted."
)
@click.option("--tags", "show_tags", is_flag=True, help="Count the tags of what was found instead.")
@shared_options
def search(library: Library, out: Output, name: str, query: str, limit: int, show_tags: bool) -> None:
    """Find pictures: `long_hair -solo width>=1024`, `is:untagged`, `( red_dress or blue_dress )`."""
    with open_catalog(library) as db:
        dataset = dataset_table.get(db, name)
        parsed = parse_query(query)
        found = searching.count(db, dataset.id, parsed)
        if show_tags:
            numbers = searching.tag_counts(db, dataset.id, parsed)
            document = {
                "found": found,
                "tags": [{"tag": t.name, "category": t.category, "items": t.items} for t in numbers],
            }
            out.result(document, (f"{tag.items:8,}  {tag.name}" for tag in numbers))
            return
        ids = searching.ids(db, dataset.id, parsed, limit=limit)
        items = [(one, text) for chunk in rendered(db, dataset, ids) for one, text in chunk]
        known = [] if found else hints.why_nothing(db, dataset, query)
    document = {
        "found": found,
        "items": [{"id": one.item_id, "name": one.name, "caption": text} for one, text in items],
    }
    lines = [f"{counted(found, 'picture')} found", *(f"{one.name}: {text or '(no caption)'}" for one, text in items)]
    lines += known
    if found > len(items):
        lines.append(f"… and {found - len(items):,} more; --limit lists more of them.")
    out.result(document, lines)


Function = TypeVar("Function", bound=Callable[..., None])


def edit_options(function: Function) -> Function:
    """Give a command what an edit is said with: KIND, its words, `--where` and the rest."""
    for option in reversed(
        (
            click.argument("kind", type=click.Choice(KINDS)),
            click.argument("words", nargs=-1),
            WHERE,
            click.option(
                "--position", type=click.Choice(["start", "end", "random"]), help="trigger, add: where it stands."
            ),
            click.option(
                "--by",
                type=click.Choice(["name", "frequency", "score"]),
                default="name",
                show_default=True,
                help="sort: the order.",
            ),
            click.option(
                "--in",
                "where_text",
                type=click.Choice(["tags", "prose"]),
                default="tags",
                show_default=True,
                help="replace: where.",
            ),
            click.option(
                "--regex", is_flag=True, help="replace: OLD is a regular expression; \\1 in NEW is its first group."
            ),
        )
    ):
        function = option(function)
    return function


@click.command()
@click.argument("name")
@edit_options
@click.option("--dry-run", is_flag=True, help="Only say what would change, with examples.")
@shared_options
def edit(
    library: Library, out: Output, name: str, kind: str, words: tuple[str, ...], where: str, position: str | None,
    by: str, where_text: str, regex: bool, dry_run: bool,
) -> None:  # fmt: skip
    """Edit captions in bulk, as one change that can be undone.

    \b
    trigger WORD          set the trigger word ("" takes it away)
    add "A, B"            add tags
    remove "A, B*"        remove whole tags; * is any text
    replace OLD NEW       replace whole tags (--in prose: words in sentences)
    sort, dedupe, standardise
    trash, restore        put pictures into the trash (--where), take them out
    mark keep             or reject, or none: what a person thinks of the pictures
    stars 4               0 to 5
    """
    operation = operation_of(out, kind, words, position=position or "", by=by, where=where_text, regex=regex)
    if kind == "trash" and not where:
        out.fail("Say which pictures go to the trash, with --where.")
    with open_catalog(library) as db:
        dataset = dataset_table.get(db, name)
        if dry_run:
            _say_preview(out, curate.preview(db, dataset, operation, query=where))
            return
    _say_applied(out, dataset.name, curate.apply(library, dataset, operation, query=where, on_progress=out.progress))


def operation_of(
    out: Output, kind: str, words: tuple[str, ...], *, position: str, by: str, where: str, regex: bool
) -> Operation:
    """The edit as its words and options say; ends where there are too few or too many."""
    wanted = {"trigger": 1, "add": 1, "remove": 1, "replace": 2, "mark": 1, "stars": 1}.get(kind, 0)
    if len(words) != wanted:
        out.fail(f"“{kind}” wants {counted(wanted, 'word')} (quote those with blanks); there are {len(words)}.")
    text, new = (*words, "", "")[:2]
    return Operation(kind, text, new, position=position, by=by, where=where, regex=regex)


def _say_preview(out: Output, preview: Preview) -> None:
    document = {
        "scope": preview.scope,
        "changed": preview.changed,
        "examples": [{"name": one.name, "before": one.before, "after": one.after} for one in preview.examples],
    }
    lines = [f"{preview.changed:,} of {counted(preview.scope, 'picture')} would change; nothing was written."]
    for one in preview.examples:
        before, after = around(one.before, one.after)
        lines += [f"{one.name}:", f"  - {before}", f"  + {after}"]
    out.result(document, lines)


def around(before: str, after: str) -> tuple[str, str]:
    """Two captions without the long parts that they have in common."""
    start = _in_common(before, after)
    end = min(_in_common(before[::-1], after[::-1]), len(before) - start, len(after) - start)
    shown = []
    for text in (before, after):
        first, last = max(0, start - AROUND), min(len(text), len(text) - end + AROUND)
        shown.append(f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}")
    return shown[0], shown[1]


def _in_common(one: str, other: str) -> int:
    """How many characters the beginnings of two texts share."""
    differing = (place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1])
    return next(differing, min(len(one), len(other)))


def _say_applied(out: Output, dataset: str, applied: Applied) -> None:
    document = {
        "change": applied.change_id,
        "changed": applied.changed,
        "same": applied.same,
        "skipped": len(applied.stale),
    }
    scope = applied.changed + applied.same + len(applied.stale)
    line = f"{applied.changed:,} of {counted(scope, 'picture')} changed." if scope else "No picture matches."
    out.result(document, [line + undo_hint(dataset, applied.change_id)])
    if applied.stale:
        out.warn(f"{counted(len(applied.stale), 'picture')} left alone: somebody changed them meanwhile.")
        raise click.exceptions.Exit(PARTLY)


@click.command()
@click.argument("name")
@click.argument("change", type=int, nargs=-1, metavar="[ID]...")
@shared_options
def undo(library: Library, out: Output, name: str, change: tuple[int, ...]) -> None:
    """Take back the latest change of a dataset, or older ones by their ids; later work is never wiped."""
    with open_catalog(library) as db:
        dataset = dataset_table.get(db, name)
    if len(change) > 1:
        _say_all_reverted(out, "Undone", reverts.undo_all(library, dataset, change, on_progress=out.progress))
    else:
        one = change[0] if change else None
        _say_all_reverted(out, "Undone", [reverts.undo(library, dataset, one, on_progress=out.progress)])


@click.command()
@click.argument("name")
@shared_options
def redo(library: Library, out: Output, name: str) -> None:
    """Do the latest undone change again, as long as no new one was made."""
    with open_catalog(library) as db:
        dataset = dataset_table.get(db, name)
    _say_all_reverted(out, "Done again", [reverts.redo(library, dataset, on_progress=out.progress)])


def _reach(change: Change, items: int) -> str:
    """A change without pictures sets something of the dataset, such as its trigger word."""
    return counted(items, "picture") if change.items else "the whole dataset"


def _say_all_reverted(out: Output, word: str, done: Sequence[Reverted]) -> None:
    documents = [_reverted(one) for one in done]
    out.result(
        documents[0] if len(documents) == 1 else documents,
        [f"{word}: {one.change.summary} ({_reach(one.change, one.items)})." for one in done],
    )
    warnings = [line for one in done for line in _left_behind(one)]
    for line in warnings:
        out.warn(line)
    if warnings:
        raise click.exceptions.Exit(PARTLY)


def _reverted(one: Reverted) -> dict[str, object]:
    change = one.change
    return {
        "change": change.id,
        "summary": change.summary,
        "items": one.items,
        "left": one.left,
        "left_items": list(one.left_names),
        "gone": change.gone,
        "kept_settings": list(one.kept),
    }


def _left_behind(one: Reverted) -> Iterator[str]:
    """What of the change an undo or redo could not do."""
    if one.left:
        some = ", ".join(one.left_names[:10]) + (", …" if one.left > 10 else "")
        yield f"{counted(one.left, 'picture')} left alone, changed again since: {some}."
    if one.change.gone:
        yield f"Gone for ever, since the trash was emptied: {counted(one.change.gone, 'picture')}."
    for setting in one.kept:
        yield f"The {setting} stays as it is: it was set again since."


@click.command()
@click.argument("name")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Changes to list.")
@shared_options
def history(library: Library, out: Output, name: str, limit: int) -> None:
    """List a dataset's changes, the latest first."""
    with open_catalog(library) as db:
        dataset = dataset_table.get(db, name)
        rows = changes.listed(db, dataset.id, limit=limit)
    document = [
        {
            "id": c.id,
            "at": c.at,
            "action": c.action,
            "summary": c.summary,
            "state": c.state,
            "items": c.items,
            "left": c.left,
        }
        for c in rows
    ]
    out.result(document, [_history_line(one) for one in rows] or ["Nothing was changed yet."])


def _history_line(change: Change) -> str:
    words = {"open": ", under way", "complete": "", "partial": ", half done", "undone": ", undone"}
    left = f", but for {change.left:,} that were changed later" if change.left else ""
    extent = _reach(change, change.items)
    return f"{change.id:6}  {local_time(change.at)}  {change.summary} ({extent}){words[change.state]}{left}"
