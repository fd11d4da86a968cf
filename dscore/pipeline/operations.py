"""The edits that people make, as values: what each needs to know of the dataset, and what it does to an item.

An operation is plain data, so that a job can carry it, a preview can show it, and a recipe can keep it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from dscore.catalog import search
from dscore.catalog import tags as tag_table
from dscore.catalog.changes import Edit
from dscore.catalog.clock import now
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.catalog.states import ALL, ItemState, Look
from dscore.errors import WrongUseError
from dscore.models import Category, TriggerPosition
from dscore.pipeline import rules
from dscore.text import edits
from dscore.text.patterns import Pattern
from dscore.text.query import Everything
from dscore.text.tags import clean_tag, split_tags, tag_key, tag_matcher

Kind = Literal[
    "trigger", "add", "remove", "replace", "sort", "dedupe", "standardise", "trash", "restore", "mark", "stars"
]
KINDS: tuple[str, ...] = get_args(Kind)
NOTHING = Look((), own=False)
PROSE = Look(())


@dataclass(frozen=True, slots=True)
class Operation:
    """One edit. Which fields count depends on `kind`.

    trigger: `text` the word ("" takes it away), `position`. add: `text` tags parted by commas, `position` start or end.
    remove: `text` tags or patterns with `*`, parted by commas. replace: `text` by `new`, in "tags" or "prose", exact or as
    a regular expression. sort: `by` name, frequency or score. mark: `text` keep, reject or none. stars: `text` 0 to 5. dedupe,
    standardise, trash, restore: nothing more.
    """

    kind: str
    text: str = ""
    new: str = ""
    position: str = ""
    by: str = "name"
    where: str = "tags"
    regex: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise WrongUseError(f"“{self.kind}” is no edit. There are: {', '.join(KINDS)}.")


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation made ready for a dataset.

    `edit` works on one item, of which it needs `look`; `summary` is for the history; `settings` are columns of the
    dataset that it sets, where it concerns the whole dataset. Items with none of the tags `needs` stay as they are.
    """

    edit: Edit
    summary: str
    look: Look = ALL
    settings: Mapping[str, Any] = field(default_factory=dict)
    needs: Collection[int] | None = None


def prepare(db: Database, dataset: Dataset, operation: Operation, *, everything: bool = False) -> Prepared:
    """Look up what the operation needs; `everything` says that its scope is the whole dataset. Raises WrongUseError."""
    return _PREPARE[operation.kind](db, dataset, operation, everything)


def _trigger(_db: Database, dataset: Dataset, operation: Operation, everything: bool) -> Prepared:
    word = " ".join(operation.text.split())
    if "," in word:
        raise WrongUseError("A trigger word cannot hold a comma: a trainer would read two tags.")
    position = operation.position or dataset.style.trigger_position.value
    _require(position, [one.value for one in TriggerPosition], "position")
    summary = f"set trigger word “{word}”" if word else "take the trigger word away"
    if everything:
        settings = {"trigger": word, "trigger_position": position}
        return Prepared(lambda state: rules.set_trigger(state, None), f"{summary}, {position}", NOTHING, settings)
    if operation.position and operation.position != dataset.style.trigger_position.value:
        raise WrongUseError("Where the trigger word stands is a setting of the whole dataset: leave the scope away.")
    return Prepared(lambda state: rules.set_trigger(state, word), summary, NOTHING)


def _add(db: Database, _dataset: Dataset, operation: Operation, _everything: bool) -> Prepared:
    names = _some_tags(operation.text)
    at_start = _require(operation.position or "end", ["start", "end"], "position") == "start"
    ids = tag_table.intern(db, dict.fromkeys(names, Category.GENERAL))
    tags = [ids[name] for name in names]
    look = Look(tags, ends=True, own=False)
    return Prepared(lambda state: rules.add(state, tags, at_start=at_start), f"add “{', '.join(names)}”", look)


def _remove(db: Database, dataset: Dataset, operation: Operation, _everything: bool) -> Prepared:
    patterns = _some_tags(operation.text)
    exact = {tag_key(pattern) for pattern in patterns if "*" not in pattern}
    matchers = [tag_matcher(pattern) for pattern in patterns if "*" in pattern]
    used = tag_table.used(db, dataset.id)
    gone = [id_ for id_, name in used.items() if tag_key(name) in exact or any(match(name) for match in matchers)]
    return _mapped(rules.Fates(dict.fromkeys(gone, ()), {}), f"remove “{', '.join(patterns)}”")


def _replace(db: Database, dataset: Dataset, operation: Operation, _everything: bool) -> Prepared:
    _require(operation.where, ["tags", "prose"], "place")
    if not operation.text.strip(", "):
        raise WrongUseError("Say what to replace.")
    if operation.regex:
        Pattern(operation.text).require(operation.new)
    summary = f"replace “{operation.text}” by “{operation.new}” in {operation.where}"
    if operation.where == "prose":
        return Prepared(_prose_edit(operation), summary, PROSE)
    used = tag_table.used(db, dataset.id)
    return _renamed(db, dataset, used, _new_names(used, operation), summary)


def _new_names(used: Mapping[int, str], operation: Operation) -> dict[int, tuple[str, ...]]:
    """Each tag that the operation speaks of, with the tags that come in its place."""
    if operation.regex:
        pattern = Pattern(operation.text)
        replaced = {id_: pattern.replace(name, operation.new) for id_, name in used.items()}
        return {id_: tuple(dict.fromkeys(split_tags(text))) for id_, text in replaced.items() if text != used[id_]}
    new = tuple(dict.fromkeys(split_tags(operation.new)))
    key = tag_key(clean_tag(operation.text))
    return {id_: new for id_, name in used.items() if tag_key(name) == key and new != (name,)}


def _prose_edit(operation: Operation) -> Edit:
    if operation.regex:
        pattern = Pattern(operation.text)
        replaced: Callable[[str], str] = lambda text: pattern.replace(text, operation.new)  # noqa: E731
    else:
        replaced = lambda text: edits.replace_prose(text, operation.text, operation.new)  # noqa: E731
    return lambda state: state if state.prose is None else rules.write_prose(state, replaced(state.prose.text))


def _sort(db: Database, dataset: Dataset, operation: Operation, _everything: bool) -> Prepared:
    by = _require(operation.by, ["name", "frequency", "score"], "order")
    if by == "score":
        return Prepared(_by_score, "sort by score")
    numbers: dict[int, int] = {}
    if by == "frequency":
        numbers = {tag.id: tag.items for tag in search.tag_counts(db, dataset.id, Everything())}
    used = tag_table.used(db, dataset.id).items()
    keys = {id_: (-numbers.get(id_, 0), tag_key(name), name) for id_, name in used}
    unknown = (1, "", "")  # a tag that somebody added since: behind all others, as it stood
    return Prepared(lambda state: rules.reorder(state, lambda tag: keys.get(tag, unknown)), f"sort by {by}")


def _by_score(state: ItemState) -> ItemState:
    scores = {
        tag: max((score for _, score in placed.claims if score is not None), default=-1)
        for tag, placed in state.tags.items()
    }
    places = {tag: place for place, tag in enumerate(state.ordered)}
    return rules.reorder(state, lambda tag: (-scores[tag], places[tag]))


def _dedupe(db: Database, dataset: Dataset, _operation: Operation, _everything: bool) -> Prepared:
    groups: dict[str, list[int]] = {}
    for id_, name in tag_table.used(db, dataset.id).items():
        groups.setdefault(edits.spelling_key(name), []).append(id_)
    several = {id_: key for key, group in groups.items() if len(group) > 1 for id_ in group}

    def edit(state: ItemState) -> ItemState:
        first: dict[str, int] = {}
        hit = [tag for tag in state.ordered if tag in several]
        fates = {tag: (kept,) for tag in hit if (kept := first.setdefault(several[tag], tag)) != tag}
        return rules.remap(state, rules.Fates(fates, {}, inherit=True))

    return Prepared(edit, "remove doubled tags", Look(several, own=False), needs=several)


def _standardise(db: Database, dataset: Dataset, _operation: Operation, _everything: bool) -> Prepared:
    used = tag_table.used(db, dataset.id)
    standard = {id_: edits.standardise_tag(name) for id_, name in used.items()}
    new = {id_: (name,) for id_, name in standard.items() if name and name != used[id_]}
    return _renamed(db, dataset, used, new, "standardise tags", inherit=True)


def _trash(_db: Database, _dataset: Dataset, _operation: Operation, _everything: bool) -> Prepared:
    at = now()
    return Prepared(lambda state: rules.set_trashed(state, at), "put into the trash", NOTHING)


def _restore(_db: Database, _dataset: Dataset, _operation: Operation, _everything: bool) -> Prepared:
    return Prepared(lambda state: rules.set_trashed(state, None), "take out of the trash", NOTHING)


def _mark(_db: Database, _dataset: Dataset, operation: Operation, _everything: bool) -> Prepared:
    mark = read_mark(operation.text)
    return Prepared(lambda state: rules.set_mark(state, mark), MARKED[mark], NOTHING)


def _stars(_db: Database, _dataset: Dataset, operation: Operation, _everything: bool) -> Prepared:
    stars = read_stars(operation.text)
    return Prepared(lambda state: rules.set_stars(state, stars), starred(stars), NOTHING)


def read_mark(text: str) -> str | None:
    """A mark as a person says it; raises WrongUseError."""
    return None if _require(text, ("keep", "reject", "none"), "mark") == "none" else text


def read_stars(text: str) -> int:
    """A number of stars; raises WrongUseError."""
    if text not in STARS:
        raise WrongUseError(f"A picture has 0 to 5 stars, and not “{text}”.")
    return int(text)


def starred(stars: int) -> str:
    """What the history says of that many stars."""
    return f"give {stars} {'star' if stars == 1 else 'stars'}" if stars else "take the stars away"


STARS = frozenset("012345")
"""How many a picture can have, as a person says it."""

MARKED: Mapping[str | None, str] = {"keep": "mark to keep", "reject": "mark as rejected", None: "take the marks away"}
"""What the history says of each mark."""

_PREPARE: dict[str, Callable[[Database, Dataset, Operation, bool], Prepared]] = {
    "trigger": _trigger,
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "sort": _sort,
    "dedupe": _dedupe,
    "standardise": _standardise,
    "trash": _trash,
    "restore": _restore,
    "mark": _mark,
    "stars": _stars,
}


def _renamed(
    db: Database, dataset: Dataset, used: Mapping[int, str], new: Mapping[int, tuple[str, ...]], summary: str,
    *, inherit: bool = False,
) -> Prepared:  # fmt: skip
    fresh = dict.fromkeys(name for names in new.values() for name in names)
    ids = tag_table.intern(db, dict.fromkeys(fresh, Category.GENERAL)) if fresh else {}
    spellings: dict[str, set[int]] = {}
    for name, id_ in ({name: id_ for id_, name in used.items()} | ids).items():
        spellings.setdefault(edits.spelling_key(name), set()).add(id_)
    twins = {ids[name]: spellings[edits.spelling_key(name)] - {ids[name]} for name in fresh}
    fates = {old: tuple(ids[name] for name in names) for old, names in new.items()}
    several = any(len(news) > 1 for news in fates.values())
    crowded = several or (bool(fresh) and tag_table.share_places(db, dataset.id, fates))
    return _mapped(rules.Fates(fates, twins, inherit=inherit), summary, crowded=crowded)


def _mapped(fates: rules.Fates, summary: str, *, crowded: bool = False) -> Prepared:
    """Only the tags that come or go are read, unless one becomes several, or may share its place: then its neighbours count."""
    twins = fates.twins
    looked_at = {*fates.by_tag, *twins, *(twin for others in twins.values() for twin in others)}
    look = ALL if crowded else Look(looked_at, own=False)
    return Prepared(lambda state: rules.remap(state, fates), summary, look, needs=fates.by_tag)


def _some_tags(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(split_tags(text)))
    if not names:
        raise WrongUseError("Name at least one tag.")
    return names


def _require(value: str, allowed: Iterable[str], what: str) -> str:
    if value not in allowed:
        raise WrongUseError(f"“{value}” is no {what} here. There are: {', '.join(allowed)}.")
    return value
