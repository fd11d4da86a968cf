"""What is to be done or found again: recipes and saved filters, by command."""

from __future__ import annotations

import click

from dscore.catalog import datasets as dataset_table
from dscore.catalog import saved
from dscore.catalog.connection import open_catalog
from dscore.catalog.saved import FILTERS, RECIPES
from dscore.cli.editing import WHERE, around, edit_options, operation_of
from dscore.cli.output import PARTLY, Output, counted, shared_options, undo_all_hint, undo_hint
from dscore.config import Library
from dscore.pipeline import recipes
from dscore.pipeline.recipes import Preview, Recipe, Step
from dscore.text.query import parse_query


@click.group()
def recipe() -> None:
    """Named lists of edits: put together once, run on any dataset."""


@recipe.command()
@click.argument("name")
@edit_options
@shared_options
def add(
    library: Library, out: Output, name: str, kind: str, words: tuple[str, ...], where: str, position: str | None,
    by: str, where_text: str, regex: bool,
) -> None:  # fmt: skip
    """Put an edit at the end of a recipe, which is made where it does not exist: `recipe add tidy remove "hat" --where solo`."""
    operation = operation_of(out, kind, words, position=position or "", by=by, where=where_text, regex=regex)
    with open_catalog(library) as db:
        _say(out, recipes.add(db, name, Step(operation, where)))


@recipe.command("list")
@shared_options
def list_(library: Library, out: Output) -> None:
    """List the recipes."""
    with open_catalog(library) as db:
        found = recipes.listed(db)
    lines = [f"{one.name}: {'; '.join(step.words for step in one.steps) or 'no edits'}" for one in found]
    out.result([_document(one) for one in found], lines or ["There is no recipe yet."])


@recipe.command()
@click.argument("name")
@shared_options
def show(library: Library, out: Output, name: str) -> None:
    """Say what a recipe does."""
    with open_catalog(library) as db:
        _say(out, recipes.get(db, name))


@recipe.command()
@click.argument("name")
@click.argument("number", type=int)
@shared_options
def drop(library: Library, out: Output, name: str, number: int) -> None:
    """Take the edit with this number out of a recipe."""
    with open_catalog(library) as db:
        _say(out, recipes.drop(db, name, number))


@recipe.command()
@click.argument("name")
@shared_options
def delete(library: Library, out: Output, name: str) -> None:
    """Forget a recipe; what it did stays."""
    with open_catalog(library) as db:
        saved.delete(db, RECIPES, name)
    out.result({"deleted": name}, [f"The recipe “{name}” is forgotten."])


@recipe.command()
@click.argument("name")
@click.argument("dataset")
@WHERE
@click.option("--dry-run", is_flag=True, help="Only say what would change, with examples.")
@shared_options
def run(library: Library, out: Output, name: str, dataset: str, where: str, dry_run: bool) -> None:
    """Run a recipe on a dataset: its edits one after the other, each a change that can be undone, alone or all at once."""
    with open_catalog(library) as db:
        found, target = recipes.get(db, name), dataset_table.get(db, dataset)
        if dry_run:
            _say_preview(out, found, recipes.preview(db, target, found, query=where))
            return
    done = recipes.run(library, target, found, query=where, on_progress=out.progress)
    pairs = list(zip(found.steps, done, strict=True))
    document = [{"edit": step.words, "changed": one.changed, "change": one.change_id} for step, one in pairs]
    out.result(
        document,
        [
            f"{step.words}: {counted(one.changed, 'picture')} changed.{undo_hint(target.name, one.change_id)}"
            for step, one in pairs
        ]
        + undo_all_hint(target.name, [one.change_id for one in done]),
    )
    if any(one.stale for one in done):
        out.warn("Some pictures were left alone: somebody changed them meanwhile.")
        raise click.exceptions.Exit(PARTLY)


def _document(one: Recipe) -> dict[str, object]:
    return {"recipe": one.name, "edits": [step.words for step in one.steps]}


def _say(out: Output, one: Recipe) -> None:
    lines = [f"  {number}  {step.words}" for number, step in enumerate(one.steps, 1)]
    out.result(_document(one), [f"{one.name}:", *lines])


def _say_preview(out: Output, found: Recipe, preview: Preview) -> None:
    document = {
        "scope": preview.scope,
        "looked_at": preview.looked_at,
        "changed": list(preview.changed),
        "examples": [{"name": one.name, "before": one.before, "after": one.after} for one in preview.examples],
    }
    limit = "" if preview.looked_at == preview.scope else f", tried on the first {preview.looked_at:,}"
    lines = [f"{counted(preview.scope, 'picture')}{limit}; nothing was written."]
    for step, number in zip(found.steps, preview.changed, strict=True):
        lines.append(f"  {step.words}: {counted(number, 'picture')} would change")
    for one in preview.examples:
        before, after = around(one.before, one.after)
        lines += [f"{one.name}:", f"  - {before}", f"  + {after}"]
    out.result(document, lines)


@click.command()
@click.argument("action", type=click.Choice(["list", "save", "delete"]), default="list")
@click.argument("name", required=False)
@click.argument("query", required=False)
@shared_options
def filters(library: Library, out: Output, action: str, name: str | None, query: str | None) -> None:
    """List saved filters; keep or forget one: `filters save "no hat" "-hat is:captioned"`."""
    if (action != "list" and not name) or (action == "save" and not query):
        out.fail("Say under which name" + (", and which filter." if action == "save" else "."))
    with open_catalog(library) as db:
        if action == "save":
            parse_query(query or "")
            saved.save(db, FILTERS, name or "", query or "")
        elif action == "delete":
            saved.delete(db, FILTERS, name or "")
        found = saved.listed(db, FILTERS)
    document = [{"name": one.name, "query": one.text} for one in found]
    out.result(document, [f"{one.name}: {one.text}" for one in found] or ["No filter is saved."])
