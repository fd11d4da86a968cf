"""Jobs as people see them: what is being done, how far it is, and the buttons to steer it."""

from __future__ import annotations

import re
import time

import filelock
import streamlit as st

from dscore import worker
from dscore.catalog import job_lists, jobs, runs
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import Dataset
from dscore.catalog.job_lists import Job
from dscore.fetch.client import WAITING as FOR_A_SITE
from dscore.web.jobs import PACES
from pages.components import state
from pages.components.trouble import spoken
from pages.components.words import duration, pace, plain

ACTIVE_SECONDS = 1.0
IDLE_SECONDS = 5.0
"""How often a page looks: while something runs, and while nothing does."""

RESTART_SECONDS = 10.0
"""A worker that dies at once is not started again and again."""

DOING = {
    "import": "Importing",
    "hub": "Importing",
    "booru": "Importing",
    "tag": "Tagging",
    "sample": "Trying a tagger on",
    "caption": "Captioning",
    "caption-sample": "Trying a captioner on",
    "tune": "Tuning",
    "edit": "Editing",
    "repair": "Mending",
    "revert": "Undoing",
    "export": "Exporting",
    "gather": "Copying into",
    "version": "Going back in",
    "freeze": "Freezing",
}
DONE = {
    "import": "Import",
    "hub": "Import from Hugging Face",
    "booru": "Import from a booru",
    "tag": "Tagging",
    "sample": "Tagger tried",
    "caption": "Captioning",
    "caption-sample": "Captioner tried",
    "tune": "Tuning",
    "edit": "Edit",
    "repair": "Repair",
    "revert": "Undo",
    "export": "Export",
    "gather": "Copy",
    "version": "Going back",
    "freeze": "Version",
}
WAITING = {"queued": "Waiting for its turn", "paused": "Paused", "interrupted": "Interrupted, goes on in a moment"}
ASKED = {"pause": "Pausing", "cancel": "Cancelling"}


def title(job: Job) -> str:
    """`Tagging heap`, for a widget that shows texts as they are."""
    return f"{DOING.get(job.kind, job.kind)} {job.dataset or ''}".rstrip()


def through(job: Job) -> int:
    """How many of its pieces are behind it."""
    return job.tally.total - job.tally.waiting


def share(job: Job) -> float:
    """How much is behind it, 0 to 1; before its pieces are known, what the step says of itself (`Downloading 34%, …`)."""
    if job.tally.total:
        return through(job) / job.tally.total
    said = re.search(r"\b(\d{1,2}|100)%", job.message)
    return int(said[1]) / 100 if said else 0.0


def figures(job: Job) -> str:
    """`412 of 2,000 · 38/s · 42 s left`, or the step before the first piece, or why it does not go on just now."""
    parts = [f"{through(job):,} of {job.tally.total:,}"] if job.tally.total else []
    seen = PACES.of(job)
    if job.want in ASKED:
        parts.append(ASKED[job.want])
    elif job.state in WAITING:
        parts.append(WAITING[job.state])
    elif job.message.startswith(FOR_A_SITE):
        parts.append(job.message)
    elif seen.rate is not None and seen.seconds_left is not None:
        parts += [pace(seen.rate), f"{duration(seen.seconds_left)} left"]
    elif job.message and not through(job):
        parts.append(job.message)
    return " · ".join(parts) or "Starting"


def draw(job: Job, *, place: str, can_cancel: bool = True) -> None:
    """Title, bar, figures and buttons, always as high, so that nothing jumps; `place` tells it from the same job elsewhere."""
    st.markdown(f"**{plain(title(job))}**")
    st.progress(share(job))
    st.caption(plain(figures(job)), wrap=False)
    with st.container(horizontal=True, gap="small", key=f"{place}_buttons_{job.id}"):
        buttons(job, place=place, can_cancel=can_cancel)


def buttons(job: Job, *, place: str, can_cancel: bool) -> None:
    """What can be asked of the job now."""
    words = ["resume" if job.state == "paused" else "pause", *(["cancel"] if can_cancel else [])]
    for word in words:
        st.button(
            word.capitalize(),
            key=f"{place}_{word}_{job.id}",
            icon={"pause": ":material/pause:", "resume": ":material/play_arrow:", "cancel": ":material/close:"}[word],
            type="tertiary",
            disabled=job.want is not None,
            on_click=ask,
            args=(job.id, word),
        )


@spoken()
def ask(job_id: int, word: str) -> None:
    """Pause, resume or cancel, as a button's callback."""
    library = state.library()
    with open_catalog(library) as db:
        job = jobs.ask(db, job_id, word)
    if job.state == "queued":
        worker.start(library, job.lane)


def keep_going(unfinished: list[Job]) -> None:
    """Start a worker for what should run and has none: it was killed, or the machine was switched off."""
    library = state.library()
    for lane in {job.lane for job in unfinished if job.state in {"queued", "interrupted"}}:
        tried = f"worker started for {lane}"
        if time.monotonic() - st.session_state.get(tried, -RESTART_SECONDS) < RESTART_SECONDS:
            continue
        st.session_state[tried] = time.monotonic()
        if _has_no_worker(lane):
            worker.start(library, lane)


def _has_no_worker(lane: str) -> bool:
    locks = state.library().locks
    locks.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(locks / f"{lane}.lock", timeout=0):
            return True
    except filelock.Timeout:
        return False


def is_busy(db: Database, dataset: Dataset, kinds: tuple[str, ...]) -> bool:
    """Draw the dataset's latest job of these kinds, where it is under way."""
    latest = runs.latest(db, dataset_id=dataset.id, kinds=kinds)
    if latest is None or latest.state in job_lists.CLOSED:
        return False
    watch(latest.id)
    return True


def watch(job_id: int) -> None:
    """Follow one job on the page that started it; when it is over, the page is drawn anew."""
    st.fragment(_watched, run_every=ACTIVE_SECONDS)(job_id)


@spoken()
def _watched(job_id: int) -> None:
    with open_catalog(state.library()) as db:
        job = job_lists.get(db, job_id)
    if job.state in job_lists.CLOSED:
        st.rerun()
    with st.container(border=True):
        draw(job, place="watch")
