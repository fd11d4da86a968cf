"""Repairs of what the checks found: seen before, done as one change, taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from dscore import worker
from dscore.catalog import changes, images, job_lists
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.pipeline import mending
from dscore.pipeline.curate import Applied
from dscore.pipeline.mending import Mending
from dscore.quality.findings import Finding, Repair
from pages.components import differences, places, progress, state, taken_back
from pages.components.trouble import spoken
from pages.components.words import counted, plain

OPEN = "check-open"
DONE = "check-done"
JOBS = ("repair", "revert")


@dataclass(frozen=True, slots=True)
class Opened:
    """The repair that is looked at: of a whole finding, or of one of its cases."""

    code: str
    repairs: tuple[Repair, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What the last repair of this session did, or the job that does it."""

    dataset_id: int
    words: str
    change_id: int | None
    stale: int
    job_id: int | None = None


def button(label: str, code: str, repairs: tuple[Repair, ...], *, key: str, primary: bool = False) -> None:
    """Opens the preview of these repairs."""
    st.button(
        label,
        icon=":material/build:",
        key=key,
        type="secondary" if primary else "tertiary",
        on_click=_open,
        args=(Opened(code, repairs),),
    )


def _open(opened: Opened) -> None:
    st.session_state[OPEN] = opened


def _close() -> None:
    st.session_state.pop(OPEN, None)


def draw(db: Database, dataset: Dataset, finding: Finding, query: str) -> None:
    """The preview, where one of this finding is open; `query` is what the finding was looked for in."""
    opened: Opened | None = st.session_state.get(OPEN)
    if opened is None or opened.code != finding.code:
        return
    planned = mending.plan(db, dataset, opened.repairs, mending.summary(finding))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Apply to {counted(planned.changed, 'picture')}",
            icon=":material/check:",
            type="primary",
            key="mend-apply",
            disabled=not planned.changed,
            on_click=_apply,
            args=(planned, query),
        )
        st.button("Leave it", key="mend-close", on_click=_close)
        if not planned.changed:
            st.text("Nothing would change: it is mended already.")
    pictures = images.details(db, [one.item_id for one in planned.examples])
    pairs = [
        differences.Pair(one.name, pictures[one.item_id].sha256, one.before, one.after) for one in planned.examples
    ]
    if pairs:
        differences.draw(pairs, key="mend-differences")
    if planned.changed > len(pairs):
        st.caption(f"The first {len(pairs)} of {planned.changed:,}.")


@spoken()
def _apply(planned: Mending, query: str) -> None:
    """Do just what was shown: at once, or by a worker where it is much."""
    library, dataset = state.library(), planned.dataset
    _close()
    if not planned.is_small:
        job = mending.submit(library, planned, query=query)
        worker.start(library, "disk")
        st.session_state[DONE] = Done(dataset.id, planned.summary, None, 0, job)
        return
    done = mending.mend(library, planned, query=query)
    note(dataset, _changed(done.changed, planned.summary), done)


def _changed(number: int, summary: str) -> str:
    return f"{counted(number, 'picture')} changed: {summary}."


def is_busy(db: Database, dataset: Dataset) -> bool:
    """Draw the large repair or undo that is under way; while one is, what the checks find changes all the time."""
    return progress.is_busy(db, dataset, JOBS)


def note(dataset: Dataset, words: str, applied: Applied) -> None:
    """Keep what was done for `outcome`."""
    st.session_state[DONE] = Done(dataset.id, words, applied.change_id, len(applied.stale))


def outcome(db: Database, dataset: Dataset) -> None:
    """What the last repair did, with Undo; it stands until the next."""
    kept: Done | None = st.session_state.get(DONE)
    done = None if kept is None or kept.dataset_id != dataset.id else _by_now(db, kept)
    if done is None:
        return
    if done.change_id is not None and changes.get(db, done.change_id, dataset_id=dataset.id).state == "undone":
        del st.session_state[DONE]
        return
    with st.container(horizontal=True, vertical_alignment="center", key="mend-outcome"):
        st.success(plain(done.words), icon=":material/check:", width=460)
        taken_back.button(db, dataset, done.change_id, key="undo-mend")
        places.link(places.EDIT, "History", icon=":material/history:")
    if done.stale:
        st.warning(
            f"{counted(done.stale, 'picture')} left alone, since somebody changed them meanwhile.",
            icon=":material/warning:",
        )


def _by_now(db: Database, done: Done) -> Done | None:
    """The same, or what its job has done; None while that runs."""
    if done.job_id is None:
        return done
    job = job_lists.get(db, done.job_id)
    if job.state not in job_lists.CLOSED:
        return None
    words = _changed(job.tally.done, done.words)
    return replace(done, words=words, change_id=job.change_id, stale=job.tally.skipped, job_id=None)
