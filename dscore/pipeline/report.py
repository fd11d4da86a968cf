"""The statistics as one HTML file that stands alone: no script, nothing from elsewhere, every text escaped."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from dscore.catalog.tags import TagCount
from dscore.errors import WrongUseError
from dscore.media.buckets import Buckets
from dscore.pipeline.statistics import Statistics, binned
from dscore.text.tokens import SWEET_SPOT

MOST_TAGS = 100
MOST_ONCE = 500

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --bar: #1e81a6; --soft: #888; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { color: var(--soft); margin: .2rem 0 1rem; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: .8rem; margin: 1.5rem 0; }
dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; font-size: 1.35rem; }
table { border-collapse: collapse; width: 100%; margin-bottom: 1.2rem; }
td, th { text-align: left; padding: .15rem .6rem .15rem 0; border-bottom: 1px solid var(--line); }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } td.b { width: 50%; }
td.b i { display: block; height: .8rem; background: var(--bar); border-radius: 2px; }
td:first-child { overflow-wrap: anywhere; }
"""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a report is of: the dataset's name, the search (or ""), and when it was made."""

    dataset: str
    query: str
    at: datetime


def report(heading: Heading, found: Statistics, buckets: Mapping[str, Buckets]) -> str:
    """The whole document; `buckets` by the name of their settings."""
    scope = f"What “{escape(heading.query)}” finds" if heading.query else "All pictures"
    parts = [
        f"<h1>{escape(heading.dataset)}</h1><p>{scope}, on {heading.at:%Y-%m-%d %H:%M}.</p>",
        _figures(found),
        _tokens(found),
        _section("Tags of a picture", _bars(_spans(binned(found.tag_numbers)), "Tags", "Pictures")),
        _section("Tags by category", _bars(_categories(found), "Category", "Uses")),
        _section(
            f"Most used tags ({min(MOST_TAGS, len(found.tags)):,} of {len(found.tags):,})",
            _tags(found.tags[:MOST_TAGS]),
        ),
        _once(found),
        _section("Sizes of files", _bars(_spans(binned(found.kilobytes), " kB"), "Size", "Pictures")),
        _section("Formats", _bars(found.formats, "Format", "Pictures")),
        _section("Where pictures came from", _bars(found.origins, "Source", "Pictures")),
        _section("Who gave the tags", _bars([(one.name, one.tags) for one in found.sources], "Source", "Tags")),
        *(_buckets(name, one) for name, one in buckets.items()),
    ]
    title = escape(f"{heading.dataset}: statistics")
    head = f'<meta charset="utf-8"><title>{title}</title><meta name="viewport" content="width=device-width">'
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}<style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n'
    )


def write(path: Path, text: str) -> None:
    """Put the report there, whole or not at all. Raises WrongUseError where it cannot be written."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise WrongUseError(f"{path} cannot be written: {error.strerror}. Name another file.") from error


def _figures(found: Statistics) -> str:
    figures = [
        ("Pictures", f"{found.pictures:,}"),
        ("Without tags", f"{found.untagged:,}"),
        ("Without a caption", f"{found.uncaptioned:,}"),
        ("Different tags", f"{len(found.tags):,}"),
        ("Tags a picture", f"{found.average_tags:.1f}"),
        ("Words a caption", f"{found.words:.1f}"),
        ("Characters a caption", f"{found.characters:.0f}"),
        ("Tokens a caption", f"{found.average_tokens:.1f}"),
    ]
    return "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in figures) + "</dl>"


def _tokens(found: Statistics) -> str:
    low, high = SWEET_SPOT
    text = f"{found.between(low, high):,} captions have the {low} to {high} tokens that work best."
    limits = "".join(
        f'<tr><td>{one.tokens}</td><td class="n">{one.captions:,}</td><td class="n">{one.lost:,}</td></tr>'
        for one in found.limits()
    )
    table = (
        f'<table><tr><th>Limit</th><th class="n">Captions cut</th><th class="n">Tokens lost</th></tr>{limits}</table>'
    )
    bars = _bars(_spans(binned(found.token_numbers)), "Tokens", "Captions")
    return _section("Tokens of a caption (CLIP)", f"<p>{text}</p>{table}{bars}")


def _once(found: Statistics) -> str:
    once = found.once()
    shown = ", ".join(escape(tag.name) for tag in once[:MOST_ONCE])
    more = f", and {len(once) - MOST_ONCE:,} more" if len(once) > MOST_ONCE else ""
    return _section(f"Tags used once ({len(once):,})", f"<p>{shown or 'None.'}{more}</p>")


def _buckets(name: str, found: Buckets) -> str:
    rows = [(f"{one.size[0]} x {one.size[1]}", one.pictures) for one in found.buckets]
    alone = f" {len(found.alone()):,} of them hold a single picture." if found.alone() else ""
    text = f"<p>{len(rows):,} buckets.{alone}</p>"
    return _section(f"Buckets in kohya: {escape(name)}", text + _bars(rows, "Bucket", "Pictures"))


def _tags(tags: Sequence[TagCount]) -> str:
    return _bars([(tag.name, tag.items) for tag in tags], "Tag", "Pictures")


def _categories(found: Statistics) -> list[tuple[str, int]]:
    return [(f"{one.category.capitalize()} ({one.tags:,} tags)", one.uses) for one in found.categories()]


def _spans(bins: Iterable[tuple[int, int, int]], unit: str = "") -> list[tuple[str, int]]:
    return [(f"{low:,}{unit}" if low == high else f"{low:,} to {high:,}{unit}", count) for low, high, count in bins]


def _section(title: str, body: str) -> str:
    return f"<h2>{title}</h2>\n{body}"


def _bars(rows: Iterable[tuple[str, int]], name: str, number: str) -> str:
    listed = list(rows)
    most = max((count for _, count in listed), default=0)
    cells = "".join(
        f'<tr><td>{escape(label)}</td><td class="n">{count:,}</td>'
        f'<td class="b"><i style="width:{100 * count / most if most else 0:.1f}%"></i></td></tr>'
        for label, count in listed
    )
    if not cells:
        return "<p>None.</p>"
    return f'<table><tr><th>{name}</th><th class="n">{number}</th><th></th></tr>{cells}</table>'
