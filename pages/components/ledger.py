"""An import under way, and what became of each of its files."""

from __future__ import annotations

import streamlit as st

from dscore.catalog import job_lists, search
from dscore.catalog.connection import open_catalog
from dscore.catalog.job_lists import Job
from dscore.text.query import Is
from pages.components import progress, state
from pages.components.places import EXPLORE, TAG, link
from pages.components.trouble import listed
from pages.components.words import plain

SHOWN = 5_000
"""Lines of one list; a browser scrolls through so many with ease."""


def draw(job_id: int) -> None:
    """The job while it runs, the ledger after it."""
    with open_catalog(state.library()) as db:
        job = job_lists.get(db, job_id)
    if job.state in job_lists.CLOSED:
        _ended(job)
    else:
        st.caption("You may leave this page, or close it: the import goes on.")
        progress.watch(job_id)
    st.button("Import more", icon=":material/add:", on_click=_again)


def _again() -> None:
    st.query_params.pop("job", None)


def _ended(job: Job) -> None:
    if job.state == "failed":
        st.error(plain(job.message), icon=":material/error:")
    elif job.state == "cancelled":
        st.info("It was cancelled. What had come in until then stays; it can be undone.", icon=":material/info:")
    if job.kind == "hub":
        st.caption(f"From {plain(job.params['label'])}")
    tally = job.tally
    facts = {"Found": tally.total, "Imported": tally.done, "Already there": tally.there, "Skipped": tally.skipped}
    if job.kind == "booru":
        _of_booru(job, facts)
    if tally.waiting:
        facts["Not reached"] = tally.waiting
    for column, (label, number) in zip(st.columns(len(facts)), facts.items(), strict=True):
        column.metric(label, f"{number:,}")
    with st.container(horizontal=True):
        if tally.done:
            link(TAG, "Tag them", query=_to_tag(job), icon=":material/arrow_forward:")
        if tally.done or tally.there:
            link(EXPLORE, "See them", query="")
    _lists(job)


def _to_tag(job: Job) -> str:
    """The pictures without a caption; all, where each has one."""
    with open_catalog(state.library()) as db:
        bare = job.dataset_id is not None and search.count(db, job.dataset_id, Is("uncaptioned"))
    return "is:uncaptioned" if bare else ""


def _of_booru(job: Job, facts: dict[str, int]) -> None:
    """Where it came from; what filters left out, what is gone, and what has failed are three things."""
    st.caption(f"From {plain(job.params['label'])}")
    if job.result.get("note"):
        st.info(plain(job.result["note"]), icon=":material/info:")
    gone = int(job.result.get("gone", 0))
    facts.update({"Left out": facts.pop("Skipped") - gone, "Gone": gone, "Failed": job.tally.failed})


def _lists(job: Job) -> None:
    with open_catalog(state.library()) as db:
        found = {
            kind: job_lists.pieces(db, job.id, kind, limit=SHOWN) for kind in ("failed", "skipped", "there", "done")
        }
    remarks = [line for kind in ("done", "there") for line in found[kind] if line[1] and kind == "done"]
    lists = (
        ("Failed", found["failed"], ":material/error:"),
        ("Left out, or gone" if job.kind == "booru" else "Skipped", found["skipped"], ":material/block:"),
        ("Worth knowing", remarks, ":material/info:"),
        ("Already there", found["there"], ":material/done_all:"),
        ("Imported", found["done"], ":material/check:"),
    )
    for title, files, icon in lists:
        if files:
            listed(title, files, icon=icon, expanded=title in {"Skipped", "Failed"})
