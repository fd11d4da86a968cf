"""Let a model tag pictures: which one, from which scores; then the job, and what came of it."""

from __future__ import annotations

import streamlit as st

from dscore.catalog.connection import open_catalog
from pages.components import samples, scope, state, tag_job, tagger_form, taken_back
from pages.components.trouble import spoken

st.title("Tag", anchor=False)
st.caption("Choose a model, look at what it would do to six pictures, and let it tag.")

dataset = state.dataset()
with spoken(), open_catalog(state.library()) as db:
    if dataset is None or scope.is_empty(db, dataset):
        scope.no_pictures("There are no pictures to tag yet.")
    else:
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
