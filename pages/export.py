"""Write the folder that a trainer reads: for which trainer, what it gets, and what each file will hold."""

from __future__ import annotations

import streamlit as st

from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from pages.components import export_form, export_job, export_preview, frame, scope
from pages.components.trouble import spoken

st.title("Export", anchor=False)
st.caption("Choose the trainer, see what each file will hold, and write the folder.")


def _draw(db: Database, dataset: Dataset) -> None:
    chosen = scope.choose_scope(db, dataset, key="export-scope")
    action = st.container()
    grid = st.grid(2, min_column_width=320, gap="large")
    left, right = grid.cell(), grid.cell()
    planned = None
    with left, spoken():
        wanted = export_form.draw(db, dataset, chosen.ids)
        planned = export_preview.plan(db, dataset, wanted, chosen)
    with action:
        if not export_job.is_busy(db, dataset):
            export_job.button(dataset, planned, chosen)
            export_job.result(db, dataset, planned)
    if planned is not None:
        with right:
            export_preview.draw(planned)


frame.draw("There is nothing to export yet.", _draw)
