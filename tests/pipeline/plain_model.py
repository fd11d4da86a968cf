"""The rules of editing and of the history once more, as plain as can be: whole items kept before and after each change.

Written from docs/design.md and not from the program, which keeps deltas; the property test holds one against the other.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

PERSON, IMPORT, FIRST, SECOND = "you", "import", "first tagger", "second tagger"
TAGGERS = (FIRST, SECOND)
NAMES = ("hair", "long hair", "long_hair", "Long Hair", "solo", "red dress", "^_^", ":D", ":d")
"""Every tag there is; where two stand at the same place, the earlier one here comes first."""

Claims = dict[str, int | None]
Tags = dict[str, tuple[float, Claims]]


PARTS = ("prose", "trigger", "trashed", "mark", "stars")


@dataclass
class Item:
    """One item, whole."""

    tags: Tags = field(default_factory=dict)
    vetoes: set[str] = field(default_factory=set)
    prose: tuple[str, str] | None = None
    trigger: str | None = None
    trashed: bool = False
    mark: str | None = None
    stars: int = 0

    @property
    def order(self) -> list[str]:
        return sorted(self.tags, key=lambda tag: (self.tags[tag][0], NAMES.index(tag)))


@dataclass(eq=False)
class Change:
    """What a change found and left, item by item, and on which items it is undone."""

    before: dict[str, Item]
    after: dict[str, Item]
    settings: dict[str, tuple[str, str]]
    undone_on: set[str] = field(default_factory=set)
    undone: bool = False
    redoable: bool = False
    undo_number: int = 0


def key(tag: str) -> str:
    return " ".join(tag.lower().replace("_", " ").split())


def spelling(tag: str) -> str:
    return key(tag) if any(tag[n : n + 2].isalpha() for n in range(len(tag) - 1)) else tag


class World:
    """A dataset with its items and its history."""

    def __init__(self, items: dict[str, Item], settings: dict[str, str]) -> None:
        self.items = items
        self.settings = settings
        self.history: list[Change] = []

    def edit(
        self, scope: list[str], rule: Callable[[Item], None], settings: dict[str, str] | None = None
    ) -> int | None:
        """Do the rule to the items as one change; its place in the history, None where it changes nothing."""
        before = {name: copy.deepcopy(self.items[name]) for name in scope}
        for name in scope:
            rule(self.items[name])
        changed = [name for name in scope if self.items[name] != before[name]]
        new = {column: value for column, value in (settings or {}).items() if self.settings[column] != value}
        if not changed and not new:
            return None
        for change in self.history:
            change.redoable = False
        columns = {column: (self.settings[column], value) for column, value in new.items()}
        self.settings |= new
        after = {name: copy.deepcopy(self.items[name]) for name in changed}
        self.history.append(Change({name: before[name] for name in changed}, after, columns))
        return len(self.history) - 1

    def undo(self, number: int) -> set[str]:
        """Take a change back; the items that it is left on."""
        change = self.history[number]
        later = self.history[number + 1 :]
        for name in set(change.after) - change.undone_on:
            stand = [other for other in later if name in other.after and name not in other.undone_on]
            if not any(_meet(change, other, name) for other in stand):
                self._turn(change, name, change.after, change.before)
        for column, (before, after) in change.settings.items():
            self._set(change, column, after, before)
        change.undone = change.redoable = True
        change.undo_number = 1 + max(other.undo_number for other in self.history)
        return set(change.after) - change.undone_on

    def redo(self) -> int | None:
        """Take the latest undo back; which change it was, None where a newer change stands in between."""
        ready = [one for one in self.history if one.redoable and one.undone]
        if not ready:
            return None
        change = max(ready, key=lambda one: one.undo_number)
        for name in set(change.undone_on):
            self._turn(change, name, change.before, change.after)
        for column, (before, after) in change.settings.items():
            self._set(change, column, before, after)
        change.undone = change.redoable = False
        return self.history.index(change)

    def _set(self, change: Change, column: str, old: str, new: str) -> None:
        """A later change that set the same stands; only what it goes back to becomes another."""
        for later in self.history[self.history.index(change) + 1 :]:
            if column in later.settings and not later.undone:
                later.settings[column] = (new, later.settings[column][1])
                return
        if self.settings[column] == old:
            self.settings[column] = new

    def _turn(self, change: Change, name: str, here: dict[str, Item], there: dict[str, Item]) -> None:
        """Bring the item from what stands in `here` to what stands in `there`, where it still is as `here` says."""
        item, old, new = self.items[name], here[name], there[name]
        tags = [tag for tag in {*old.tags, *new.tags} if old.tags.get(tag) != new.tags.get(tag)]
        if not all(_is_as(item, old, new, tag) for tag in tags):
            return
        if any((tag in item.vetoes) != (tag in old.vetoes) for tag in old.vetoes ^ new.vetoes):
            return
        parts = [part for part in PARTS if getattr(old, part) != getattr(new, part)]
        if any(getattr(item, part) != getattr(old, part) for part in parts):
            return
        for tag in tags:
            if tag not in new.tags:
                old.tags[tag] = item.tags.pop(tag)  # it comes back to the place where it stood last
            elif tag not in old.tags:
                item.tags[tag] = copy.deepcopy(new.tags[tag])
            elif old.tags[tag][1] == new.tags[tag][1]:  # a mere move
                item.tags |= {tag: (new.tags[tag][0], item.tags[tag][1])} if tag in item.tags else {}
            else:
                place = new.tags[tag][0] if _moved(old, new, tag) else item.tags[tag][0]
                item.tags[tag] = (place, dict(new.tags[tag][1]))
        item.vetoes ^= old.vetoes ^ new.vetoes
        for part in parts:
            setattr(item, part, getattr(new, part))
        change.undone_on ^= {name}


def _moved(old: Item, new: Item, tag: str) -> bool:
    return tag in old.tags and tag in new.tags and old.tags[tag][0] != new.tags[tag][0]


def _is_as(item: Item, old: Item, new: Item, tag: str) -> bool:
    if tag not in old.tags:
        return tag not in item.tags
    mere_move = tag in new.tags and old.tags[tag][1] == new.tags[tag][1]
    if tag not in item.tags:
        return mere_move
    same_place = item.tags[tag][0] == old.tags[tag][0]
    if mere_move:
        return same_place
    return item.tags[tag][1] == old.tags[tag][1] and (same_place or not _moved(old, new, tag))


def _meet(change: Change, later: Change, name: str) -> bool:
    """Whether the later change touched the same tag, veto or layer; a mere move only where this one moved it too."""
    old, new = change.before[name], change.after[name]
    now, then = later.before[name], later.after[name]
    for tag in NAMES:
        if old.tags.get(tag) == new.tags.get(tag) or now.tags.get(tag) == then.tags.get(tag):
            continue
        mere_move = tag in now.tags and tag in then.tags and now.tags[tag][1] == then.tags[tag][1]
        if not mere_move or _moved(old, new, tag):
            return True
    if (old.vetoes ^ new.vetoes) & (now.vetoes ^ then.vetoes):
        return True
    return any(getattr(old, part) != getattr(new, part) and getattr(now, part) != getattr(then, part) for part in PARTS)


def add(tags: tuple[str, ...], *, at_start: bool) -> Callable[[Item], None]:
    def rule(item: Item) -> None:
        places = [place for place, _ in item.tags.values()] or [0]
        new = [tag for tag in tags if tag not in item.tags]
        first = min(places) - len(new) if at_start else max(places) + 1
        for tag in tags:
            item.tags.setdefault(tag, (first + new.index(tag) if tag in new else 0, {}))[1][PERSON] = None
        item.vetoes -= set(tags)

    return rule


def replace(fate: Callable[[str], tuple[str, ...] | None], *, inherit: bool) -> Callable[[Item], None]:
    """`fate` says what comes in a tag's place: () nothing, None that it is not meant."""

    def rule(item: Item) -> None:
        hit = [(tag, fate(tag)) for tag in item.order]
        meant = {tag: news for tag, news in hit if news is not None}
        if any(len(news) > 1 for news in meant.values()):
            _part(item, set(meant))
        before = dict(item.tags)
        where = {tag: _places(item, meant, tag) for tag in meant}
        gone = {tag: item.tags.pop(tag) for tag in meant}
        if not inherit:
            item.vetoes |= set(gone)
        for tag, news in meant.items():
            for new, own in zip(news, where[tag], strict=True):
                place = own
                claims: Claims = {PERSON: None}
                if inherit or new == tag:
                    claims = dict(before[tag][1])
                for known in [name for name in item.tags if spelling(name) == spelling(new)]:
                    other, theirs = item.tags.pop(known)
                    place = min(place, other)
                    claims = joined(claims, theirs)
                item.tags[new] = (place, claims)
            item.vetoes -= set(news)

    return rule


def _part(item: Item, meant: set[str]) -> None:
    """Tags at one place with one that is replaced are parted first: they share the room up to the next place."""
    old = {tag: place for tag, (place, _) in item.tags.items()}
    for place in set(old.values()):
        alike = [tag for tag in item.order if old[tag] == place]
        if len(alike) > 1 and meant & set(alike):
            room = min((one - place for one in old.values() if one > place), default=1.0)
            for number, tag in enumerate(alike):
                item.tags[tag] = (place + number * (room / len(alike)), item.tags[tag][1])


def _places(item: Item, meant: dict[str, tuple[str, ...]], tag: str) -> list[float]:
    """Evenly from the tag's place to the next tag's; several that stand behind it in just this order stay there."""
    place, news = item.tags[tag][0], meant[tag]
    if len(news) < 2:
        return [place] * len(news)
    stay = [new for new in news if new in item.tags and new in meant.get(new, (new,))]
    earlier = [new for new in stay if item.tags[new][0] < place]
    run = [new for new in news if new not in earlier]
    if run == item.order[item.order.index(tag) :][: len(run)] and set(run) <= set(stay):
        return [place if new in earlier else item.tags[new][0] for new in news]
    room = min((one - place for one, _ in item.tags.values() if one > place), default=1.0)
    return [place + number * (room / len(news)) for number in range(len(news))]


def joined(claims: Claims, others: Claims) -> Claims:
    """Everybody who claims one of two spellings, with the better score."""
    both = dict(claims)
    for who, score in others.items():
        scores = [one for one in (both.get(who), score) if one is not None]
        both[who] = max(scores, default=None)
    return both


def dedupe(item: Item) -> None:
    first: dict[str, str] = {}
    for tag in item.order:
        kept = first.setdefault(spelling(tag), tag)
        if kept != tag:
            place, claims = item.tags[kept]
            item.tags[kept] = (place, joined(claims, item.tags.pop(tag)[1]))


def sort(order: Callable[[Item, str], Any]) -> Callable[[Item], None]:
    def rule(item: Item) -> None:
        wanted = sorted(item.order, key=lambda tag: order(item, tag))
        if wanted == item.order:
            return
        places = sorted(place for place, _ in item.tags.values())
        if len(set(places)) < len(places):
            places = [float(place) for place in range(1, len(places) + 1)]
        for tag, place in zip(wanted, places, strict=True):
            item.tags[tag] = (place, item.tags[tag][1])

    return rule


def best_score(item: Item, tag: str) -> int:
    return max((score for score in item.tags[tag][1].values() if score is not None), default=-1)


def prose(old: str, new: str) -> Callable[[Item], None]:
    def rule(item: Item) -> None:
        if item.prose is not None and old in item.prose[0]:
            item.prose = (item.prose[0].replace(old, new), PERSON)

    return rule


def put(part: str, value: object) -> Callable[[Item], None]:
    return lambda item: setattr(item, part, value)


def tagger(source: str, mode: str, found: dict[str, int]) -> Callable[[Item], None]:
    """The table of modes: skip, append, merge, overwrite. Spellings of one tag are one, but for what the tagger itself says."""

    def rule(item: Item) -> None:
        if mode == "skip" and item.tags:
            return
        removed = {key(tag) for tag in item.vetoes}
        wanted = {tag: score for tag, score in found.items() if key(tag) not in removed}
        for tag, (place, before) in list(item.tags.items()):
            stays = {
                "merge": {who: score for who, score in before.items() if who not in TAGGERS},
                "overwrite": {},
            }.get(mode, before)
            item.tags[tag] = (place, stays)
        standing = {key(tag) for tag, (_, claims) in item.tags.items() if claims}
        for tag, (place, claims) in list(item.tags.items()):
            alike = [score for other, score in wanted.items() if key(other) == key(tag)]
            if tag in wanted and (claims or key(tag) not in standing):
                item.tags[tag] = (place, claims | {source: wanted[tag]})
            elif claims and alike:
                item.tags[tag] = (place, claims | {source: alike[0]})
            elif not claims:
                del item.tags[tag]
        last = max((place for place, _ in item.tags.values()), default=0.0)
        new = [tag for tag in wanted if tag not in item.tags and key(tag) not in standing]
        for number, tag in enumerate(new, 1):
            item.tags[tag] = (last + number, {source: wanted[tag]})

    return rule
