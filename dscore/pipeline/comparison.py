"""Two moments of a dataset side by side: all in which they differ, so all that going back from one to the other would change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dscore.catalog import states, versions
from dscore.catalog import tags as tag_table
from dscore.catalog.captions import ItemLayers
from dscore.catalog.changes import CHUNK
from dscore.catalog.connection import Database, reading
from dscore.catalog.datasets import Dataset
from dscore.catalog.states import ItemState
from dscore.catalog.versions import Version
from dscore.models import CaptionStyle, Layers, TriggerPosition
from dscore.pipeline.render import caption_of, renderers

SETTINGS = {
    "trigger": "trigger word",
    "trigger_position": "place of the trigger word",
    "template": "template",
    "lora_type": "kind of LoRA",
}
"""The settings of a dataset that a version keeps, for people."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A picture that both have, with its caption, its name or its marks in each."""

    item_id: int
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What leads from one moment to another: pictures that came and went, captions, names, marks, settings that changed.

    `hands` are the pictures whose caption is the same, and was written, or kept from a tagger, by somebody else.
    """

    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    changed: tuple[Changed, ...] = ()
    renamed: tuple[Changed, ...] = ()
    marked: tuple[Changed, ...] = ()
    hands: tuple[int, ...] = ()
    settings: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether both are the same in all."""
        return self == Difference()

    @property
    def words(self) -> str:
        """`+12 pictures, 3 pictures gone, 40 captions changed, 2 pictures renamed`."""
        pictures = [
            ("{} gone", self.removed, "picture"),
            ("{} changed", self.changed, "caption"),
            ("{} renamed", self.renamed, "picture"),
            ("{} with other marks or stars", self.marked, "picture"),
            ("{} the same but for who wrote or removed what", self.hands, "caption"),
        ]
        parts = [f"+{_counted(len(self.added), 'picture')}"] if self.added else []
        parts += [text.format(_counted(len(found), noun)) for text, found, noun in pictures if found]
        parts += [f"another {SETTINGS[one]}" for one in self.settings]
        return ", ".join(parts) or "no difference"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def difference(db: Database, dataset: Dataset, before: Version, after: Version | None = None) -> Difference:
    """From one version to another, or (None) to what is there now."""
    old, new = _Side(styled(dataset, before), before), _Side(styled(dataset, after), after)
    with reading(db):
        then, since = old.revs(db), new.revs(db)
        both = sorted(then.keys() & since.keys())
        touched = {item for item in both if then[item] != since[item]}
        looked_at = sorted(touched) if old.style == new.style else both
        pairs = list(_paired(db, old, new, looked_at, touched=touched))
    return Difference(
        added=tuple(sorted(since.keys() - then.keys())),
        removed=tuple(sorted(then.keys() - since.keys())),
        changed=tuple([one.captions for one in pairs if one.is_rewritten]),
        renamed=_told(pairs, lambda state: state.name or ""),
        marked=_told(pairs, _marks),
        hands=tuple([one.now.id for one in pairs if not one.is_rewritten and _caption(one.was) != _caption(one.now)]),
        settings={
            one: (old.settings[one], new.settings[one]) for one in SETTINGS if old.settings[one] != new.settings[one]
        },
    )


def styled(dataset: Dataset, version: Version | None) -> Dataset:
    """The dataset with the settings that it had."""
    if version is None:
        return dataset
    then = version.settings
    style = CaptionStyle(then["template"], TriggerPosition(then["trigger_position"]))
    return replace(dataset, trigger=then["trigger"], style=style, lora_type=then["lora_type"])


@dataclass(frozen=True, slots=True)
class _Side:
    """The dataset at one of the two moments (None: now)."""

    dataset: Dataset
    version: Version | None

    @property
    def settings(self) -> Mapping[str, str | None]:
        one = self.dataset
        return {
            "trigger": one.trigger, "trigger_position": one.style.trigger_position.value,
            "template": one.style.template, "lora_type": one.lora_type,
        }  # fmt: skip

    @property
    def style(self) -> tuple[str, CaptionStyle]:
        return self.dataset.trigger, self.dataset.style

    def revs(self, db: Database) -> dict[int, int]:
        if self.version is None:
            return versions.present_revs(db, self.dataset.id)
        return versions.revs(db, self.version.id)

    def states(self, db: Database, ids: Sequence[int]) -> Mapping[int, ItemState]:
        if self.version is None:
            return states.load(db, ids)
        frozen = versions.frozen(db, self.version.id, ids)
        return {item: one.state for chunk in frozen for item, one in chunk.items()}

    def captions(self, db: Database, found: Collection[ItemState]) -> dict[int, str]:
        """The captions of items in these states, by id."""
        style, trigger = renderers(self.dataset), self.dataset.trigger
        names = tag_table.names(db, {tag for state in found for tag in state.tags})
        return {state.id: caption_of(_layers(state, trigger, names), style) for state in found}


def _layers(state: ItemState, trigger: str, names: Mapping[int, str]) -> ItemLayers:
    word = trigger if state.trigger is None else state.trigger
    tags = tuple([names[tag] for tag in state.ordered])
    prose = state.prose.text if state.prose else ""
    return ItemLayers(state.id, state.name or "", Layers(word, tags, prose), state.template)


@dataclass(frozen=True, slots=True)
class _Pair:
    """An item as it was and as it is, with its captions."""

    was: ItemState
    now: ItemState
    before: str
    after: str

    @property
    def is_rewritten(self) -> bool:
        return self.before != self.after

    @property
    def captions(self) -> Changed:
        return Changed(self.now.id, self.now.name or "", self.before, self.after)


def _paired(db: Database, old: _Side, new: _Side, ids: Sequence[int], *, touched: Collection[int]) -> Iterator[_Pair]:
    """The others than those that were touched are on both sides as they were, and only put together in another way."""
    for first in range(0, len(ids), CHUNK):
        chunk = ids[first : first + CHUNK]
        was = old.states(db, chunk)
        now = {**was, **new.states(db, [item for item in chunk if item in touched])}
        before, after = old.captions(db, was.values()), new.captions(db, now.values())
        yield from (_Pair(was[item], now[item], before[item], after[item]) for item in chunk)


def _told(pairs: Sequence[_Pair], told: Callable[[ItemState], str]) -> tuple[Changed, ...]:
    """Those that differ in what is told of them."""
    found = [Changed(one.now.id, one.now.name or "", told(one.was), told(one.now)) for one in pairs]
    return tuple([one for one in found if one.before != one.after])


def _marks(state: ItemState) -> str:
    stars = f"{state.stars} {'star' if state.stars == 1 else 'stars'}" if state.stars else ""
    return ", ".join(part for part in (state.mark, stars) if part) or "no mark"


def _caption(state: ItemState) -> ItemState:
    """All that is behind its caption, and nothing else."""
    return state._replace(rev=0, first=0.0, last=0.0, name=None, mark=None, stars=0)
