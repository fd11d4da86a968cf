"""What a dataset, or what a filter finds of it, is made of: pictures, captions, tags, tokens, sources, buckets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dscore.catalog import datasets, lengths, search
from dscore.catalog import statistics as numbers
from dscore.catalog.connection import Database, reading
from dscore.catalog.statistics import SourceCount
from dscore.catalog.tags import TagCount
from dscore.media.buckets import Buckets
from dscore.models import Category
from dscore.pipeline.render import rendered
from dscore.text import tokens
from dscore.text.query import And, Query, Tag, parse_query
from dscore.text.tags import tag_key
from dscore.text.tokens import LIMITS, SWEET_SPOT, Cut, TokenCounter

BINS = 30
FEW = 0.02
"""So many of all may be far above the others; they share the last bin, if without them the others' bins are much finer."""

Pairs = tuple[tuple[int, int], ...]
"""(a number, how many pictures have it), by the number."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What one of kohya's token limits costs: captions that pass it, and the tokens that they lose together."""

    tokens: int
    captions: int
    lost: int


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """How many different tags of a category there are, and how often they are used in all."""

    category: Category
    tags: int
    uses: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """All numbers of some pictures. `tags` are all of them, the most used first; lengths are of whole captions, trigger included.

    `sizes` is (width, height, pictures); averages leave out pictures whose caption is empty.
    """

    pictures: int
    untagged: int
    uncaptioned: int
    with_prose: int
    words: float
    characters: float
    average_tokens: float
    token_numbers: Pairs
    tag_numbers: Pairs
    tags: tuple[TagCount, ...]
    sizes: tuple[tuple[int, int, int], ...]
    kilobytes: Pairs
    formats: tuple[tuple[str, int], ...]
    sources: tuple[SourceCount, ...]
    origins: tuple[tuple[str, int], ...]

    @property
    def average_tags(self) -> float:
        """Tags of a picture, those without any included."""
        return sum(tags * count for tags, count in self.tag_numbers) / self.pictures if self.pictures else 0.0

    def once(self) -> list[TagCount]:
        """Tags that a single picture has: misspelt, or too rare to be learnt."""
        return [tag for tag in self.tags if tag.items == 1]

    def least(self, number: int) -> list[TagCount]:
        """The least used tags, the rarest first."""
        return sorted(self.tags, key=lambda tag: (tag.items, tag.name))[:number]

    def categories(self) -> list[CategoryCount]:
        """Those that there are, the most used first."""
        found = Counter[Category]()
        uses = Counter[Category]()
        for tag in self.tags:
            found[tag.category] += 1
            uses[tag.category] += tag.items
        return [CategoryCount(category, found[category], count) for category, count in uses.most_common()]

    def limits(self) -> list[Limit]:
        """What kohya's limits would cut."""
        return limits(self.token_numbers)

    def between(self, low: int, high: int) -> int:
        """Captions of so many tokens, both ends included."""
        return sum(count for number, count in self.token_numbers if low <= number <= high)

    def document(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return {
            **asdict(self),
            "average_tags": round(self.average_tags, 2),
            "tags_used_once": len(self.once()),
            "categories": [asdict(one) for one in self.categories()],
            "token_limits": [asdict(one) for one in self.limits()],
            "in_sweet_spot": self.between(*SWEET_SPOT),
        }


def statistics(db: Database, dataset_id: int, query: str = "") -> Statistics:
    """Of what the search finds. Raises QueryError, and NotFoundError for a dataset that is gone."""
    parsed = parse_query(query)
    lengths.uncounted(db, dataset_id)  # what is stale is kept here, since nothing can be inside the snapshot
    with reading(db):
        ids = search.ids(db, dataset_id, parsed)
        tag_numbers = numbers.tag_numbers(db, ids)
        long = lengths.of(db, dataset_id, ids)
        return Statistics(
            pictures=len(ids),
            untagged=dict(tag_numbers).get(0, 0),
            uncaptioned=numbers.without_caption(db, ids),
            with_prose=numbers.with_prose(db, ids),
            words=_average(one.words for one in long if one.characters),
            characters=_average(one.characters for one in long if one.characters),
            average_tokens=_average(one.tokens for one in long if one.characters),
            token_numbers=histogram([one.tokens for one in long]),
            tag_numbers=tuple(tag_numbers),
            tags=tuple(search.tag_counts(db, dataset_id, parsed)),
            sizes=tuple(numbers.sizes(db, ids)),
            kilobytes=tuple(numbers.kilobytes(db, ids)),
            formats=tuple(numbers.formats(db, ids)),
            sources=tuple(numbers.sources(db, ids)),
            origins=tuple(numbers.origins(db, ids)),
        )


def beside(db: Database, dataset_id: int, query: str, tag: str, *, most: int = 25) -> tuple[int, list[TagCount]]:
    """Which tags stand beside a tag: how many pictures have it, and the tags that those have too, the most used first."""
    both: Query = And((parse_query(query), Tag(tag)))
    counts = search.tag_counts(db, dataset_id, both, limit=most + 10)
    others = [one for one in counts if tag_key(one.name) != tag_key(tag)]
    return search.count(db, dataset_id, both), others[:most]


def limits(token_numbers: Iterable[tuple[int, int]]) -> list[Limit]:
    """What kohya's limits would cut of captions with so many tokens."""
    found = list(token_numbers)
    return [
        Limit(
            limit,
            sum(count for number, count in found if number > limit),
            sum(count * (number - limit) for number, count in found if number > limit),
        )
        for limit in LIMITS
    ]


def longest(db: Database, dataset_id: int, query: str, limit: int, *, most: int = 10) -> list[tuple[str, Cut]]:
    """(picture's name, what the limit cuts of its caption) of the longest captions that pass it."""
    dataset = datasets.by_id(db, dataset_id)
    ids = search.ids(db, dataset_id, parse_query(query))
    over = [one for one in lengths.of(db, dataset_id, ids) if one.tokens > limit]
    chosen = sorted(over, key=lambda one: (-one.tokens, one.item_id))[:most]
    shown = rendered(db, dataset, [one.item_id for one in chosen])
    return [(one.name, tokens.cut(text, limit)) for chunk in shown for one, text in chunk]


def counted_by(db: Database, dataset_id: int, query: str, counter: TokenCounter) -> Pairs:
    """(tokens, how many captions) by another tokenizer than CLIP's; nothing of it is kept."""
    dataset = datasets.by_id(db, dataset_id)
    ids = search.ids(db, dataset_id, parse_query(query))
    found: list[int] = []
    for chunk in rendered(db, dataset, ids):
        found += counter.counts([text for _, text in chunk])
    return histogram(found)


def histogram(values: Sequence[int]) -> Pairs:
    """How often each number is there, the smallest first."""
    return tuple(sorted(Counter(values).items()))


def binned(pairs: Pairs, *, bins: int = BINS) -> list[tuple[int, int, int]]:
    """(from, to, how many) over equally wide bins, both ends included and empty ones too; a bin is 1, 2, 5, 10, 20, … wide.

    The last one is wider where a few numbers are far above all others.
    """
    if not pairs:
        return []
    low, high, usual = pairs[0][0], pairs[-1][0], _usual(pairs)
    step = _round_step((high - low + 1) / bins)
    finer = _round_step((usual - low + 1) / bins)
    if step <= 3 * finer:
        return _even(pairs, step)
    found = _even(tuple(pair for pair in pairs if pair[0] <= usual), finer)
    above = tuple((value, count) for value, count in pairs if value > found[-1][1])
    return [*found, (found[-1][1] + 1, high, sum(count for _, count in above))]


def _usual(pairs: Pairs) -> int:
    """The largest number but for those of a few pictures, of one at least."""
    left = max(1, int(FEW * sum(count for _, count in pairs)))
    for value, count in reversed(pairs):
        left -= count
        if left < 0:
            return value
    return pairs[0][0]


def _even(pairs: Pairs, step: int) -> list[tuple[int, int, int]]:
    start = pairs[0][0] // step * step
    sums = [0] * ((pairs[-1][0] - start) // step + 1)
    for value, count in pairs:
        sums[(value - start) // step] += count
    return [(start + place * step, start + (place + 1) * step - 1, count) for place, count in enumerate(sums)]


def _round_step(least: float) -> int:
    """The next of 1, 2, 5, 10, 20, 50, …"""
    step = 1
    while step < least:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return step


def bucket_document(found: Buckets) -> dict[str, Any]:
    """Buckets, ready for JSON."""
    return {
        "batches": found.batches,
        "buckets": [
            {"width": one.size[0], "height": one.size[1], "pictures": one.pictures, "batches": one.batches}
            for one in found.buckets
        ],
        "alone": [list(size) for size in found.alone()],
        "refused_sizes": [list(size) for size in found.refused],
        "sizes": [
            {
                "size": list(size),
                "bucket": list(fit.bucket),
                "resized": list(fit.resized),
                "scale": round(fit.scale, 4),
                "cropped": round(fit.cropped, 4),
            }
            for size, fit in found.fits.items()
        ],
    }


def _average(values: Iterable[int]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
