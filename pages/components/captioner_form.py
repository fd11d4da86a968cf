"""What is asked of a captioner: the model, how it puts things into words, and what becomes of sentences that are there."""

from __future__ import annotations

import streamlit as st

from dscore.captioners.base import CaptionerSpec
from dscore.captioners.files import is_here
from dscore.captioners.registry import CAPTIONERS, find_captioner
from dscore.catalog import runs
from dscore.catalog.connection import Database
from dscore.errors import DscoreError
from dscore.models import Mode
from dscore.pipeline import caption_sampling
from dscore.pipeline.voices import Request
from dscore.text.paths import typed
from pages.components import endpoint_form, model_cards, trouble, wording_form
from pages.components.model_cards import OWN, Card, Fact
from pages.components.words import pace

ENDPOINT = "endpoint"
"""The card for a model behind an address."""

FIRST_CHOICE = "blip-large"

MODES = {
    Mode.MERGE: ("Merge", "Sentences of earlier captioners are replaced. Those that you or an import wrote stay."),
    Mode.APPEND: ("Append", "What is there stays; the new sentence comes behind it."),
    Mode.SKIP: ("Skip", "Pictures that have sentences are left alone."),
    Mode.OVERWRITE: ("Overwrite", "All sentences that are there are replaced, those that you wrote too."),
}
"""The usual one first; each with what it does to sentences that are there."""


def draw(db: Database) -> Request | None:
    """Draw the cards and what can be set; None while it is not known whom to ask."""
    name = _choose(db)
    if name == ENDPOINT:
        asked = endpoint_form.draw()
        mode, again = _mode(), _again()
        return None if asked is None else Request(asked.model, asking=asked.asking, mode=mode, again=again)
    spec = _own() if name == OWN else find_captioner(name)
    wording = wording_form.draw()
    mode = _mode()
    device, again = _advanced()
    if spec is None or wording is None:
        return None
    return Request(str(spec.folder or spec.name), wording=wording, mode=mode, device=device, again=again)


def _choose(db: Database) -> str:
    """The chosen card; at first the one that was used last, else one that is here."""
    here = {spec.name: is_here(spec) for spec in CAPTIONERS}
    rates = caption_sampling.rates(db)
    last = next(iter(runs.finished(db, kinds=caption_sampling.KINDS, limit=1)), None)
    known = next((spec.name for spec in CAPTIONERS if here[spec.name]), FIRST_CHOICE)
    if last is not None:
        model, asking = str(last.params["model"]), last.params.get("asking")
        known = ENDPOINT if asking else model if model in here else OWN
        if asking:
            endpoint_form.remember(model, asking["url"], asking["prompt"])
        elif known == OWN:
            st.session_state.setdefault("captioner-folder", model)
    cards = [_card(spec, here=here[spec.name], rate=rates.get(spec.name)) for spec in CAPTIONERS]
    endpoint = Card(
        ENDPOINT,
        "Ollama, LM Studio, vLLM",
        "A chat model that sees pictures, follows what you ask, and may be told the tags. Or a site that speaks OpenAI's chat.",
        (Fact("Runs by itself"), Fact("No download here")),
    )
    own = Card(OWN, "A folder of your own", "A BLIP model that you have, or have trained.", (Fact("No download"),))
    return model_cards.pick([*cards, endpoint, own], label="Captioner", chosen=known, key="captioner")


def _card(spec: CaptionerSpec, *, here: bool, rate: float | None) -> Card:
    facts = model_cards.size_facts(spec.size, here=here)
    if rate is not None:
        facts.append(Fact(f"{pace(rate)} here"))
    version = spec.revision.replace("refs/pr/", "of pull request ") if "/" in spec.revision else spec.revision[:10]
    pinned = f"Version {version} · {spec.licence}"
    return Card(spec.name, spec.name, spec.good_for, tuple(facts), pinned)


def _own() -> CaptionerSpec | None:
    folder = st.text_input(
        "Folder",
        key="captioner-folder",
        placeholder="A folder on this machine, with model.safetensors and config.json",
        persist_state="session",
    )
    if not folder.strip():
        return None
    try:
        return find_captioner(typed(folder.strip()).absolute())
    except DscoreError as error:
        trouble.show(error)
        return None


def _mode() -> Mode:
    mode = st.segmented_control(
        "Sentences that are there",
        list(MODES),
        format_func=lambda mode: MODES[mode][0],
        default=Mode.MERGE,
        required=True,
        key="caption-mode",
        persist_state="session",
    )
    chosen = Mode(mode or Mode.MERGE)
    st.caption(MODES[chosen][1])
    return chosen


def _advanced() -> tuple[str, bool]:
    with st.expander("Advanced"):
        device = st.segmented_control(
            "Works on",
            ["auto", "cpu"],
            format_func={"auto": "The graphics card, if it runs", "cpu": "The processor"}.__getitem__,
            default="auto",
            required=True,
            key="caption-device",
            persist_state="session",
        )
        return device or "auto", _again()


def _again() -> bool:
    return st.toggle(
        "Ask anew",
        key="caption-again",
        help="What a model has said of a picture is kept, and not asked again. With this on it is.",
    )
