"""Let a model tag pictures: which one, from which scores; then the job, and what came of it."""

from __future__ import annotations

import streamlit as st

from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from pages.components import frame, samples, scope, tag_job, tagger_form, taken_back

st.title("Tag", anchor=False)
st.caption("Choose a model, look at what it would do to six pictures, and let it tag.")


def _draw(db: Database, dataset: Dataset) -> None:
    taken_back.say()
    chosen = scope.choose_scope(db, dataset, key="tag-scope")
    action = st.container()
    grid = st.grid(2, min_column_width=380, gap="large")
    left, right = grid.cell(), grid.cell()
    with left:
        spec = tagger_form.model(db)
        request = None if spec is None else tagger_form.settings(spec)
    with action:
        tag_job.draw(db, dataset, request, spec, chosen)
    if spec is not None and request is not None:
        with right:
            samples.draw(db, dataset, request, spec, chosen.ids)


frame.draw("There are no pictures to tag yet.", _draw)
