"""The strip at the foot of the sidebar: the job that runs, wherever one is."""

from __future__ import annotations

import streamlit as st

from dscore.catalog import job_lists
from dscore.catalog.connection import open_catalog
from dscore.catalog.job_lists import Job
from pages.components import progress, state
from pages.components.places import JOBS, link
from pages.components.trouble import spoken

FIRST = ("running", "interrupted", "queued", "paused")


def draw() -> None:
    """Draw it, and go on looking: each second while something runs."""
    is_active = any(job.state != "paused" for job in _unfinished())
    seconds = progress.ACTIVE_SECONDS if is_active else progress.IDLE_SECONDS
    st.fragment(_strip, run_every=seconds)()


def _unfinished() -> list[Job]:
    with open_catalog(state.library()) as db:
        return sorted(job_lists.unfinished(db), key=lambda job: FIRST.index(job.state))


@spoken()
def _strip() -> None:
    unfinished = _unfinished()
    progress.keep_going(unfinished)
    if not unfinished:
        return
    with st.container(key="strip", gap="xxsmall"):
        progress.draw(unfinished[0], place="strip", can_cancel=False)
        if len(unfinished) > 1:
            link(JOBS, f"{len(unfinished) - 1:,} more", icon=":material/more_horiz:")
