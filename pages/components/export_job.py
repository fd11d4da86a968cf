"""The export itself, and what to do with the folder: its path, a ZIP, the line for the trainer."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import streamlit as st

from dscore import worker
from dscore.catalog import runs
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.catalog.job_lists import CLOSED, Job
from dscore.exporters.base import ExportPlan
from dscore.exporters.kohya import SETTINGS, cut_words, training_line
from dscore.exporters.manifest import MANIFEST
from dscore.pipeline import export
from dscore.pipeline.jobs import submit
from pages.components import outcome, progress, state
from pages.components.scope import Scope
from pages.components.words import counted, plain, since


def is_busy(db: Database, dataset: Dataset) -> bool:
    """Draw the export that is under way."""
    latest = runs.latest(db, dataset_id=dataset.id, kinds=("export",))
    if latest is None or latest.state in CLOSED:
        return False
    progress.watch(latest.id)
    return True


def button(dataset: Dataset, planned: ExportPlan | None, scope: Scope) -> None:
    """Export just what the preview shows."""
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            f"Export {counted(len(planned.pictures) if planned else len(scope.ids), 'picture')}",
            icon=":material/output:",
            type="primary",
            key="export-now",
            disabled=planned is None or not scope.ids,
        )
        if planned is not None and planned.options.replace:
            st.text(f"It replaces the export in {planned.target.name}.")
    if pressed and planned is not None:
        items = export.snapshot([picture.item for picture in planned.pictures])
        params = export.params(planned, query=scope.query)
        submit(state.library(), "export", dataset_id=dataset.id, params=params, items=items)
        worker.start(state.library(), "disk")
        st.rerun()


def result(db: Database, dataset: Dataset, planned: ExportPlan | None) -> None:
    """The latest export of the dataset: where it is, and how a trainer gets it; its failure, where just that is planned."""
    latest = runs.latest(db, dataset_id=dataset.id, kinds=("export",))
    if latest is None or latest.state not in CLOSED:
        return
    if latest.state == "failed":
        if planned is not None and _is_same(latest, planned):
            st.error(plain(latest.message), icon=":material/error:")
        return
    path = Path(str(latest.result.get("path", "")))
    if latest.state == "cancelled" or not (path / MANIFEST).is_file():
        return
    with st.container(border=True, key="export-result"):
        st.text(_words(latest))
        st.code(str(path), language=None, wrap_lines=True)
        if (path / SETTINGS).is_file():
            st.text("For kohya's training script:")
            line = training_line(path / SETTINGS, longest=int(latest.result.get("longest", 0)))
            st.code(line, language=None, wrap_lines=True)
            if said := cut_words(latest.result.get("longer", {})):
                st.caption(said)
        if path.parent == state.library().exports:
            st.link_button("Download as ZIP", f"/api/exports/{quote(path.name)}.zip", icon=":material/download:")
            if (path / SETTINGS).is_file():
                st.caption("On another machine, set image_dir in dataset.toml to where you unpack it.")
    outcome.failures(db, latest)


def _is_same(job: Job, planned: ExportPlan) -> bool:
    """Whether it was for that trainer, into that folder."""
    return (job.params["form"], job.params["target"]) == (planned.exporter, str(planned.target))


def _words(job: Job) -> str:
    found = job.result
    when = since(job.finished_at) if job.finished_at else ""
    if found.get("up_to_date"):
        return f"Up to date {when}: {counted(found['pictures'], 'picture')}; nothing had to be written."
    return f"Exported {when}: {counted(found['pictures'], 'picture')}, {counted(found['captions'], 'caption')}."
