"""What a dataset is made of: stats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from dscore.catalog import datasets as dataset_table
from dscore.catalog.connection import open_catalog
from dscore.catalog.tags import TagCount
from dscore.cli.editing import WHERE
from dscore.cli.output import Output, counted, shared_options
from dscore.config import Library
from dscore.media import buckets as kohya
from dscore.media.buckets import Buckets, BucketSettings
from dscore.pipeline import report as reports
from dscore.pipeline import statistics
from dscore.pipeline.report import Heading
from dscore.pipeline.statistics import Pairs, Statistics
from dscore.text.tokens import SWEET_SPOT, TokenCounter, counter

PRESETS = {"1024": kohya.SDXL, "512": kohya.SD15}
SHOWN = 10


@click.command()
@click.argument("name")
@WHERE
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE.html", help="Write all of it as one HTML file."
)
@click.option("--buckets", type=click.Choice(list(PRESETS)), help="kohya's buckets: 1024 for SDXL, 512 for SD 1.5.")
@click.option("--no-upscale", is_flag=True, help="Buckets: as with kohya's bucket_no_upscale.")
@click.option("--batch-size", type=click.IntRange(1, 1024), default=1, show_default=True, help="Buckets: of a batch.")
@click.option("--repeats", type=click.IntRange(1, 10_000), default=1, show_default=True, help="Buckets: of a picture.")
@click.option(
    "--tokenizer",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Count tokens by this tokenizer.json or spiece.model (T5) as well.",
)
@shared_options
def stats(
    library: Library, out: Output, name: str, where: str, report: Path | None, buckets: str | None, no_upscale: bool,
    batch_size: int, repeats: int, tokenizer: Path | None,
) -> None:  # fmt: skip
    """Say what a dataset is made of: pictures, captions, tags, tokens, sources, buckets."""
    by = counter(tokenizer) if tokenizer else None
    with open_catalog(library) as db:
        dataset = dataset_table.get(db, name)
        found = statistics.statistics(db, dataset.id, where)
        others = statistics.counted_by(db, dataset.id, where, by) if by else ()
    document, lines = found.document(), _lines(found)
    if by:
        document["other_tokens"] = {"tokenizer": by.name, "token_numbers": others}
        lines += _other_lines(by, others)
    if buckets:
        settings = BucketSettings(
            PRESETS[buckets].resolution, PRESETS[buckets].least, PRESETS[buckets].most, no_upscale=no_upscale
        )
        assigned = kohya.assign(found.sizes, settings, batch_size=batch_size, repeats=repeats)
        document["buckets"] = statistics.bucket_document(assigned)
        lines += _bucket_lines(assigned)
    if report:
        presets = {label: kohya.assign(found.sizes, one) for label, one in kohya.PRESETS.items()}
        heading = Heading(dataset.name, where, datetime.now().astimezone())
        reports.write(report, reports.report(heading, found, presets))
        document["report"] = str(report)
        lines.append(f"Report: {report}")
    out.result(document, lines)


def _lines(found: Statistics) -> list[str]:
    low, high = SWEET_SPOT
    if not found.pictures:
        return ["No picture matches."]
    limits = [
        f"Limit {one.tokens}: {counted(one.captions, 'caption')} cut, {counted(one.lost, 'token')} lost."
        for one in found.limits()
    ]
    return [
        f"{counted(found.pictures, 'picture')}, {found.untagged:,} without tags, {found.uncaptioned:,} without a caption.",
        f"A caption has {found.average_tokens:.1f} tokens, {found.words:.1f} words, {found.characters:.0f} characters.",
        f"{counted(found.between(low, high), 'caption')} between {low} and {high} tokens, which works best.",
        *limits,
        f"{counted(len(found.tags), 'tag')}, {found.average_tags:.1f} a picture; {len(found.once()):,} used once.",
        *[f"{one.category}: {counted(one.tags, 'tag')}, {one.uses:,} uses" for one in found.categories()],
        *_tag_lines("Most used", found.tags[:SHOWN]),
        *_tag_lines("Least used", found.least(SHOWN)),
        "Formats: " + ", ".join(f"{name} {count:,}" for name, count in found.formats),
        "From: " + ", ".join(f"{name} {count:,}" for name, count in found.origins[:SHOWN]),
        "Tags by: " + (", ".join(f"{one.name} {one.tags:,}" for one in found.sources[:SHOWN]) or "nobody"),
    ]


def _tag_lines(title: str, tags: Sequence[TagCount]) -> list[str]:
    return [f"{title}:", *[f"{tag.items:8,}  {tag.name}" for tag in tags]] if tags else []


def _other_lines(by: TokenCounter, found: Pairs) -> list[str]:
    total = sum(count for _, count in found)
    mean = sum(number * count for number, count in found) / total if total else 0
    return [f"By {by.name}: {mean:.1f} tokens on average, {found[-1][0] if found else 0:,} at most."]


def _bucket_lines(found: Buckets) -> list[str]:
    lines = [f"{counted(len(found.buckets), 'bucket')}, {found.batches:,} batches an epoch:"]
    lines += [f"{one.pictures:8,}  {one.size[0]} x {one.size[1]}" for one in found.buckets]
    if found.alone():
        lines.append("Alone in a bucket: " + ", ".join(f"{wide} x {high}" for wide, high in found.alone()))
    if found.refused:
        lines.append("kohya stops at these sizes: " + ", ".join(f"{wide} x {high}" for wide, high in found.refused))
    return lines
