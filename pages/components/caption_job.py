"""The button that lets the captioner work, the work, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from dscore.captioners.files import is_here
from dscore.captioners.registry import find_captioner
from dscore.catalog import sentences
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.catalog.job_lists import Job
from dscore.pipeline import caption_sampling, captioning
from dscore.pipeline.voices import Request
from dscore.text.sizes import readable_size
from pages.components import model_job, places
from pages.components.places import Place
from pages.components.scope import Scope
from pages.components.words import counted


def draw(db: Database, dataset: Dataset, request: Request | None, chosen: Scope) -> None:
    """The button, or the job while one is under way; below, what the last one did."""
    model_job.draw(db, dataset, TRADE, request, chosen, first=_first(request))


def _first(request: Request | None) -> str:
    """What comes before the work."""
    if request is None:
        return "First fill in what this model needs, below."
    spec = find_captioner(request.model) if request.asking is None else None
    return "" if spec is None or is_here(spec) else f"{spec.name} is downloaded first: {readable_size(spec.size)}."


def _replaced(db: Database, items: Sequence[int]) -> str:
    number = sentences.written_by_others(db, items)
    return f"the sentences of {counted(number, 'picture')} that no captioner wrote" if number else ""


def _links(job: Job) -> list[tuple[Place, str, str | None]]:
    query = str(job.params.get("query", ""))
    return [(places.EXPLORE, "See the captions", f"( {query} ) is:described" if query else "is:described")]


TRADE = model_job.Trade(
    kind="caption",
    past="Captioned",
    place=places.CAPTION,
    model="captioner",
    is_same=caption_sampling.is_same,
    links=_links,
    replaced=_replaced,
    flagged=captioning.flagged_in,
)
