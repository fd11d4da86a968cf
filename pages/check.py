"""What is wrong with a dataset, worst first, and how to mend it."""

from __future__ import annotations

import streamlit as st

from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.pipeline.checking import Report
from dscore.quality.findings import Level
from dscore.text.tokens import LIMITS, LONG
from pages.components import alike, checked, filter_bar, finding_list, frame, mending, ready, scope, taken_back
from pages.components.words import counted

BASES = {"sdxl": "SDXL, 1024", "sd15": "SD 1.5, 512"}
TOKENS = (*LIMITS[:2], LONG, LIMITS[2])
NAMES = {Level.ERROR: "error", Level.WARNING: "warning", Level.HINT: "hint"}

st.title("Check", anchor=False)
st.caption("What is wrong with your pictures and captions, worst first; much of it can be mended here, and taken back.")


def _draw(db: Database, dataset: Dataset) -> None:
    if mending.is_busy(db, dataset):
        return
    asked = filter_bar.ask(db, dataset)
    bar = st.container(horizontal=True, vertical_alignment="top", gap="small")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        kind = ready.choose_kind(dataset)
        base = st.segmented_control(
            "Trained for", list(BASES), key="check-base", format_func=BASES.__getitem__, default="sdxl", required=True,
            persist_state="session",
        )  # fmt: skip
        limit = st.segmented_control(
            "Tokens of a caption, at most",
            TOKENS,
            key="check-tokens",
            default=LONG,
            required=True,
            persist_state="session",
        )
    report = checked.report(db, asked, base=base or "sdxl", limit=limit or LONG)
    with bar:
        filter_bar.draw(db, asked, count=report.pictures)
    taken_back.say()
    mending.outcome(db, dataset)
    if not report.pictures:
        scope.nothing_found(db, dataset, asked.query)
        return
    found = checked.ready(db, asked, kind, base=base or "sdxl", limit=limit or LONG)
    ready.draw(found)
    listed, twins, coverage = st.tabs(["Findings", "Duplicates", "Coverage"], key="check-tab", on_change="rerun")
    if listed.open:
        with listed:
            _say(report)
            finding_list.draw(db, dataset, report, asked.query)
    if twins.open:
        with twins:
            alike.draw(db, dataset, checked.alike(db, asked))
    if coverage.open:
        with coverage:
            ready.draw_coverage(db, found)


def _say(report: Report) -> None:
    if not report.findings:
        st.success(f"{counted(report.pictures, 'picture')} checked: nothing is wrong.", icon=":material/check_circle:")
        return
    numbers = [(sum(one.level is level for one in report.findings), name) for level, name in NAMES.items()]
    said = ", ".join(counted(number, name) for number, name in numbers if number)
    st.text(f"{counted(report.pictures, 'picture')} checked: {said}.")


frame.draw("There are no pictures to check yet.", _draw)
