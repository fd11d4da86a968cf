"""The doctor's findings, the worst first; each with its cure."""

from __future__ import annotations

import streamlit as st

from dscore.pipeline.doctor import Finding, Level, Report, examine
from pages.components import state
from pages.components.words import counted, plain

REPORT = "doctor-report"
MARKS = {
    Level.GOOD: ":green[:material/check_circle:]",
    Level.FAIR: ":orange[:material/warning:]",
    Level.BAD: ":red[:material/error:]",
}
WORDS = {Level.GOOD: "In order", Level.FAIR: "Could be better", Level.BAD: "Does not work"}


def draw() -> None:
    """The report of this session; made when the page is first opened, and anew on request."""
    if st.button("Look again", icon=":material/refresh:", key="doctor-again") or REPORT not in st.session_state:
        with st.spinner("Looking: a model is tried on this machine, which takes some seconds …"):
            st.session_state[REPORT] = examine(state.library())
    report: Report = st.session_state[REPORT]
    _summary(report)
    for level in reversed(Level):
        found = [finding for finding in report.findings if finding.level is level]
        if found:
            st.subheader(WORDS[level], anchor=False)
            with st.container(border=True):
                for finding in found:
                    _finding(finding)


def _summary(report: Report) -> None:
    bad, fair = (sum(one.level is level for one in report.findings) for level in (Level.BAD, Level.FAIR))
    if bad:
        st.error(
            f"{counted(bad, 'thing')} {_do(bad)} not work here; what to do stands beside.", icon=":material/error:"
        )
    elif fair:
        st.info(f"All works. {counted(fair, 'thing')} could be better.", icon=":material/info:")
    else:
        st.success("All is well.", icon=":material/check_circle:")


def _do(number: int) -> str:
    return "does" if number == 1 else "do"


def _finding(finding: Finding) -> None:
    left, right = st.columns([1, 3], gap="medium")
    left.markdown(f"{MARKS[finding.level]} **{plain(finding.topic)}**")
    right.markdown(plain(finding.found))
    if finding.cure:
        right.markdown(f":material/healing: {plain(finding.cure)}")
