"""Six pictures with the tags that the settings give them: at once where scores are stored, else after a try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import streamlit as st

from dscore import worker
from dscore.catalog import predictions, runs
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.catalog.job_lists import CLOSED
from dscore.pipeline import sampling
from dscore.pipeline.tagging import Request
from dscore.taggers.base import TaggerSpec
from dscore.taggers.files import is_here
from dscore.text.sizes import readable_size
from pages.components import progress, state
from pages.components.assets import joined
from pages.components.words import plain

_SAMPLES = st.components.v2.component("samples", js=joined("elements.js", "samples.js"), css=joined("samples.css"))


def draw(db: Database, dataset: Dataset, request: Request, spec: TaggerSpec, ids: Sequence[int]) -> None:
    """Draw them; a try of this tagger that still runs is followed."""
    st.subheader("On six pictures", anchor=False)
    running = runs.latest(db, dataset_id=dataset.id, kinds=("sample",))
    if running is not None and running.state not in CLOSED:
        progress.watch(running.id)
        return
    known = sampling.known(db, spec)
    scored = predictions.scored(db, known.model.id, known.preparation, ids) if known else []
    if known is None or not scored:
        if running is not None and running.state == "failed" and sampling.is_same(running.params, request.params()):
            st.error(plain(running.message), icon=":material/error:")
        _offer(dataset, request, spec, ids)
        return
    _show(sampling.look(db, request, known, sampling.chosen(ids, scored=scored)))


def _offer(dataset: Dataset, request: Request, spec: TaggerSpec, ids: Sequence[int]) -> None:
    with st.container(border=True):
        st.text("This model has not looked at these pictures yet. A try shows what it finds, and changes no caption.")
        if not is_here(spec):
            st.caption(f"The model is downloaded first: {readable_size(spec.size)}.")
        if st.button("Try on six pictures", icon=":material/science:", key="try-sample", disabled=not ids):
            sampling.submit(state.library(), dataset, request, sampling.chosen(ids))
            worker.start(state.library(), "device")
            st.rerun()


def _show(samples: Sequence[sampling.Sample]) -> None:
    new = sum(tag.fate == "new" for sample in samples for tag in sample.tags)
    gone = sum(tag.fate == "gone" for sample in samples for tag in sample.tags)
    kept = sum(tag.fate == "kept" for sample in samples for tag in sample.tags)
    parts = [f"{new:,} new", f"{kept:,} stay", f"{gone:,} go"]
    st.caption(f"With these settings, of their tags: {' · '.join(parts)}. Nothing is changed yet.")
    _SAMPLES(key="samples", data={"samples": [asdict(sample) for sample in samples]})
