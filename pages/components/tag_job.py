"""The button that lets the tagger work, the work, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from dscore.catalog import tags
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.catalog.job_lists import Job
from dscore.pipeline import sampling
from dscore.pipeline.tagging import Request
from dscore.taggers.base import TaggerSpec
from dscore.taggers.files import is_here
from dscore.text.sizes import readable_size
from pages.components import model_job, places
from pages.components.places import Place
from pages.components.scope import Scope
from pages.components.words import counted


def draw(db: Database, dataset: Dataset, request: Request | None, spec: TaggerSpec | None, chosen: Scope) -> None:
    """The button, or the job while one is under way; below, what the last one did."""
    model_job.draw(db, dataset, TRADE, request, chosen, first=_first(request, spec))


def _first(request: Request | None, spec: TaggerSpec | None) -> str:
    """What comes before the work."""
    if request is None:
        return "Name the folder of your tagger first."
    return "" if spec is None or is_here(spec) else f"{spec.name} is downloaded first: {readable_size(spec.size)}."


def _replaced(db: Database, items: Sequence[int]) -> str:
    number, pictures = tags.claimed_by_others(db, items)
    return f"{counted(number, 'tag')} on {counted(pictures, 'picture')} that no tagger gave" if number else ""


def _links(job: Job) -> list[tuple[Place, str, str | None]]:
    return [(places.EXPLORE, "See the tags", str(job.params.get("query", ""))), (places.TUNE, "Tune them", None)]


TRADE = model_job.Trade(
    kind="tag",
    past="Tagged",
    place=places.TAG,
    model="tagger",
    is_same=sampling.is_same,
    links=_links,
    replaced=_replaced,
)
