"""Pictures that are alike: duplicates."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from dscore.catalog import datasets as dataset_table
from dscore.catalog.connection import open_catalog
from dscore.cli.editing import WHERE
from dscore.cli.output import PARTLY, PROGRAM, Output, counted, shared_options, undo_hint
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.text.sizes import readable_size

if TYPE_CHECKING:
    from dscore.catalog.datasets import Dataset
    from dscore.pipeline.duplicates import Captions
    from dscore.quality.likeness import Group


@click.command()
@click.argument("name")
@WHERE
@click.option(
    "--distance",
    type=click.IntRange(0, 14),
    default=8,
    show_default=True,
    help="In how many of 64 bits the hashes of two pictures may differ: 4 is surely the same, 10 perhaps.",
)
@click.option("--merge", is_flag=True, help="Keep the best of each group of copies; the rest goes to the trash.")
@click.option("--near", is_flag=True, help="With --merge: also groups that are only nearly the same.")
@click.option(
    "--captions",
    type=click.Choice(["unite", "keep"]),
    default="unite",
    show_default=True,
    help="With --merge: the kept picture gets the tags of all, or keeps its caption.",
)
@click.option("--dry-run", is_flag=True, help="With --merge: only say which would stay and go.")
@click.option("--different", is_flag=True, help="Remember that the pictures of each group are different ones.")
@click.option("--show-again", is_flag=True, help="Take that back for all pictures, or those of --where.")
@shared_options
def duplicates(
    library: Library, out: Output, name: str, where: str, distance: int, merge: bool, near: bool, captions: Captions,
    dry_run: bool, different: bool, show_again: bool,
) -> None:  # fmt: skip
    """List pictures that are alike: copies, resized, mirrored, with borders; --merge puts them together as one change.

    Those that are no duplicates stay out of the list, and of what check finds, once --different was said of them.
    """
    from dscore.pipeline import borders
    from dscore.pipeline import different as told_apart
    from dscore.pipeline import duplicates as pipeline

    if merge + different + show_again > 1:
        raise WrongUseError("Choose one of --merge, --different and --show-again.")
    with open_catalog(library) as db:
        dataset = dataset_table.get(db, name)
        if show_again:
            _show_again(library, out, dataset, where)
            return
        for step in borders.looking(library, db, dataset):
            out.progress(step)
        found = pipeline.groups(db, dataset, query=where, distance=distance)
        marked = told_apart.count(db, dataset, query=where)
    if different:
        _mark(library, out, dataset, found)
        return
    meant = [group for group in found if group.same or near]
    if not merge or dry_run:
        listed = meant if merge else found
        out.result(
            {**pipeline.document(listed), "different": marked},
            [*_lines(dataset, listed, merge=merge), *_marked(dataset, marked)],
        )
        return
    done = pipeline.merge(
        library, dataset, [pipeline.proposed(group, captions=captions) for group in meant], on_progress=out.progress
    )
    document = {"change": done.change_id, "groups": len(meant), "changed": done.changed, "skipped": len(done.stale)}
    line = f"{counted(len(meant), 'group')} merged.{undo_hint(dataset.name, done.change_id)}" if meant else "No copies."
    out.result(document, [line])
    if done.stale:
        out.warn(f"{counted(len(done.stale), 'picture')} left alone: somebody changed them meanwhile.")
        raise click.exceptions.Exit(PARTLY)


def _mark(library: Library, out: Output, dataset: Dataset, found: list[Group]) -> None:
    from dscore.pipeline import different as told_apart

    told_apart.mark(library, found)
    line = f"{counted(len(found), 'group')} marked as different pictures. Take it back: {_again(dataset)}"
    out.result({"marked": len(found)}, [line if found else "No two pictures are alike."])


def _show_again(library: Library, out: Output, dataset: Dataset, where: str) -> None:
    from dscore.pipeline import different as told_apart

    groups = told_apart.forget(library, dataset, query=where)
    out.result({"shown_again": groups}, [f"{counted(groups, 'group')} of different pictures will be listed again."])


def _marked(dataset: Dataset, groups: int) -> list[str]:
    said = "is" if groups == 1 else "are"
    return [f"{counted(groups, 'group')} {said} marked as different. Show again: {_again(dataset)}"] if groups else []


def _again(dataset: Dataset) -> str:
    return f"{PROGRAM} duplicates {shlex.quote(dataset.name)} --show-again"


def _lines(dataset: Dataset, found: list[Group], *, merge: bool) -> list[str]:
    lines = []
    for group in found:
        lines.append("Copies:" if group.same else "Nearly the same:")
        for one in group.pictures:
            sign = "keep " if one is group.best else "trash" if merge else "     "
            size = f"{one.width} x {one.height}, {one.format.upper()}, {readable_size(one.bytes)}"
            lines.append(f"  {sign} {one.name}  ({size})")
    if not lines:
        return ["No two pictures are alike."]
    copies = sum(group.same for group in found)
    lines.append(f"{counted(copies, 'group')} of copies, {len(found) - copies:,} of pictures nearly the same.")
    if copies and not merge:
        lines.append(f"Keep the best of the copies: {PROGRAM} duplicates {shlex.quote(dataset.name)} --merge")
    return lines
