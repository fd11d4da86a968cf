"""Let a model describe pictures in sentences: which one, how, a look at a few; then the job, and what came of it."""

from __future__ import annotations

import streamlit as st

from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from pages.components import caption_job, caption_samples, captioner_form, frame, scope, taken_back

st.title("Caption", anchor=False)
st.caption(
    "Choose a model, read what it says of four pictures, and let it describe all. Sentences stand beside the tags."
)


def _draw(db: Database, dataset: Dataset) -> None:
    taken_back.say()
    chosen = scope.choose_scope(db, dataset, key="caption-scope")
    action = st.container()
    grid = st.grid(2, min_column_width=380, gap="large")
    left, right = grid.cell(), grid.cell()
    with left:
        request = captioner_form.draw(db)
    with action:
        caption_job.draw(db, dataset, request, chosen)
    if request is not None:
        with right:
            caption_samples.draw(db, dataset, request, chosen.ids)


frame.draw("There are no pictures to caption yet.", _draw)
