"""Pictures renamed by a pattern: the new names are seen beside the old ones before anything is done."""

from __future__ import annotations

import streamlit as st

from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.pipeline import naming
from dscore.pipeline.naming import Renaming
from pages.components import state, taken_back
from pages.components.scope import Scope
from pages.components.trouble import spoken
from pages.components.words import counted

OWN = "own"
LABELS = {
    "numbered": "Numbered",
    "dated": "Dated",
    "source": "As in their source",
    "sanitised": "Sanitised",
    OWN: "Own pattern",
}
SHOWN = 100


def draw(db: Database, dataset: Dataset, scope: Scope) -> None:
    """Folded away, below the edits of captions."""
    with (
        st.expander("Rename pictures", icon=":material/drive_file_rename_outline:", key="naming", on_change="rerun"),
        spoken(),
    ):
        kind = st.pills(
            "Called", list(LABELS), format_func=LABELS.__getitem__, default="numbered", required=True, key="naming-kind"
        )
        pattern = kind or "numbered"
        if kind == OWN:
            pattern = st.text_input(
                "Pattern",
                value=naming.PATTERNS["numbered"],
                key="naming-pattern",
                help="{dataset}, {n}, {date} (the day they came), {source} and {name} are filled in; {n:04d} writes 0001.",
            )
        start = 1
        if "{n" in naming.PATTERNS.get(pattern, pattern):
            start = int(st.number_input("From number", min_value=0, value=1, step=1, key="naming-start", width=160))
        plan = naming.plan(db, dataset, pattern, query=scope.query, only=scope.only, start=start)
        _preview(plan)


def _preview(plan: Renaming) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        number = len(plan.names)
        label = f"Rename {counted(number, 'picture')}" if number else "Rename"
        st.button(label, key="rename-pictures", disabled=not number, on_click=_apply, args=(plan,))
        same = plan.scope - number
        st.text(f"{same:,} of {counted(plan.scope, 'picture')} keep their names." if same else "Each gets a new name.")
    if number:
        shown = naming.examples(plan, SHOWN)
        st.dataframe(
            {"Now": [old for old, _ in shown], "Then": [new for _, new in shown]},
            hide_index=True,
            height="content" if number < 8 else 300,
        )
        if number > SHOWN:
            st.caption(f"The first {SHOWN} of {number:,}.")


@spoken()
def _apply(plan: Renaming) -> None:
    done = naming.apply(state.library(), plan)
    left = (
        f" {counted(len(done.stale), 'picture')} left alone, since somebody changed them meanwhile."
        if done.stale
        else ""
    )
    st.session_state[taken_back.SAID] = f"{counted(done.changed, 'picture')} renamed.{left}"
