"""The button that lets a model work on the pictures, the work, and what came of it: for taggers and captioners."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import streamlit as st

from dscore import worker
from dscore.catalog import jobs, runs
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.catalog.job_lists import CLOSED, Job
from dscore.models import Mode
from dscore.pipeline.jobs import submit
from pages.components import outcome, places, progress, state, taken_back
from pages.components.places import Place
from pages.components.scope import Scope
from pages.components.words import counted, plain, since


class Asked(Protocol):
    """What is asked of a model: a tagger's request, or a captioner's."""

    @property
    def mode(self) -> Mode:
        """What happens to what is there."""

    def params(self) -> dict[str, Any]:
        """The job's."""


@dataclass(frozen=True, slots=True)
class Trade:
    """What one kind of model does: the job's kind, its page, the word for what is done, and what its result calls the model.

    `is_same`: whether the params of two jobs are of one model.
    `links`: of a job that is over, pages with their labels and searches.
    `replaced`: what overwriting these items would take that no such model gave, as "3 tags on 2 pictures", or "".
    `flagged`: (name, remark) of what is worth a look.
    """

    kind: str
    place: Place
    past: str
    model: str
    is_same: Callable[[Mapping[str, object], Mapping[str, object]], bool]
    links: Callable[[Job], list[tuple[Place, str, str | None]]]
    replaced: Callable[[Database, Sequence[int]], str]
    flagged: Callable[[Database, int], list[tuple[str, str]]] = lambda _db, _job: []


def draw(db: Database, dataset: Dataset, trade: Trade, request: Asked | None, chosen: Scope, *, first: str) -> None:
    """The button, and what comes `first`; or the job, while one of this dataset is under way; below, what the last one did."""
    latest = runs.latest(db, dataset_id=dataset.id, kinds=(trade.kind,))
    if latest is not None and latest.state not in CLOSED:
        progress.watch(latest.id)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            f"{trade.place.title} {counted(len(chosen.ids), 'picture')}",
            icon=trade.place.icon,
            type="primary",
            key=f"{trade.kind}-now",
            disabled=request is None or not chosen.ids,
        )
        st.text(first)
    if request is not None and request.mode is Mode.OVERWRITE and (replaced := trade.replaced(db, chosen.ids)):
        st.warning(
            f"Overwrite replaces {replaced}: they are yours, or came with the pictures. Undo brings them back.",
            icon=":material/warning:",
        )
    if pressed and request is not None:
        _start(dataset, trade, request, chosen)
    if latest is not None and (latest.state != "failed" or _is_about(trade, latest, request)):
        _result(db, dataset, trade, latest)


def _is_about(trade: Trade, job: Job, request: Asked | None) -> bool:
    """Whether the job asked the model that is chosen now; the error of another would be taken for this one's."""
    return request is not None and trade.is_same(job.params, request.params())


def _start(dataset: Dataset, trade: Trade, request: Asked, chosen: Scope) -> None:
    items = (jobs.NewItem(item) for item in chosen.ids)
    params = {**request.params(), "query": chosen.query}
    submit(state.library(), trade.kind, dataset_id=dataset.id, params=params, items=items)
    worker.start(state.library(), "device")
    st.rerun()


def _result(db: Database, dataset: Dataset, trade: Trade, job: Job) -> None:
    """What the latest run did, with the ways on: to what it gave, or back."""
    flagged = trade.flagged(db, job.id)
    if job.state == "failed":
        st.error(plain(job.message), icon=":material/error:")
    else:
        with st.container(horizontal=True, vertical_alignment="center", key=f"{trade.kind}-result"):
            st.text(_words(trade, job, worth_a_look=len(flagged)))
            for place, label, query in trade.links(job):
                places.link(place, label, query=query)
            taken_back.button(db, dataset, job.change_id, key=f"undo-{trade.kind}")
    note = plain(str(job.result.get("note", "")))
    if job.result.get("device") == "cpu":
        st.caption("It ran on the processor.", help=note)
    elif note:
        st.caption(note)
    outcome.flagged(flagged)
    outcome.failures(db, job)


def _words(trade: Trade, job: Job, *, worth_a_look: int) -> str:
    """`Captioned 3 min ago with blip-large: 231 changed, 9 unchanged, 4 worth a look.`"""
    tally = job.tally
    when = since(job.finished_at) if job.finished_at else ""
    if job.state == "cancelled":
        return f"Stopped {when} after {tally.total - tally.waiting:,} of {counted(tally.total, 'picture')}."
    lost = tally.failed + tally.skipped
    counts = [f"{tally.done:,} changed", f"{tally.there:,} unchanged"]
    counts += [f"{number:,} {what}" for number, what in ((worth_a_look, "worth a look"), (lost, "failed")) if number]
    return f"{trade.past} {when} with {job.result.get(trade.model, '')}: {', '.join(counts)}."
