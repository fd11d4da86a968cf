"""Choose tags anew from what the models have said: nothing is run, and what changes is seen before it does."""

from __future__ import annotations

import streamlit as st

from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from pages.components import beside, frame, scope, stored_scores, taken_back, tune_form, tune_outcome, tune_result
from pages.components.trouble import spoken

st.title("Tune", anchor=False)
st.caption(
    "Move a slider and see at once which tags come and go. No model is run: what it said of your pictures is stored."
)


def _draw(db: Database, dataset: Dataset) -> None:
    known = stored_scores.heard(db, dataset)
    if not known:
        tune_form.nothing_stored()
        return
    taken_back.say()
    tune_outcome.draw(db, dataset)
    chosen = scope.choose_scope(db, dataset, key="tune-scope")
    heard = tune_form.models(known)
    tune_form.presets(heard)
    action = st.container()  # on top in a narrow window too, where the settings stand above all that follows
    right, left = beside.parts(narrow_first=True)
    with left:
        asked = tune_form.settings(heard)
    with action:
        is_busy = tune_outcome.is_busy(db, dataset)
    if asked is not None and not is_busy:
        with spoken():
            tune_result.draw(db, dataset, heard, asked, chosen, action=action, body=right)


frame.draw("There are no pictures to tune yet.", _draw)
