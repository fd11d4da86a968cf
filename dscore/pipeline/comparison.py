"""Two moments of a dataset side by side: all in which they differ, so all that going back from one to the other would change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dscore.catalog import states, versions
from dscore.catalog import tags as tag_table
from dscore.catalog.captions import ItemLayers
from dscore.catalog.changes import CHUNK
from dscore.catalog.connection import Database, reading
from dscore.catalog.datasets import Dataset
from dscore.catalog.states import ItemState
from dscore.catalog.versions import Frozen, Version
from dscore.models import CaptionStyle, Layers, TriggerPosition
from dscore.pipeline.render import caption_of, rendered, renderers

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
        touched = [item for item in both if then[item] != since[item]]
        changed = _rewritten(db, old, new, touched if old.style == new.style else both)
        pairs = list(_parted(db, old, new, touched))
    rewritten = {one.item_id for one in changed}
    return Difference(
        added=tuple(sorted(since.keys() - then.keys())),
        removed=tuple(sorted(then.keys() - since.keys())),
        changed=tuple(changed),
        renamed=_told(pairs, lambda one: one.name or ""),
        marked=_told(pairs, _marks),
        hands=tuple([was.id for was, now in pairs if was.id not in rewritten and _caption(was) != _caption(now)]),
        settings={
            name: (old.settings[name], new.settings[name])
            for name in SETTINGS
            if old.settings[name] != new.settings[name]
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

    def captions(self, db: Database, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Item → (name, caption)."""
        if self.version is None:
            return {one.item_id: (one.name, text) for chunk in rendered(db, self.dataset, ids) for one, text in chunk}
        style, found = renderers(self.dataset), {}
        for chunk in versions.frozen(db, self.version.id, ids):
            names = tag_table.names(db, {tag for one in chunk.values() for tag in one.state.tags})
            for item, one in chunk.items():
                found[item] = (one.name, caption_of(_layers(one, self.dataset.trigger, names), style))
        return found

    def states(self, db: Database, ids: Sequence[int]) -> Mapping[int, ItemState]:
        if self.version is None:
            return states.load(db, ids)
        frozen = versions.frozen(db, self.version.id, ids)
        return {item: one.state for chunk in frozen for item, one in chunk.items()}


def _layers(one: Frozen, trigger: str, names: Mapping[int, str]) -> ItemLayers:
    state = one.state
    word = trigger if state.trigger is None else state.trigger
    tags = tuple([names[tag] for tag in state.ordered])
    return ItemLayers(state.id, one.name, Layers(word, tags, state.prose.text if state.prose else ""), state.template)


def _rewritten(db: Database, old: _Side, new: _Side, ids: Sequence[int]) -> list[Changed]:
    """Those whose captions differ."""
    before, after = old.captions(db, ids), new.captions(db, ids)
    return [
        Changed(item, after[item][0], text, after[item][1])
        for item, (_, text) in before.items()
        if after[item][1] != text
    ]


def _parted(db: Database, old: _Side, new: _Side, ids: Sequence[int]) -> Iterator[tuple[ItemState, ItemState]]:
    """Each item as it was and as it is."""
    for first in range(0, len(ids), CHUNK):
        chunk = ids[first : first + CHUNK]
        before, after = old.states(db, chunk), new.states(db, chunk)
        yield from ((before[item], after[item]) for item in chunk)


def _told(pairs: Sequence[tuple[ItemState, ItemState]], told: Callable[[ItemState], str]) -> tuple[Changed, ...]:
    """Those that differ in what is told of them."""
    found = [Changed(now.id, now.name or "", told(was), told(now)) for was, now in pairs]
    return tuple([one for one in found if one.before != one.after])


def _marks(state: ItemState) -> str:
    stars = f"{state.stars} {'star' if state.stars == 1 else 'stars'}" if state.stars else ""
    return ", ".join(part for part in (state.mark, stars) if part) or "no mark"


def _caption(state: ItemState) -> ItemState:
    """All that is behind its caption, and nothing else."""
    return state._replace(rev=0, first=0.0, last=0.0, name=None, mark=None, stars=0)
