"""What a captioner says of a few pictures: at once where it was asked just that, else from a job that writes no caption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dscore.captioners.base import Caption
from dscore.captioners.registry import find_captioner
from dscore.catalog import images, sentences, states
from dscore.catalog import tags as tag_table
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.catalog.jobs import Held
from dscore.config import Library
from dscore.pipeline import captioning, rules, trial
from dscore.pipeline.jobs import Work
from dscore.pipeline.voices import Request

KINDS = ("caption", "caption-sample")
SAMPLE = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture: what the captioner says of it, a remark on that or "", and the sentences that a run would leave."""

    item_id: int
    name: str
    sha256: str
    said: str
    remark: str
    left: str

    @property
    def is_written(self) -> bool:
        """Whether a run would write it; else what is there stays."""
        return self.said in self.left


def known_model(db: Database, request: Request) -> int | None:
    """The model's id in the catalog, as its latest run found it; None where it never ran, or its files are newer."""
    asked = request.params()
    spec = find_captioner(request.model) if request.asking is None else None
    return trial.known_model(db, spec, KINDS, lambda params: is_same(params, asked))


def is_same(params: Mapping[str, object], asked: Mapping[str, object]) -> bool:
    """Whether the params of two jobs are of one model: the same name, at the same address if any."""
    urls = [one["url"] if isinstance(one := side.get("asking"), dict) else "" for side in (params, asked)]
    return params.get("model") == asked["model"] and urls[0] == urls[1]


def rates(db: Database) -> dict[str, float]:
    """Captioner on this machine → pictures a second at its latest run."""
    return trial.rates(db, KINDS, param="model")


def chosen(ids: Sequence[int]) -> list[int]:
    """Up to four of the items, spread over all."""
    return trial.spread(ids, SAMPLE)


def submit(library: Library, dataset: Dataset, request: Request, ids: Sequence[int]) -> int:
    """Queue a job that asks about these pictures and writes no caption; returns its id."""
    return trial.submit(library, dataset, "caption-sample", request.params(), ids)


def look(db: Database, dataset: Dataset, request: Request, ids: Sequence[int]) -> list[Sample]:
    """What the request would make of these items, from what is kept; nothing is written. Items not asked about are left out."""
    model = known_model(db, request)
    if model is None:
        return []
    pictures, prompts = images.files(db, ids), request.prompts(db, dataset.id, ids)
    asked = {pictures[item][0]: request.digest(prompts[item]) for item in ids if item in pictures and item in prompts}
    said = sentences.stored(db, model, asked)
    of_item = {item: said[pictures[item][0]] for item in ids if item in pictures and pictures[item][0] in said}
    return _samples(db, request, {item: Caption(text, remark=remark) for item, (text, remark) in of_item.items()})


def _samples(db: Database, request: Request, captions: Mapping[int, Caption]) -> list[Sample]:
    before, captioners = states.load(db, list(captions)), sentences.machine_sources(db)
    source = tag_table.find_source(db, "captioner", request.name)
    details, titles = images.details(db, list(captions)), images.named(db, list(captions))
    samples = []
    for item, caption in captions.items():
        after = rules.caption_by_model(
            before[item], caption.text, source=source or trial.NEW_SOURCE, mode=request.mode, captioners=captioners
        )
        left = after.prose.text if after.prose else ""
        remark = captioning.remark_on(caption, request)
        samples.append(Sample(item, titles[item], details[item].sha256, caption.text, remark, left))
    return samples


def run(library: Library, held: Held) -> Work:
    """The job: ask what was not asked; what is said is for `look`."""
    return captioning.work(library, held, Trying)


class Trying(trial.Trial, captioning.Captioning):
    """A run that keeps what is said and leaves every caption as it is."""
