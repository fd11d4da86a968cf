"""Tags among one another: doubled, badly parted, written in several ways, contradicting, containing, in every caption."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations

import numpy as np

from dscore.models import Category
from dscore.quality.findings import Case, Repair
from dscore.quality.subjects import Captions, Numbers, ids
from dscore.quality.words import words
from dscore.text.edits import spelling_key, standardise_tag
from dscore.text.query import And, Or, Query, Tag, format_query
from dscore.text.tags import KAOMOJI, tag_key

NEARLY_ALL = 0.9
FEW_CAPTIONS = 10
"""With fewer captions, what stands in nearly every one says nothing yet."""

SEPARATORS = r"\s*[\uff0c\u3001\uff1b]+\s*|(?<=\w{2})\s*;\s+(?=\w{2})|(?<=\w{2})\s*\|\s*(?=\w{2})"
"""What parts two tags as a comma would; `steins;gate`, `;d` and `|_|` are tags."""

_SEPARATOR = re.compile(SEPARATORS)
_AT_END = re.compile(r"(?<=[^\W\d_]{3})\s*[.;]+$")
_APART = re.compile(r"[\s_'\u2019-]+")
_LETTERS = 4


def doubled(captions: Captions) -> list[Case]:
    """Spellings of one tag beside each other in a caption."""
    cases = []
    for group in _several(captions.by_spelling.values()):
        names = sorted(captions.names[tag] for tag in group)
        found = ids(_with_two(captions, group))
        cases.append(Case(found, _said(names), repair=Repair("dedupe", found)))
    return cases


def _with_two(captions: Captions, tags: Sequence[int]) -> Numbers:
    """The items that have two of the tags, or more."""
    items, times = np.unique(np.concatenate([captions.having(tag) for tag in tags]), return_counts=True)
    return items[times > 1]


def separators(captions: Captions) -> list[Case]:
    """Tags that are several, parted by something else than a comma, or that end with a full stop."""
    cases = []
    for tag in captions.numbers:
        name = captions.names[tag]
        if (new := _parted(name)) != name:
            found = ids(captions.having(tag))
            repair = Repair("replace", found, name, new)
            cases.append(Case(found, f"“{name}” should be “{new}”", format_query(Tag(name)), repair))
    return cases


@lru_cache(maxsize=65_536)
def _parted(name: str) -> str:
    """The name with commas where several tags are parted otherwise, and without a mark at its end."""
    if name in KAOMOJI or _is_initials(name):
        return name
    new = _AT_END.sub("", _SEPARATOR.sub(", ", name))
    return ", ".join(piece for part in new.split(",") if (piece := part.strip())) or name


def _is_initials(name: str) -> bool:
    """`d.va`, `mr.`, `m.u.g.e.n.`: full stops that belong there."""
    return name.count(".") > 1 or bool(re.search(r"\b(?:mr|mrs|ms|dr|st|jr|sr|vs|no|etc)\.$", name, re.IGNORECASE))


def spellings(captions: Captions) -> list[Case]:
    """One tag with and without underscores or capitals in the dataset."""
    cases = []
    for group in _several(captions.by_spelling.values()):
        kept_name = _trigger_like(captions, group, spelling_key) or captions.names[_most_used(captions, group)]
        others = [(tag, captions.names[tag]) for tag in group]
        cases += [_respelt(captions, tag, name, kept_name) for tag, name in others if name != kept_name]
    return cases


def variants(captions: Captions) -> list[Case]:
    """One concept under several names: `t-shirt` and `t shirt`, or a name that boorus know as another one's."""
    groups: dict[str, list[int]] = {}
    for tags in captions.by_key.values():
        groups.setdefault(_concept_of(captions.names[tags[0]]), []).extend(tags)
    cases = []
    for group in _several(groups.values()):
        of_key: dict[str, list[int]] = {}
        for tag in group:
            of_key.setdefault(spelling_key(captions.names[tag]), []).append(tag)
        if len(of_key) < 2:  # the same tag in capitals is another finding
            continue
        kept = _trigger_like(captions, group, _concept_of) or captions.names[_best(captions, group)]
        others = [tag for tag in group if spelling_key(captions.names[tag]) != spelling_key(kept)]
        cases += [_respelt(captions, tag, captions.names[tag], kept) for tag in others]
    return cases


def _respelt(captions: Captions, tag: int, name: str, kept: str) -> Case:
    found = ids(np.setdiff1d(captions.having(tag), captions.by_trigger.get(name, [])))
    said = f"“{name}” in {len(found):,}, else “{kept}”"
    return Case(found, said, format_query(Tag(name)), Repair("replace", found, name, kept))


def _trigger_like(captions: Captions, tags: Sequence[int], key: Callable[[str], str]) -> str:
    """The trigger word, the dataset's or a picture's own, that shares the key of these tags; "" where none does."""
    shared = key(captions.names[tags[0]])
    known = (captions.trigger.strip(), *captions.by_trigger)
    return next((word for word in known if word and key(word) == shared), "")


def _concept_of(name: str) -> str:
    key = tag_key(name)
    return _concept(words().aliases.get(key, key))


@lru_cache(maxsize=65_536)
def _concept(key: str) -> str:
    """What spellings with and without hyphens and blanks share; a short one, or one of signs, is itself."""
    joined = _APART.sub("", key)
    return joined if sum(letter.isalpha() for letter in joined) >= _LETTERS else key


def _best(captions: Captions, tags: Sequence[int]) -> int:
    """The name that boorus know, or else the most used."""
    canonical = set(words().aliases.values())
    known = [tag for tag in tags if tag_key(captions.names[tag]) in canonical]
    return _most_used(captions, known or tags)


def _most_used(captions: Captions, tags: Sequence[int]) -> int:
    """The first of equally used ones is the plainest: small letters, no underscores."""
    plain = {tag: standardise_tag(captions.names[tag]).lower() for tag in tags}
    return min(tags, key=lambda tag: (-captions.numbers[tag], captions.names[tag] != plain[tag], captions.names[tag]))


def contradictions(captions: Captions) -> Iterator[Case]:
    """Two tags of which a picture can only have one; some only where a single person is in it."""
    by_key = captions.by_key
    alone = captions.having_any(tag for key in ("solo", "1girl", "1boy") for tag in by_key.get(key, ()))
    several = captions.having_any(tag for key in words().several for tag in by_key.get(key, ()))
    alone = np.setdiff1d(alone, several)
    for rule in words().contradictions:
        for one, other in _pairs(rule.groups):
            if one not in by_key or other not in by_key:
                continue
            both = np.intersect1d(captions.having_any(by_key[one]), captions.having_any(by_key[other]))
            found = ids(np.intersect1d(both, alone) if rule.alone else both)
            yield Case(found, f"“{one}” and “{other}”", format_query(And((Tag(one), Tag(other)))))


def _pairs(groups: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Each tag of a group with each tag of another one."""
    for first, second in combinations(groups, 2):
        yield from ((one, other) for one in first for other in second)


def contained(captions: Captions) -> Iterator[Case]:
    """Tags that say less than another of the same caption, which ends with them: `hair` beside `long hair`."""
    by_key = captions.by_key
    containing: dict[str, list[str]] = {}
    for key in by_key:
        parts = key.split(" ")
        for first in range(1, len(parts)):
            less = " ".join(parts[first:])
            if less in by_key and any(letter.isalpha() for letter in less):
                containing.setdefault(less, []).append(key)
    for less, more in sorted(containing.items()):
        tags = by_key[less]
        longer = [tag for key in more for tag in by_key[key]]
        found = ids(np.intersect1d(captions.having_any(tags), captions.having_any(longer)))
        name = captions.names[_most_used(captions, tags)]
        query = format_query(And((Tag(name), _any(sorted(more)[:100]))))
        repair = removing(found, [captions.names[tag] for tag in tags])
        yield Case(found, f"“{name}” beside {_some(more)}", query, repair)


def leaking(captions: Captions) -> list[Case]:
    """Tags in nearly every caption that say what the subject looks like: what is named is not learnt by the trigger word."""
    number = len(captions.captioned)
    if number < FEW_CAPTIONS:
        return []
    own = tag_key(captions.trigger)
    cases = []
    for tag, times in sorted(captions.numbers.items(), key=lambda pair: -pair[1]):
        if times < NEARLY_ALL * number:
            break
        name = captions.names[tag]
        key = tag_key(name)
        is_looks = captions.categories.get(tag, Category.GENERAL) is Category.GENERAL and key not in words().neutral
        if is_looks and key != own:
            found = ids(captions.having(tag))
            said = f"“{name}” in {100 * times // number} % of the captions"
            cases.append(Case(found, said, format_query(Tag(name)), removing(found, [name])))
    return cases


def removing(items: tuple[int, ...], names: Sequence[str]) -> Repair | None:
    """Takes these tags away; None where a star in a name would take others along."""
    return None if any("*" in name for name in names) else Repair("remove", items, ", ".join(names))


def _several(groups: Iterable[list[int]]) -> Iterator[list[int]]:
    return (group for group in groups if len(group) > 1)


def _any(names: Sequence[str]) -> Query:
    return Or(tuple([Tag(name) for name in names])) if len(names) > 1 else Tag(names[0])


def _said(names: Sequence[str]) -> str:
    return " and ".join(f"“{name}”" for name in names)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown
