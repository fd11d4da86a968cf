"""What an export will hold, byte for byte, before a file is written."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dscore.catalog import changes
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.exporters.base import ExportPlan, PlannedPicture
from dscore.exporters.manifest import MANIFEST
from dscore.pipeline import export
from pages.components import export_target, state
from pages.components.export_form import Wanted
from pages.components.scope import Scope
from pages.components.words import counted, plain

PLAN = "export-plan"
SHOWN = 3


def plan(db: Database, dataset: Dataset, wanted: Wanted, scope: Scope) -> ExportPlan:
    """The plan, made anew when anything that it depends on has changed; whether an older export may go is no part of it."""
    options = replace(wanted.options, replace=False)
    target = export_target.checked(wanted.folder)
    depends = (wanted.form, options, wanted.template, wanted.rejected, target, dataset, scope.query, scope.ids)
    key = (depends, changes.moment(db, dataset.id))
    made: tuple[object, ExportPlan] | None = st.session_state.get(PLAN)
    if made is None or made[0] != key:
        planned = export.plan(
            state.library(),
            dataset,
            target,
            form=wanted.form,
            options=options,
            query=scope.query,
            only=scope.only,
            template=wanted.template,
            rejected=wanted.rejected,
        )
        st.session_state[PLAN] = made = (key, planned)
    return replace(made[1], options=replace(made[1].options, replace=wanted.options.replace))


def draw(planned: ExportPlan) -> None:
    """The first files as they will be, and what a trainer may take amiss."""
    files = [*planned.paths(), MANIFEST]
    st.subheader("What it will hold", anchor=False)
    st.caption(
        f"{counted(len(files), 'file')}, with dscore's own list of them, {MANIFEST}; the first "
        f"{min(SHOWN, len(planned.pictures))} pictures, as they will be:"
    )
    for picture in planned.pictures[:SHOWN]:
        _picture(picture)
    for text in planned.texts:
        st.text(text.path)
        st.code(text.content.decode(), language=None, wrap_lines=True)
    for warning in planned.warnings:
        st.warning(plain(warning), icon=":material/warning:")


def _picture(picture: PlannedPicture) -> None:
    with st.container(border=True):
        thumbnail, words = st.columns([1, 6])
        with thumbnail:
            st.html(
                f'<img src="/api/thumb/{picture.item.sha256}.webp" alt="" style="width:100%;max-height:84px;object-fit:contain">'
            )
        with words:
            st.text(f"{picture.path}{f', made {picture.convert}' if picture.convert else ''}")
            if picture.caption_path:
                st.text(f"{picture.caption_path} · {counted(len(picture.caption), 'byte')}")
                st.code(picture.caption.decode(), language=None, wrap_lines=True)
            else:
                st.text("No caption file: the picture has no caption.")
