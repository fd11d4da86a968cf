"""Four pictures with what the captioner says of them: at once where it was asked just that, else after a try."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dscore import worker
from dscore.captioners.files import is_here
from dscore.captioners.registry import find_captioner
from dscore.catalog import runs
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.catalog.job_lists import CLOSED
from dscore.pipeline import caption_sampling
from dscore.pipeline.caption_sampling import Sample
from dscore.pipeline.voices import Request
from dscore.text.sizes import readable_size
from pages.components import outcome, progress, state
from pages.components.assets import joined
from pages.components.words import counted, plain

_SAMPLES = st.components.v2.component(
    "caption_samples", js=joined("elements.js", "caption_samples.js"), css=joined("samples.css", "caption_samples.css")
)


def draw(db: Database, dataset: Dataset, request: Request, ids: Sequence[int]) -> None:
    """Draw them; a try that still runs is followed."""
    st.subheader("On four pictures", anchor=False)
    running = runs.latest(db, dataset_id=dataset.id, kinds=("caption-sample",))
    if running is not None and running.state not in CLOSED:
        progress.watch(running.id)
        return
    samples = caption_sampling.look(db, dataset, request, caption_sampling.chosen(ids))
    if samples:
        _show(samples)
    if len(samples) < len(caption_sampling.chosen(ids)):
        if running is not None and running.params == request.params():
            if running.state == "failed":
                st.error(plain(running.message), icon=":material/error:")
            outcome.failures(db, running)
        _offer(dataset, request, ids)


def _offer(dataset: Dataset, request: Request, ids: Sequence[int]) -> None:
    with st.container(border=True):
        st.text(
            "The model was not asked this about these pictures yet. A try shows what it says, and writes no caption."
        )
        spec = find_captioner(request.model) if request.asking is None else None
        if spec is not None and not is_here(spec):
            st.caption(f"The model is downloaded first: {readable_size(spec.size)}.")
        number = counted(len(caption_sampling.chosen(ids)), "picture")
        if st.button(f"Try on {number}", icon=":material/science:", key="try-caption", disabled=not ids):
            caption_sampling.submit(state.library(), dataset, request, caption_sampling.chosen(ids))
            worker.start(state.library(), "device")
            st.rerun()


def _show(samples: Sequence[Sample]) -> None:
    stay = sum(not sample.is_written for sample in samples)
    kept = f" {counted(stay, 'picture')} would keep what is there." if stay else ""
    st.caption(f"What it says; nothing is written yet.{kept}")
    shown = [
        {
            "name": sample.name,
            "sha256": sample.sha256,
            "said": sample.said,
            "remark": sample.remark,
            "left": "" if sample.left == sample.said else sample.left,
            "isWritten": sample.is_written,
        }
        for sample in samples
    ]
    _SAMPLES(key="caption-samples", data={"samples": shown})
