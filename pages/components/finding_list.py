"""Findings, the worst first: what is wrong and why, the pictures, and what can be done."""

from __future__ import annotations

import streamlit as st

from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.pipeline.checking import Report
from dscore.quality.findings import Case, Finding, Level
from dscore.text import terms
from dscore.text.query import parse_query
from pages.components import faces, mending
from pages.components.places import EDIT, EXPLORE, TAG, link
from pages.components.words import counted

GROUPS = {
    Level.ERROR: ("Errors", "A trainer stops at these, or learns nothing from them."),
    Level.WARNING: ("Warnings", "The LoRA gets worse by these."),
    Level.HINT: ("Hints", "Worth a look; they may be as you want them."),
}
ICONS = {
    Level.ERROR: ":red[:material/error:]",
    Level.WARNING: ":orange[:material/warning:]",
    Level.HINT: ":blue[:material/info:]",
}
MOST_CASES = 20
FACES_CASES = {"duplicate", "near-duplicate"}
"""Findings whose cases are groups of pictures that are to be seen beside each other."""

NEXT = {
    "missing": (TAG, "Tag them", "check:missing"),
    "empty": (TAG, "Tag them", "check:empty"),
    "trigger-missing": (EDIT, "Set the trigger word", None),
}
"""Where to go for what no repair here mends."""


def draw(db: Database, dataset: Dataset, report: Report, query: str) -> None:
    """All of them, by level; `query` is the filter that they are of."""
    for level, (title, words) in GROUPS.items():
        found = [one for one in report.findings if one.level is level]
        if found:
            st.subheader(title, anchor=False)
            st.caption(words)
            for one in found:
                _draw(db, dataset, one, query)


def _draw(db: Database, dataset: Dataset, finding: Finding, query: str) -> None:
    with st.container(border=True, key=f"finding-{finding.code}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"{ICONS[finding.level]} **{finding.title}**", width="content")
            _link(finding.query, query, counted(len(finding.items), "picture"))
        st.caption(finding.reason)
        faces.draw(db, finding.items, key=f"faces-{finding.code}")
        if finding.code in NEXT and not finding.repairs:
            place, label, found = NEXT[finding.code]
            link(place, label, query=found and terms.also(query, parse_query(found)), icon=":material/arrow_forward:")
        if finding.repairs:
            mending.button(f"{finding.mend} …", finding.code, finding.repairs, key=f"mend-{finding.code}", primary=True)
        mending.draw(db, dataset, finding, query)
        said = [case for case in finding.cases if case.words]
        if said:
            _draw_cases(db, finding, said, query)


def _draw_cases(db: Database, finding: Finding, cases: list[Case], query: str) -> None:
    with st.expander(f"{len(cases):,} {'case' if len(cases) == 1 else 'cases'}", key=f"cases-{finding.code}"):
        for place, case in enumerate(cases[:MOST_CASES]):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(case.words, width="content")
                if case.query:
                    _link(case.query, query, counted(len(case.items), "picture"))
                if case.repair and finding.mend and len(cases) > 1:
                    mending.button("Mend this …", finding.code, (case.repair,), key=f"mend-{finding.code}-{place}")
            if finding.code in FACES_CASES:
                faces.draw(db, case.items, key=f"faces-{finding.code}-{place}")
        if len(cases) > MOST_CASES:
            st.caption(f"The first {MOST_CASES} of {len(cases):,}.")


def _link(found: str, query: str, label: str) -> None:
    if found:
        link(EXPLORE, label, query=terms.also(query, parse_query(found)))
    else:
        st.text(label, width="content")
