"""The button that lets the captioner work, the work, and what came of it."""

from __future__ import annotations

import streamlit as st

from dscore import worker
from dscore.captioners.files import is_here
from dscore.captioners.registry import find_captioner
from dscore.catalog import jobs, runs, sentences
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.catalog.job_lists import CLOSED, Job
from dscore.models import Mode
from dscore.pipeline import captioning
from dscore.pipeline.jobs import submit
from dscore.pipeline.voices import Request
from pages.components import outcome, places, progress, state, taken_back
from pages.components.scope import Scope
from pages.components.words import counted, plain, since


def draw(db: Database, dataset: Dataset, request: Request | None, chosen: Scope) -> None:
    """The button; or the job, while one of this dataset is under way; and below what the last one did."""
    latest = runs.latest(db, dataset_id=dataset.id, kinds=("caption",))
    if latest is not None and latest.state not in CLOSED:
        progress.watch(latest.id)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            f"Caption {counted(len(chosen.ids), 'picture')}",
            icon=places.CAPTION.icon,
            type="primary",
            key="caption-now",
            disabled=request is None or not chosen.ids,
        )
        st.text(_first(request))
    if request is not None and request.mode is Mode.OVERWRITE:
        _warn(db, chosen)
    if pressed and request is not None:
        _start(dataset, request, chosen)
    if latest is not None:
        _result(db, dataset, latest)


def _first(request: Request | None) -> str:
    """What comes before the work."""
    if request is None:
        return "Say first who is to be asked, below."
    spec = find_captioner(request.model) if request.asking is None else None
    if spec is not None and not is_here(spec):
        return f"{spec.name} is downloaded first: {spec.size / 1e6:,.0f} MB."
    return ""


def _warn(db: Database, chosen: Scope) -> None:
    number = sentences.written_by_others(db, chosen.ids)
    if number:
        st.warning(
            f"Overwrite replaces the sentences of {counted(number, 'picture')} that no captioner wrote: "
            "they are yours, or came with the pictures. Undo brings them back.",
            icon=":material/warning:",
        )


def _start(dataset: Dataset, request: Request, chosen: Scope) -> None:
    items = (jobs.NewItem(item) for item in chosen.ids)
    params = {**request.params(), "query": chosen.query}
    submit(state.library(), "caption", dataset_id=dataset.id, params=params, items=items)
    worker.start(state.library(), "device")
    st.rerun()


def _result(db: Database, dataset: Dataset, job: Job) -> None:
    """What the latest run did, with the ways on: to the captions, or back."""
    if job.state == "failed":
        st.error(plain(job.message), icon=":material/error:")
    else:
        with st.container(horizontal=True, vertical_alignment="center", key="caption-result"):
            st.text(_words(job))
            places.link(places.EXPLORE, "See the captions", query=_found_by(job))
            taken_back.button(db, dataset, job.change_id, key="undo-captioning")
    if str(job.result.get("device", "")) == "cpu":
        st.caption("It ran on the processor.", help=plain(str(job.result.get("note", ""))))
    elif job.result.get("note"):
        st.caption(plain(str(job.result["note"])))
    outcome.flagged(captioning.flagged_in(db, job.id))
    outcome.failures(db, job)


def _found_by(job: Job) -> str:
    query = str(job.params.get("query", ""))
    return f"( {query} ) is:described" if query else "is:described"


def _words(job: Job) -> str:
    """`Captioned 3 min ago with blip-large: 231 changed, 9 unchanged, 4 worth a look.`"""
    tally = job.tally
    when = since(job.finished_at) if job.finished_at else ""
    if job.state == "cancelled":
        return f"Stopped {when} after {tally.total - tally.waiting:,} of {counted(tally.total, 'picture')}."
    lost, flagged = tally.failed + tally.skipped, int(job.result.get("flagged", 0))
    failed = f", {lost:,} failed" if lost else ""
    look = f", {flagged:,} worth a look" if flagged else ""
    who = job.result.get("captioner", "")
    return f"Captioned {when} with {who}: {tally.done:,} changed, {tally.there:,} unchanged{look}{failed}."
