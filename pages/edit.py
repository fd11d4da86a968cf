"""Change many captions at once: what would change is seen first, and all of it can be taken back."""

from __future__ import annotations

import streamlit as st

from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from pages.components import (
    beside,
    edit_form,
    edit_preview,
    frame,
    history,
    naming_form,
    recipes,
    scope,
    taken_back,
    versions,
)
from pages.components.trouble import spoken

st.title("Edit", anchor=False)
st.caption("Choose what to do and with which pictures; see it before it is done; undo it at any time.")


def _draw(db: Database, dataset: Dataset) -> None:
    main, side = beside.parts()
    with side:
        history.draw(db, dataset)
        versions.draw(db, dataset)
    with main:
        taken_back.say()
        versions.outcome()
        recipes.outcome(db, dataset)
        edit_preview.outcome(db, dataset)
        with spoken():
            chosen = scope.choose_scope(db, dataset, key="edit-scope")
            operation = edit_form.draw(db, dataset, chosen)
            if not edit_preview.is_busy(db, dataset) and operation is not None:
                edit_preview.draw(db, dataset, operation, chosen)
            recipes.draw(db, dataset, operation, chosen)
            naming_form.draw(db, dataset, chosen)


frame.draw("There are no captions to edit yet.", _draw)
