"""Pictures renamed by a pattern, by command."""

from __future__ import annotations

import click

from dscore.catalog import datasets as dataset_table
from dscore.catalog.connection import open_catalog
from dscore.cli.editing import WHERE
from dscore.cli.output import PARTLY, Output, counted, shared_options, undo_hint
from dscore.config import Library
from dscore.pipeline import naming

SHOWN = 20


@click.command()
@click.argument("name")
@click.argument("pattern")
@WHERE
@click.option("--start", type=click.IntRange(0), default=1, show_default=True, help="The first number.")
@click.option("--plain", is_flag=True, help="Only ASCII letters, digits, _ and -; all else becomes _.")
@click.option("--dry-run", is_flag=True, help="Only say what would be called how.")
@shared_options
def rename(
    library: Library, out: Output, name: str, pattern: str, where: str, start: int, plain: bool, dry_run: bool
) -> None:
    """Rename pictures by a pattern, as one change that can be undone: `rename heap numbered`, `rename heap "{dataset}-{n:04d}"`.

    \b
    numbered     {dataset}_{n:03d}
    dated        {dataset}_{date}_{n:03d}, the day that they came
    source       {source}, what they were called where they came from
    sanitised    {name}, as --plain
    """
    with open_catalog(library) as db:
        dataset = dataset_table.get(db, name)
        plan = naming.plan(db, dataset, pattern, query=where, start=start, plain=plain)
    if dry_run:
        document = {
            "scope": plan.scope,
            "changed": len(plan.names),
            "names": [list(pair) for pair in plan.names.values()],
        }
        lines = [f"{len(plan.names):,} of {counted(plan.scope, 'picture')} would be renamed; nothing was written."]
        lines += [f"  {old} → {new}" for old, new in naming.examples(plan, SHOWN)]
        out.result(document, lines)
        return
    done = naming.apply(library, plan)
    result = {"scope": plan.scope, "changed": done.changed, "change": done.change_id, "left_items": list(done.stale)}
    line = f"{done.changed:,} of {counted(plan.scope, 'picture')} renamed."
    out.result(result, [line + undo_hint(dataset.name, done.change_id)])
    if done.stale:
        out.warn(f"{counted(len(done.stale), 'picture')} left alone: somebody changed them meanwhile.")
        raise click.exceptions.Exit(PARTLY)
