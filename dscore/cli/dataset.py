"""Datasets themselves: made, named, copied, joined, parted, deleted and taken back."""

from __future__ import annotations

import shlex

import click

from dscore.catalog import datasets as dataset_table
from dscore.catalog.connection import open_catalog
from dscore.catalog.datasets import Dataset
from dscore.cli.output import PARTLY, PROGRAM, Output, counted, shared_options, undo_hint
from dscore.config import Library
from dscore.pipeline import gathering, shelf
from dscore.pipeline.gathering import Plan
from dscore.pipeline.shelf import Trash
from dscore.text.sizes import readable_size


@click.group()
def dataset() -> None:
    """Create, rename, copy, merge, split, delete datasets; empty the trash."""


@dataset.command()
@click.argument("name")
@shared_options
def create(library: Library, out: Output, name: str) -> None:
    """Make an empty dataset."""
    with open_catalog(library) as db:
        made = dataset_table.create(db, name)
    out.result({"dataset": made.name}, [f"“{made.name}” is there, and empty."])


@dataset.command()
@click.argument("name")
@click.argument("new_name")
@shared_options
def rename(library: Library, out: Output, name: str, new_name: str) -> None:
    """Give a dataset another name, as a change that can be undone."""
    known = _named(library, name)
    made = shelf.rename(library, known, new_name)
    when = "already" if made.name == known.name else "now"
    out.result({"dataset": made.name}, [f"The dataset is called “{made.name}” {when}."])


@dataset.command()
@click.argument("name")
@click.argument("new_name")
@shared_options
def copy(library: Library, out: Output, name: str, new_name: str) -> None:
    """Copy a dataset with all its captions, whoever claims which tag, and what you removed; the trash stays behind."""
    _gather(library, out, gathering.plan_copy(library, _named(library, name), new_name))


@dataset.command()
@click.argument("name")
@click.argument("into")
@click.option(
    "--captions",
    type=click.Choice(["keep", "unite"]),
    default="keep",
    show_default=True,
    help="What INTO has already keeps its caption there, or gets the tags of both.",
)
@shared_options
def merge(library: Library, out: Output, name: str, into: str, captions: str) -> None:
    """Copy all pictures of NAME into INTO, as one change. What INTO has already stays there; NAME stays as it is."""
    source, target = _named(library, name), _named(library, into)
    _gather(library, out, gathering.plan_merge(library, source, target, unite=captions == "unite"))


@dataset.command()
@click.argument("name")
@click.argument("new_name")
@click.option("--where", required=True, metavar="QUERY", help="Which pictures go; see docs/search.md.")
@shared_options
def split(library: Library, out: Output, name: str, new_name: str, where: str) -> None:
    """Move what a search finds into a dataset of its own; in NAME these pictures go to the trash."""
    _gather(library, out, gathering.plan_split(library, _named(library, name), new_name, query=where))


@dataset.command()
@click.argument("name")
@shared_options
def delete(library: Library, out: Output, name: str) -> None:
    """Put a dataset into the trash, whole; `dataset restore` takes it back."""
    found = _named(library, name)
    shelf.delete(library, found)
    back = f"{PROGRAM} dataset restore {shlex.quote(found.name)}"
    out.result({"dataset": found.name}, [f"“{found.name}” is in the trash. To take it back: {back}"])


@dataset.command()
@click.argument("name")
@click.option("--as", "new_name", default="", metavar="NAME", help="Another name, where its own is taken by now.")
@shared_options
def restore(library: Library, out: Output, name: str, new_name: str) -> None:
    """Take a dataset out of the trash, as it was."""
    back = shelf.restore(library, name, new_name=new_name)
    out.result({"dataset": back.name}, [f"“{back.name}” is back."])


@dataset.command("empty-trash")
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--yes", is_flag=True, help="Do not ask.")
@shared_options
def empty_trash(library: Library, out: Output, name: str | None, yes: bool) -> None:
    """Delete for ever what is in the trash: of the dataset NAME, or NAME itself if it is deleted, or (without NAME) all.

    It asks first, and says how many pictures will be gone; where nobody can answer, it wants --yes.
    """
    found = _in_trash(library, name)
    if found.held:
        names = ", ".join(f"“{one}”" for one in found.holders)
        out.warn(f"Kept in the trash, since a version holds it: {counted(found.held, 'picture')} ({names}).")
    if found.empty:
        out.result(
            {"pictures": 0, "datasets": 0}, ["There is nothing to empty." if found.held else "The trash is empty."]
        )
        return
    out.confirm(f"Delete {lost(found)} for ever? This cannot be undone.", yes=yes)
    gone = shelf.empty(library, found)
    document = {"pictures": gone.items, "datasets": gone.datasets, "files": gone.files, "bytes": gone.bytes}
    room = f" {counted(gone.files, 'file')}, {readable_size(gone.bytes)}, freed." if gone.files else ""
    out.result(document, [f"{counted(gone.items, 'picture')} gone for ever.{room}"])


def lost(found: Trash) -> str:
    """What would be gone: `12 pictures and the dataset heap (240 pictures)`."""
    parts = [counted(found.items, "picture")] if found.items else []
    if found.whole:
        names = ", ".join(one.name for one in found.whole)
        noun = "the dataset" if len(found.whole) == 1 else "the datasets"
        parts.append(f"{noun} {names} ({counted(found.whole_items, 'picture')})")
    return " and ".join(parts)


def _in_trash(library: Library, name: str | None) -> Trash:
    if name is None:
        return shelf.look(library)
    with open_catalog(library) as db:
        standing = dataset_table.find(db, name)
        deleted = None if standing is not None else dataset_table.find_trashed(db, name)
    return shelf.look(library, dataset=standing, deleted=deleted)


def _named(library: Library, name: str) -> Dataset:
    with open_catalog(library) as db:
        return dataset_table.get(db, name)


def _gather(library: Library, out: Output, plan: Plan) -> None:
    done = gathering.carry_out(library, plan, on_progress=out.progress)
    document = {
        "dataset": done.dataset,
        "came": done.came,
        "already_there": done.there,
        "united": done.united,
        "back": done.back,
        "change": done.change_id,
        "left_change": done.left_change_id,
    }
    how = f"{done.united:,} of them with more tags now" if plan.unite else "with the captions they have there"
    there = f"; {done.there:,} there already, {how}" if done.there else ""
    if done.back:
        there += f"; {done.back:,} of them out of the trash there, with the captions they had"
    hint = undo_hint(done.dataset, done.change_id) if plan.action != "copy" else ""
    lines = [f"{counted(done.came, 'picture')} came into “{done.dataset}”{there}.{hint}"]
    if done.left_change_id is not None:
        lines.append(
            f"In “{plan.source.name}” they are in the trash.{undo_hint(plan.source.name, done.left_change_id)}"
        )
    out.result(document, lines)
    if done.state != "done":
        raise click.exceptions.Exit(PARTLY)
