"""What every command shares: where the library is, JSON or words, progress, and errors as sentences."""

from __future__ import annotations

import functools
import json
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from dscore.catalog.job_lists import Job
from dscore.config import Library, default_home
from dscore.errors import DscoreError, NoPicturesError, QueryError, WrongUseError
from dscore.models import Progress

PROGRAM = "python -m dscore"
PARTLY, NOTHING, INTERRUPTED = 1, 2, 130

Function = TypeVar("Function", bound=Callable[..., None])


def shared_options(function: Function) -> Function:
    """Give a command `--home` and `--json`, a `Library` as its first argument, and errors as one sentence."""

    @click.option(
        "--home", type=click.Path(path_type=Path), help="The library's folder, instead of DSCORE_HOME or the default."
    )
    @click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON document; progress and messages go to stderr."
    )
    @functools.wraps(function)
    def command(*args: Any, home: Path | None, as_json: bool, **options: Any) -> None:
        out = Output(as_json=as_json)
        try:
            function(_library(home), out, *args, **options)
        except QueryError as error:
            out.fail_at(error, str(options.get("query") or options.get("where") or ""))
        except NoPicturesError as error:
            lines = [str(error), *(["Skipped:", *listed(error.skipped)] if error.skipped else [])]
            out.fail("\n".join(lines), document={"error": str(error), "skipped_files": named(error.skipped)})
        except DscoreError as error:
            out.fail(str(error))
        except KeyboardInterrupt:
            out.fail("Stopped. What was done is safe; run the same command again, and it goes on.", code=INTERRUPTED)

    return command  # type: ignore[return-value]  # click changes the arguments, as it is meant to


def _library(home: Path | None) -> Library:
    library = Library((home or default_home()).absolute())
    try:
        library.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUseError(
            f"The library's folder {library.home} cannot be made: {error.strerror}. Name another with --home or DSCORE_HOME."
        ) from error
    return library


class Output:
    """Where a command's words go."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._shown = 0.0
        self._width = 0

    def progress(self, step: Progress) -> None:
        """One line that is written over, on a terminal only, ten times a second."""
        if not sys.stderr.isatty() or (step.done < step.total and time.monotonic() - self._shown < 0.1):
            return
        self._shown = time.monotonic()
        line = f"{step.message}: {step.done:,} of {step.total:,}" if step.total else step.message
        click.echo("\r" + line.ljust(self._width), nl=False, err=True)
        self._width = len(line)

    def say(self, text: str) -> None:
        """A message for the person: on stdout, or on stderr beside a JSON document."""
        self._end_line()
        click.echo(text, err=self._as_json)

    def warn(self, text: str) -> None:
        """A message that must not be taken for a result."""
        self._end_line()
        click.echo(text, err=True)

    def result(self, document: Any, lines: Iterable[str]) -> None:
        """The command's one result: as JSON, or as lines of words."""
        self._end_line()
        if self._as_json:
            click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        else:
            for line in lines:
                click.echo(line)

    def confirm(self, question: str, *, yes: bool) -> None:
        """Ask, unless it was answered before; where nobody can answer, end and name the option that does."""
        if yes:
            return
        if not sys.stdin.isatty():
            self.fail(f"{question} Add --yes to do it.")
        click.confirm(question, abort=True, err=True)

    def fail(self, message: str, *, code: int = NOTHING, document: dict[str, Any] | None = None) -> NoReturn:
        """End with a sentence on stderr (and, asked for JSON, as a document)."""
        self._end_line()
        click.echo(message, err=True)
        if self._as_json:
            click.echo(json.dumps(document or {"error": message}, ensure_ascii=False, indent=2))
        raise click.exceptions.Exit(code)

    def fail_at(self, error: QueryError, text: str) -> NoReturn:
        """End with the sentence, the search, and a mark under the word that it is about."""
        mark = " " * error.start + "^" * max(1, error.end - error.start)
        place = {"query": text, "start": error.start, "end": error.end}
        self.fail(f"{error}\n  {text}\n  {mark}", document={"error": str(error), **place})

    def _end_line(self) -> None:
        if self._width:
            click.echo("", err=True)
            self._width = 0


def listed(pairs: Sequence[tuple[str, str]], *, most: int = 50) -> Iterable[str]:
    """Names with their reasons, one a line; the rest as a count."""
    yield from (f"  {reason}" if reason.startswith(name) else f"  {name}: {reason}" for name, reason in pairs[:most])
    if len(pairs) > most:
        yield f"  and {len(pairs) - most:,} more; --json lists them all"


def named(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """The same for JSON."""
    return [{"name": name, "reason": reason} for name, reason in pairs]


def took_over(out: Output, job: Job, *, expected: int) -> None:
    """Say so where a job that was left half way was gone on with, and was about other pictures than this command."""
    if job.tally.total != expected:
        out.warn(
            f"This went on with job {job.id}, which was interrupted, and its {counted(job.tally.total, 'picture')}. "
            "Run it again for those that have come since."
        )


def require_over(out: Output, job: Job) -> None:
    """End here where somebody paused or cancelled the job meanwhile."""
    if job.state in {"paused", "cancelled"}:
        through = job.tally.total - job.tally.waiting
        next_step = (
            f"To go on: {PROGRAM} jobs resume {job.id}, and {PROGRAM} worker."
            if job.state == "paused"
            else "What it did stands."
        )
        message = f"Job {job.id} was {job.state} at {through:,} of {job.tally.total:,}. {next_step}"
        out.fail(message, code=PARTLY, document={"error": message, "job": job.id, "state": job.state})


def undo_hint(dataset: str, change: int | None) -> str:
    """How to take a change back; "" where nothing changed."""
    name = shlex.quote(dataset)
    return f" To take it back: {PROGRAM} undo {name} {change}" if change is not None else ""


def undo_all_hint(dataset: str, found: Iterable[int | None]) -> list[str]:
    """How to take several changes back at once, as a line; none where fewer than two were made."""
    made = [str(change) for change in found if change is not None]
    return [f"To take all of it back: {PROGRAM} undo {shlex.quote(dataset)} {' '.join(made)}"] if len(made) > 1 else []


def local_time(at: str) -> str:
    """A moment of the catalog as the clock on the wall had it: `2026-11-22 10:04`."""
    return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")


def counted(number: int, noun: str) -> str:
    """`1 picture`, `2,000 pictures`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
