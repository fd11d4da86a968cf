"""Stored scores by other rules: tune."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from dscore.catalog import datasets as dataset_table
from dscore.catalog import search
from dscore.catalog.connection import open_catalog
from dscore.cli.editing import WHERE, around
from dscore.cli.output import PARTLY, Output, counted, shared_options, undo_hint
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.models import Category, Mode
from dscore.taggers.presets import BALANCED, BY_NAME
from dscore.taggers.rules import BLENDS
from dscore.text.pairs import split_pairs, split_scores
from dscore.text.query import parse_query
from dscore.text.tags import split_tags

if TYPE_CHECKING:
    from dscore.pipeline.curate import Applied, Example
    from dscore.pipeline.tuning_desk import Desk, Tuning
    from dscore.pipeline.tuning_preview import Preview

BALANCED_WORD = "balanced"
MOVES = 15
"""Tags that are listed with their number before and after."""


class Threshold(click.ParamType[float | str]):
    """A score, or `balanced`."""

    name = "score"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | str:
        """A number, or the word."""
        if isinstance(value, float) or value == BALANCED_WORD:
            return value  # type: ignore[no-any-return]
        try:
            return float(value)
        except ValueError:
            self.fail(f"“{value}” is neither a score from 0.05 to 1 nor “{BALANCED_WORD}”.", param, ctx)


@click.command()
@click.argument("name")
@click.option(
    "--tagger", "taggers", multiple=True, required=True, metavar="NAME",
    help="Whose stored scores; several times for several taggers.",
)  # fmt: skip
@click.option(
    "--blend", type=click.Choice(BLENDS), default="union", show_default=True,
    help="Several taggers: what any says, what all say, or the mean of their scores.",
)  # fmt: skip
@click.option(
    "--preset", type=click.Choice(sorted(BY_NAME)), help="Begin with these settings; other options go on top."
)
@click.option(
    "--general", type=Threshold(), help="The score from which a tag is taken, or “balanced”: the model's own."
)
@click.option("--character", type=Threshold(), help="The same for characters.")
@click.option("--per-tag", metavar='"TAG=SCORE, …"', help="Single tags with a score of their own.")
@click.option(
    "--find-gap", type=click.Choice(["general", "character", "both"]),
    help="Cut each picture's list at its largest gap between two scores, instead of at a threshold.",
)  # fmt: skip
@click.option("--rating", type=click.Choice(["off", "first", "last"]), help="Where the best rating stands.")
@click.option("--order", type=click.Choice(["score", "frequency", "model"]), help="Which tag comes first.")
@click.option("--characters-first/--no-characters-first", default=None, help="Characters before all other tags.")
@click.option("--blacklist", metavar='"A, B*"', help="Tags that are never taken; * is any text.")
@click.option(
    "--without", multiple=True, type=click.Choice([one.value for one in Category]), help="A category that is left out."
)
@click.option("--replace", "replacements", metavar='"OLD=NEW, …"', help="Tags that are written otherwise.")
@click.option("--underscores", type=click.Choice(["space", "keep"]), help="long hair, or long_hair.")
@click.option("--brackets", type=click.Choice(["plain", "escaped"]), help=r"saber (fate), or saber \(fate\).")
@click.option("--limit", type=click.IntRange(1), help="The most tags for a picture, the surest.")
@click.option(
    "--mode", type=click.Choice([one.value for one in Mode]), default=Mode.MERGE.value, show_default=True,
    help="What becomes of tags that are there, as for “tag”.",
)  # fmt: skip
@WHERE
@click.option("--dry-run", is_flag=True, help="Only say what would change, with examples.")
@shared_options
def tune(
    library: Library, out: Output, name: str, taggers: tuple[str, ...], where: str, dry_run: bool, **options: Any
) -> None:  # fmt: skip
    """Choose tags anew from stored scores, as one change that can be undone; no model is run.

    \b
    tune heap --tagger wd14-vit-v3 --general 0.4 --per-tag "solo=0.6"
    tune heap --tagger wd14-vit-v3 --preset sd-scripts --dry-run
    tune heap --tagger wd14-vit-v3 --tagger wd14-moat-v2 --blend mean
    """
    from dscore.pipeline import tuning, tuning_preview
    from dscore.pipeline.tuning_desk import lay_out, pick, voices

    with open_catalog(library) as db:
        dataset = dataset_table.get(db, name)
        heard = pick(voices(db, dataset), taggers)
        asked = _tuning(tuple(voice.name for voice in heard), options)
        desk = lay_out(db, dataset, heard, search.ids(db, dataset.id, parse_query(where)))
        if not len(desk.items):
            which = f" that “{where}” finds" if where else ""
            out.fail(f"No picture of “{name}”{which} has scores by {_names(desk)}. Nothing was changed.")
        seen = tuning_preview.preview(desk, tuning_preview.stand(db, desk), asked)
        if dry_run:
            shown = tuning_preview.examples(db, desk, asked.mode, seen.chosen, tuning_preview.spread(seen.revs))
            _say_preview(out, desk, seen, shown)
            return
    _say_applied(out, desk, seen, tuning.apply(library, desk, asked, seen.revs, go_on=True, on_progress=out.progress))


def _names(desk: Desk) -> str:
    return " and ".join(voice.name for voice in desk.voices)


def _tuning(taggers: tuple[str, ...], options: dict[str, Any]) -> Tuning:
    from dscore.pipeline.tuning_desk import Tuning

    preset = BY_NAME[options["preset"] or "own"]
    same = {name: options[name] for name in ("rating", "order", "characters_first", "underscores", "brackets", "limit")}
    gap = options["find_gap"]
    rules = replace(
        preset.rules,
        per_tag=split_scores(options["per_tag"] or ""),
        blacklist=split_tags(options["blacklist"] or ""),
        replacements=split_pairs(options["replacements"] or ""),
        without=tuple(map(Category, options["without"])),
        mcut_general=gap in {"general", "both"},
        mcut_character=gap in {"character", "both"},
        **{name: value for name, value in same.items() if value is not None},
    )
    return Tuning(
        taggers,
        blend=options["blend"],
        mode=Mode(options["mode"]),
        general=_threshold(options["general"], preset.general, taggers),
        character=_threshold(options["character"], preset.character, taggers),
        rules=rules,
    )


def _threshold(given: float | str | None, otherwise: float | None, taggers: tuple[str, ...]) -> float | None:
    if given is None:
        return otherwise
    if isinstance(given, float):
        return given
    points = [BALANCED.get(tagger) for tagger in taggers]
    if len(points) != 1 or points[0] is None:
        known = ", ".join(BALANCED)
        raise WrongUseError(f"“{BALANCED_WORD}” needs one tagger whose balanced point is known: {known}.")
    return points[0]


def _say_preview(out: Output, desk: Desk, seen: Preview, shown: list[Example]) -> None:
    examples = [{"name": one.name, "before": one.before, "after": one.after} for one in shown]
    lines = [
        f"{seen.changed:,} of {counted(seen.scope, 'caption')} would change; nothing was written.",
        *_words(desk, seen),
    ]
    moves = [move for move in seen.moves if move.before != move.after]
    lines += [f"{move.before:8,} → {move.after:<8,} {move.name}" for move in moves[:MOVES]]
    for one in shown:
        before, after = around(one.before, one.after)
        lines += [f"{one.name}:", f"  - {before}", f"  + {after}"]
    out.result({**_document(desk, seen), "examples": examples}, lines)


def _words(desk: Desk, seen: Preview) -> list[str]:
    fates = f"{seen.gaining:,} would gain tags, {seen.losing:,} would lose some, {seen.reordered:,} only change their order."
    lines = [f"{fates} Tags in all: {seen.tags[0]:,} → {seen.tags[1]:,}."]
    if desk.unscored:
        lines.append(f"{counted(desk.unscored, 'picture')} without scores by {_names(desk)}: run “tag” for them.")
    if seen.bare[1]:
        lines.append(f"{counted(seen.bare[1], 'picture')} without any tag afterwards.")
    return lines + _spared(seen)


def _spared(seen: Preview) -> list[str]:
    spared = seen.trigger_spared
    return [f"The trigger word “{spared}” stays in every caption: the blacklist never hides it."] if spared else []


def _document(desk: Desk, seen: Preview) -> dict[str, Any]:
    moves = [
        {"tag": one.name, "before": one.before, "after": one.after} for one in seen.moves if one.before != one.after
    ]
    return {
        "taggers": [voice.name for voice in desk.voices],
        "scope": seen.scope,
        "without_scores": desk.unscored,
        "changed": seen.changed,
        "gaining": seen.gaining,
        "losing": seen.losing,
        "reordered": seen.reordered,
        "tags_before": seen.tags[0],
        "tags_after": seen.tags[1],
        "without_tags": seen.bare[1],
        "moves": moves,
    }


def _say_applied(out: Output, desk: Desk, seen: Preview, done: Applied) -> None:
    document = {**_document(desk, seen), "change": done.change_id, "changed": done.changed, "skipped": len(done.stale)}
    lines = [
        f"{done.changed:,} of {counted(seen.scope, 'caption')} changed." + undo_hint(desk.dataset.name, done.change_id)
    ]
    if desk.unscored:
        lines.append(f"{counted(desk.unscored, 'picture')} without scores by {_names(desk)} stayed as they were.")
    out.result(document, lines + _spared(seen))
    if done.stale:
        out.warn(f"{counted(len(done.stale), 'picture')} left alone: somebody changed them meanwhile.")
        raise click.exceptions.Exit(PARTLY)
