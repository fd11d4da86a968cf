"""The button that lets the tagger work, the work, and what came of it."""

from __future__ import annotations

import streamlit as st

from dscore import worker
from dscore.catalog import jobs, runs, tags
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.catalog.job_lists import CLOSED, Job
from dscore.models import Mode
from dscore.pipeline.jobs import submit
from dscore.pipeline.tagging import Request
from dscore.taggers.base import TaggerSpec
from dscore.taggers.files import is_here
from pages.components import outcome, places, progress, state, taken_back
from pages.components.scope import Scope
from pages.components.words import counted, plain, since


def draw(db: Database, dataset: Dataset, request: Request | None, spec: TaggerSpec | None, chosen: Scope) -> None:
    """The button; or the job, while one of this dataset is under way; and below what the last one did."""
    latest = runs.latest(db, dataset_id=dataset.id, kinds=("tag",))
    if latest is not None and latest.state not in CLOSED:
        progress.watch(latest.id)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            f"Tag {counted(len(chosen.ids), 'picture')}",
            icon=":material/sell:",
            type="primary",
            key="tag-now",
            disabled=request is None or not chosen.ids,
        )
        if request is None:
            st.text("Name the folder of your tagger first.")
        elif spec is not None and not is_here(spec):
            st.text(f"{spec.name} is downloaded first: {spec.size / 1e6:,.0f} MB.")
    if request is not None and request.mode is Mode.OVERWRITE:
        _warn(db, chosen)
    if pressed and request is not None:
        _start(dataset, request, chosen)
    if latest is not None:
        _result(db, dataset, latest)


def _warn(db: Database, chosen: Scope) -> None:
    number, pictures = tags.claimed_by_others(db, chosen.ids)
    if number:
        st.warning(
            f"Overwrite replaces {counted(number, 'tag')} on {counted(pictures, 'picture')} that no tagger gave: "
            "they are yours, or came with the pictures. Undo brings them back.",
            icon=":material/warning:",
        )


def _start(dataset: Dataset, request: Request, chosen: Scope) -> None:
    items = (jobs.NewItem(item) for item in chosen.ids)
    params = {**request.params(), "query": chosen.query}
    submit(state.library(), "tag", dataset_id=dataset.id, params=params, items=items)
    worker.start(state.library(), "device")
    st.rerun()


def _result(db: Database, dataset: Dataset, job: Job) -> None:
    """What the latest run did, with the ways on: to the tags, or back."""
    if job.state == "failed":
        st.error(plain(job.message), icon=":material/error:")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="tag-result"):
        st.text(_words(job))
        places.link(places.EXPLORE, "See the tags", query=str(job.params.get("query", "")))
        places.link(places.TUNE, "Tune them")
        taken_back.button(db, dataset, job.change_id, key="undo-tagging")
    if str(job.result.get("device", "")).startswith("cpu"):
        st.caption("It ran on the processor.", help=plain(str(job.result.get("note", ""))))
    elif job.result.get("note"):
        st.caption(plain(str(job.result["note"])))
    outcome.failures(db, job)


def _words(job: Job) -> str:
    """`Tagged 3 min ago with wd14-vit-v3: 231 changed, 9 unchanged.`"""
    tally = job.tally
    when = since(job.finished_at) if job.finished_at else ""
    if job.state == "cancelled":
        return f"Stopped {when} after {tally.total - tally.waiting:,} of {counted(tally.total, 'picture')}."
    lost = tally.failed + tally.skipped
    failed = f", {lost:,} failed" if lost else ""
    return (
        f"Tagged {when} with {job.result.get('tagger', '')}: {tally.done:,} changed, {tally.there:,} unchanged{failed}."
    )
