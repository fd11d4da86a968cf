"""`import hf:owner/name`: the options that only datasets on the Hugging Face hub have, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from dscore.cli.ledger import say_import
from dscore.cli.output import Output
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.pipeline.jobs import run_here

Function = TypeVar("Function", bound=Callable[..., None])

HUB_CHOICES = ("zips", "splits", "folder", "columns", "endpoint")
"""How the options arrive at a command."""

_ADDRESSES = ("hf:", "https://huggingface.co/", "http://huggingface.co/", "https://hf.co/", "huggingface.co/", "hf.co/")
_OPTIONS = (
    click.option(
        "--zip", "zips", multiple=True, metavar="PATH", help="hf: the ZIP in the repository to take; may be repeated."
    ),
    click.option(
        "--split", "splits", multiple=True, metavar="NAME", help="hf: the split to take (train, …); may be repeated."
    ),
    click.option("--folder", default="", metavar="PATH", help="hf: only what lies in this folder of the repository."),
    click.option(
        "--column", "columns", multiple=True, metavar="NAME",
        help="hf: the column that is the caption; several are joined by commas.",
    ),
    click.option("--endpoint", default="", metavar="URL", help="hf: a mirror to ask instead of https://huggingface.co."),
)  # fmt: skip


def hub_options(function: Function) -> Function:
    """Give a command the options of the hub."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def is_hub(place: str) -> bool:
    """Whether a place to import from is on the hub."""
    return place.strip().lower().startswith(_ADDRESSES)


def refuse_hub_options(choices: Mapping[str, Any]) -> None:
    """Raise WrongUseError where one was given for another place."""
    if any(choices.values()):
        raise WrongUseError("--zip, --split, --folder, --column and --endpoint are for datasets on Hugging Face (hf:).")


def import_hub(
    library: Library,
    out: Output,
    places: tuple[str, ...],
    *,
    dataset: str | None,
    captions: str,
    zips: tuple[str, ...],
    splits: tuple[str, ...],
    folder: str,
    columns: tuple[str, ...],
    endpoint: str,
) -> None:
    """Look at the repository, and bring in what was chosen of it."""
    from dscore.pipeline import hub

    if len(places) > 1:
        raise WrongUseError("One dataset on Hugging Face at a time, and no other place with it.")
    found = hub.look(library, places[0], endpoint=endpoint, folder=folder)
    choice = hub.Choice((*zips, *splits), columns=columns)
    plan = hub.plan(library, found, choice, dataset=dataset, captions=captions)
    job = run_here(
        library, "hub", dataset_id=plan.dataset.id, params=plan.params, items=lambda: (), on_progress=out.progress
    )
    notes = [f"From {plan.label}.", *(f"{line.name}: {line.reason}" for line in found.contents.unsupported)]
    say_import(library, out, plan.dataset.name, job, notes, commit=found.commit, source=plan.label)
