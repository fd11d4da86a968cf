"""All jobs: those under way with their buttons, those that are over with what became of them."""

from __future__ import annotations

import streamlit as st

from dscore import worker
from dscore.catalog import job_lists
from dscore.catalog.connection import open_catalog
from dscore.catalog.job_lists import Job
from dscore.pipeline import captioning, retry
from pages.components import progress, scope, state
from pages.components.trouble import listed, spoken
from pages.components.words import counted, plain, since

MARKS = {
    "done": (":material/check_circle:", "done"),
    "partial": (":material/error_outline:", ":orange[done in part]"),
    "failed": (":material/cancel:", ":red[**failed**]"),
    "cancelled": (":material/block:", "cancelled"),
}
SHOWN = 1_000


def draw() -> None:
    """Draw them, and go on looking."""
    with open_catalog(state.library()) as db:
        is_active = any(job.state != "paused" for job in job_lists.unfinished(db))
    st.fragment(_board, run_every=progress.ACTIVE_SECONDS if is_active else progress.IDLE_SECONDS)()


@spoken()
def _board() -> None:
    with open_catalog(state.library()) as db:
        unfinished, finished = job_lists.unfinished(db), job_lists.finished(db)
    if not unfinished and not finished:
        scope.no_pictures("Nothing has run yet. Jobs appear here once you import, tag, edit or export.")
        return
    for job in sorted(unfinished, key=lambda job: job.state != "running"):
        with st.container(border=True, key=f"job_{job.id}"):
            progress.draw(job, place="board")
            _failures(job)
    if finished:
        st.subheader("Finished")
    for job in finished:
        _finished(job)


def _finished(job: Job) -> None:
    icon, word = MARKS[job.state]
    title = plain(f"{progress.DONE.get(job.kind, job.kind)} · {job.dataset or ''} · {_count(job)}")
    with st.expander(f"{title} · {word} {_when(job)}", icon=icon, key=f"over_{job.id}", on_change="rerun") as details:
        if details.open:
            _details(job)


def _count(job: Job) -> str:
    lost = job.tally.failed + job.tally.skipped
    return counted(progress.through(job) - lost, "picture") + (f", {lost:,} left out" if lost else "")


def _when(job: Job) -> str:
    return since(job.finished_at or job.created_at)


def _details(job: Job) -> None:
    if job.message:
        st.error(plain(job.message), icon=":material/error:")
    for name in ("tagger", "captioner", "device", "note", "target", "path"):
        if job.result.get(name):
            st.text(f"{name.capitalize()}: {job.result[name]}")
    tally = job.tally
    st.caption(
        f"{tally.done:,} changed · {tally.there:,} already so · {tally.skipped:,} skipped · {tally.failed:,} failed"
    )
    if job.result.get("flagged"):
        with open_catalog(state.library()) as db:
            listed("Worth a look", captioning.flagged_in(db, job.id), icon=":material/flag:")
    _failures(job)
    if retry.can_retry(job):
        st.button("Try the rest again", key=f"again_{job.id}", icon=":material/refresh:", on_click=_again, args=(job,))
    if job.state == "failed":
        st.caption("What the worker wrote, for a report:")
        st.code(str(state.library().logs / f"worker-{job.lane}.log"), language=None)


@spoken()
def _again(job: Job) -> None:
    retry.again(state.library(), job)
    worker.start(state.library(), job.lane)


def _failures(job: Job) -> None:
    if not job.tally.failed + job.tally.skipped:
        return
    with open_catalog(state.library()) as db:
        lines = [line for kind in ("failed", "skipped") for line in job_lists.pieces(db, job.id, kind, limit=SHOWN)]
    listed("Left out, by reason", sorted(lines, key=lambda line: line[1]))
