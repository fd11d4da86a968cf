"""What lies ready for tuning: which models' scores are stored, what is asked of them, and the tags that this gives."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dscore.catalog import columns, predictions, runs
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.errors import DscoreError, NotFoundError, WrongUseError
from dscore.models import Category, Mode
from dscore.taggers.base import Label, TaggerSpec, Thresholds
from dscore.taggers.blend import Opinion, choose_together
from dscore.taggers.choose import Chosen
from dscore.taggers.registry import find_tagger
from dscore.taggers.rules import BLENDS, Blend, ChoiceRules
from dscore.taggers.scores import FLOOR
from dscore.taggers.sheet import Sheet, read_sheet

if TYPE_CHECKING:
    from dscore.taggers.sheet import Numbers

RUNS = ("tag", "sample")


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is asked of stored scores. Thresholds left None are each model's own; those of `rules` do not count."""

    taggers: tuple[str, ...]
    blend: Blend = "union"
    mode: Mode = Mode.MERGE
    general: float | None = None
    character: float | None = None
    rules: ChoiceRules = field(default_factory=ChoiceRules)

    def __post_init__(self) -> None:
        if self.blend not in BLENDS:
            raise WrongUseError(f"“{self.blend}” is no way to join models; there are {', '.join(BLENDS)}.")
        named = [("general", self.general), ("character", self.character), *self.rules.per_tag]
        for name, value in named:
            if value is not None and not FLOOR <= value <= 1:
                raise WrongUseError(f"The {name} threshold goes from {FLOOR} to 1; {value} is outside.")

    def params(self) -> dict[str, Any]:
        """As plain values, for a job."""
        return asdict(self)

    @classmethod
    def of(cls, params: dict[str, Any]) -> Tuning:
        """As it was before `params`, through JSON too."""
        given = dict(params["rules"])
        pairs = {name: tuple((one, two) for one, two in given[name]) for name in ("per_tag", "replacements")}
        rules = ChoiceRules(
            **{
                **given,
                **pairs,
                "blacklist": tuple(given["blacklist"]),
                "without": tuple(map(Category, given["without"])),
            }
        )
        rest = {name: params[name] for name in ("blend", "general", "character")}
        return cls(tuple(params["taggers"]), mode=Mode(params["mode"]), rules=rules, **rest)

    def rules_of(self, own: Thresholds) -> ChoiceRules:
        """The rules with these thresholds wherever none were asked for."""
        general = own.general if self.general is None else self.general
        character = own.character if self.character is None else self.character
        return replace(self.rules, general=general, character=character)


@dataclass(frozen=True, slots=True)
class Voice:
    """A model whose scores are stored: its tagger's name, of how many pictures of the dataset, and its own thresholds."""

    name: str
    model_id: int
    preparation: str
    pictures: int
    thresholds: Thresholds


def voices(db: Database, dataset: Dataset) -> list[Voice]:
    """The taggers that have scored pictures of the dataset; of a tagger's several files the one that ran last."""
    counts = columns.scored_by(db, dataset.id)
    ran = [run.result.get("model") for run in runs.finished(db, kinds=RUNS)]
    latest = {model: -place for place, model in reversed(list(enumerate(ran)))}
    found: dict[str, Voice] = {}
    for model in sorted(predictions.heads(db, counts), key=lambda one: (latest.get(one.id, -len(ran)), one.id)):
        spec = _spec_of(model.repo)
        name, own = (spec.name, spec.thresholds) if spec else (model.repo, Thresholds())
        found[name] = Voice(name, model.id, model.preparation, counts[model.id], own)
    return sorted(found.values(), key=lambda voice: -voice.pictures)


def _spec_of(repo: str) -> TaggerSpec | None:
    """The tagger of a hub's repository, which has an owner; a folder's name says nothing of where it is."""
    try:
        return find_tagger(repo) if "/" in repo else None
    except DscoreError:
        return None


def pick(known: Sequence[Voice], names: Sequence[str]) -> tuple[Voice, ...]:
    """The voices of these taggers (a name, a repository or a folder). Raises WrongUseError, NotFoundError."""
    if not names:
        raise WrongUseError("Name at least one tagger whose scores are to be used.")
    by_name = {voice.name.casefold(): voice for voice in known}
    picked = []
    for name in names:
        voice = by_name.get(name.casefold()) or by_name.get(_full_name(name).casefold())
        if voice is None:
            there = ", ".join(one.name for one in known)
            hint = f"There are scores by {there}." if there else "No tagger has looked at this dataset yet."
            raise NotFoundError(f"No scores by “{name}” are stored for this dataset. {hint} Run it first, with “tag”.")
        picked.append(voice)
    return tuple(dict.fromkeys(picked))


def _full_name(name: str) -> str:
    try:
        spec: TaggerSpec = find_tagger(name)
    except NotFoundError:
        return name
    return spec.name


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """The stored scores of those of the pictures that all of the voices have scored.

    `items` are ids, ascending, [pictures]; each sheet has them in this order. `scope` is how many were asked for.
    """

    dataset: Dataset
    voices: tuple[Voice, ...]
    labels: tuple[tuple[Label, ...], ...]
    sheets: tuple[Sheet, ...]
    items: Numbers
    scope: int

    @property
    def unscored(self) -> int:
        """How many pictures stay as they are, since one of the models has not looked at them."""
        return self.scope - len(self.items)


def lay_out(db: Database, dataset: Dataset, heard: Sequence[Voice], ids: Collection[int]) -> Desk:
    """Read the scores of these items."""
    stored = columns.scores_of(db, ids, models=[(voice.model_id, voice.preparation) for voice in heard])
    items = sorted(stored)
    sheets = tuple(read_sheet([stored[item][number] for item in items]) for number in range(len(heard)))
    labels = tuple(_labels(db, voice.model_id) for voice in heard)
    return Desk(dataset, tuple(heard), labels, sheets, np.array(items, np.int64), len(ids))


def _labels(db: Database, model_id: int) -> tuple[Label, ...]:
    model = predictions.find(db, model_id)
    assert model is not None
    return tuple(Label(name, category) for name, category in model.labels)


def chosen_on(desk: Desk, tuning: Tuning) -> Chosen:
    """The tags of all pictures on the desk."""
    opinions = [
        Opinion(labels, sheet, tuning.rules_of(voice.thresholds))
        for voice, labels, sheet in zip(desk.voices, desk.labels, desk.sheets, strict=True)
    ]
    own = [opinion.rules for opinion in opinions]
    mean = Thresholds(sum(rules.general for rules in own) / len(own), sum(rules.character for rules in own) / len(own))
    return choose_together(opinions, tuning.blend, tuning.rules_of(mean))
