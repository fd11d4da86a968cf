"""What is asked of a tagger: the model, from which score a tag is taken, and what becomes of tags that are there."""

from __future__ import annotations

import streamlit as st

from dscore.catalog import runs
from dscore.catalog.connection import Database
from dscore.errors import DscoreError
from dscore.models import Mode
from dscore.pipeline import sampling
from dscore.pipeline.tagging import Request
from dscore.taggers.base import TaggerSpec
from dscore.taggers.files import is_here
from dscore.taggers.preparation import SPEEDS, Speed
from dscore.taggers.registry import TAGGERS, find_tagger
from dscore.taggers.scores import FLOOR
from dscore.text.paths import typed
from dscore.text.tags import split_tags
from pages.components import model_cards, trouble

FIRST_CHOICE = "wd14-vit-v3"

MODES = {
    Mode.MERGE: ("Merge", "Tags of earlier taggers are replaced. Tags that you, an import or a site gave stay."),
    Mode.APPEND: ("Append", "All tags that are there stay; new ones come behind them."),
    Mode.SKIP: ("Skip", "Pictures that have tags are left alone."),
    Mode.OVERWRITE: ("Overwrite", "All tags that are there are replaced, those that you wrote too."),
}
"""The usual one first; each with what it does to tags that are there. Tags that you removed by hand stay out in every mode."""


def model(db: Database) -> TaggerSpec | None:
    """The chosen tagger; None while the folder that was named is none."""
    here = {spec.name: is_here(spec) for spec in TAGGERS}
    last = next((run.params["tagger"] for run in runs.finished(db, kinds=sampling.KINDS, limit=1)), "")
    first = next((spec.name for spec in TAGGERS if here[spec.name]), FIRST_CHOICE)
    known = last if last in here else model_cards.OWN if last else first
    above = st.container()
    name = model_cards.choose(TAGGERS, here=here, rates=sampling.rates(db), chosen=known, key="tagger")
    if name != model_cards.OWN:
        return find_tagger(name)
    st.session_state.setdefault("tagger-folder", "" if last in here else last)
    folder = above.text_input(
        "Folder",
        key="tagger-folder",
        placeholder="A folder on this machine, with model.onnx and its list of tags",
        persist_state="session",
    )
    return _own(folder)


def _own(folder: str) -> TaggerSpec | None:
    if not folder.strip():
        return None
    try:
        return find_tagger(typed(folder.strip()).absolute())
    except DscoreError as error:
        trouble.show(error)
        return None


def settings(spec: TaggerSpec) -> Request:
    """Draw what can be set, and give the request."""
    general, character = _thresholds(spec)
    blacklist = st.text_input(
        "Never take these tags",
        key="tag-blacklist",
        placeholder="solo, *background",
        help="Parted by commas; a star stands for any text.",
        persist_state="session",
    )
    mode = _mode()
    device, underscores, preparation = _advanced()
    return Request(
        str(spec.folder or spec.name),
        general=general,
        character=character,
        blacklist=split_tags(blacklist),
        mode=mode,
        device=device,
        underscores=underscores,
        preparation=preparation,
    )


def _thresholds(spec: TaggerSpec) -> tuple[float | None, float | None]:
    """As they are set; None where the tagger's own stands, which may be finer than a slider."""
    sides = st.columns(2)
    found: list[float | None] = []
    for side, word, own, help_ in (
        (sides[0], "general", spec.thresholds.general, "A higher one gives fewer tags, and surer ones."),
        (sides[1], "character", spec.thresholds.character, "The same for names of characters."),
    ):
        key = f"tag-{word}-{spec.name}"
        st.session_state.setdefault(key, round(own, 2))
        value = side.slider(
            "Take tags from a score of" if word == "general" else "Take characters from",
            min_value=FLOOR,
            max_value=1.0,
            step=0.01,
            key=key,
            help=help_,
            persist_state="session",
        )
        found.append(None if value == round(own, 2) else value)
    return found[0], found[1]


def _mode() -> Mode:
    mode = st.segmented_control(
        "Tags that are there",
        list(MODES),
        format_func=lambda mode: MODES[mode][0],
        default=Mode.MERGE,
        required=True,
        key="tag-mode",
        persist_state="session",
    )
    chosen = Mode(mode or Mode.MERGE)
    st.caption(f"{MODES[chosen][1]} Tags that you removed by hand stay out.")
    return chosen


def _advanced() -> tuple[str, str, Speed]:
    with st.expander("Advanced"):
        device = st.segmented_control(
            "Works on",
            ["auto", "cpu"],
            format_func={"auto": "Every GPU that runs", "cpu": "The processor"}.__getitem__,
            default="auto",
            required=True,
            key="tag-device",
            persist_state="session",
        )
        underscores = st.segmented_control(
            "Tags of several words",
            ["space", "keep"],
            format_func={"space": "long hair", "keep": "long_hair"}.__getitem__,
            default="space",
            required=True,
            key="tag-underscores",
            persist_state="session",
        )
        preparation = st.segmented_control(
            "Pictures are made ready",
            SPEEDS,
            format_func={"exact": "Exactly", "fast": "Quickly"}.__getitem__,
            default="exact",
            required=True,
            key="tag-preparation",
            help="Exactly: pixel for pixel as the model's author does it. Quickly: nearly twice as fast, and no "
            "colour is off by more than 4 of 255; for a GPU that waits for the processor.",
            persist_state="session",
        )
    return device or "auto", underscores or "space", preparation
