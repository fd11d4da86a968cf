"""The commands. Exit 0: all done. 1: done in part, each skipped thing listed. 2: wrong use, or nothing could be done."""

from __future__ import annotations

import json

import click

from dscore import __version__
from dscore.cli import (
    captioning,
    checking,
    dataset,
    doctor,
    duplicates,
    editing,
    keys,
    knowledge,
    libraries,
    naming,
    pictures,
    recipes,
    tuning,
    versions,
)

COMMANDS = (
    pictures.import_,
    keys.keys,
    pictures.tag,
    tuning.tune,
    captioning.caption,
    pictures.export,
    editing.search,
    knowledge.stats,
    checking.check,
    duplicates.duplicates,
    editing.edit,
    naming.rename,
    recipes.recipe,
    recipes.filters,
    editing.undo,
    editing.redo,
    editing.history,
    versions.version,
    libraries.datasets,
    dataset.dataset,
    libraries.jobs,
    libraries.worker,
    doctor.doctor,
    libraries.backup,
    libraries.restore,
)


class Commands(click.Group):
    """Wrong use of a command is JSON, too, where JSON was asked for."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; its own errors are sentences already, and those of its options become one here."""
        as_json = "--json" in ctx.args
        try:
            return super().invoke(ctx)
        except click.UsageError as wrong:
            error = _in_plain_words(wrong)
            if as_json:
                click.echo(json.dumps({"error": error.format_message()}, ensure_ascii=False, indent=2))
            raise error from wrong


def _in_plain_words(error: click.UsageError) -> click.UsageError:
    """A search such as `-hat` looks like an option."""
    if not isinstance(error, click.NoSuchOption) or error.ctx is None or error.ctx.command.name != "search":
        return error
    return click.UsageError("What a search leaves out stands behind two dashes: search NAME -- -hat", ctx=error.ctx)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="dscore")
def main() -> None:
    """A catalog of pictures, tags and captions for people who train LoRAs; nothing is ever lost."""


for command in COMMANDS:
    main.add_command(command)
