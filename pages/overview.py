"""The datasets, and what to do next."""

import streamlit as st

from dscore.catalog import changes, datasets
from dscore.catalog.changes import Draft
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import Counts, Dataset
from dscore.text.tokens import LONG
from pages.components import checked, dataset_cards, dataset_menu, findings, ladder, state, tallies, trash_can
from pages.components.dataset_cards import Card
from pages.components.places import IMPORT, go, link
from pages.components.trouble import spoken
from pages.components.upload import drop_zone
from pages.components.words import counted, since

KINDS = ("character", "style", "concept")


def card(db: Database, dataset: Dataset, counts: Counts) -> Card:
    """What is to be seen of a dataset from afar."""
    last = changes.listed(db, dataset.id, limit=1)
    tagged = f"{100 * counts.tagged // counts.items} % tagged" if counts.items else "empty"
    kind = f"{dataset.lora_type.capitalize()} · " if dataset.lora_type else ""
    score = _score(db, dataset, counts)
    facts = (
        f"{kind}{counted(counts.items, 'picture')} · {tagged}",
        f"{score}Changed {since(last[0].at if last else dataset.created_at)}",
    )
    return Card(dataset.name, tuple(datasets.faces(db, dataset.id)), facts)


def _score(db: Database, dataset: Dataset, counts: Counts) -> str:
    """How ready it is, where the kind of LoRA is known and it is quickly found out; the Check page says it of any."""
    if dataset.lora_type is None or not 0 < counts.items <= checked.QUICKLY:
        return ""
    asked = findings.ask(db, state.library(), dataset.id, "")
    return f"{checked.ready(db, asked, dataset.lora_type, base='sdxl', limit=LONG).score} % ready · "


def choose_kind(dataset: Dataset) -> None:
    """What the LoRA is of; the card says it, and advice depends on it."""
    key = f"kind_{dataset.id}"
    st.session_state[key] = dataset.lora_type
    st.segmented_control(
        "The LoRA is of a", KINDS, key=key, format_func=str.capitalize, on_change=set_kind, args=(dataset.id, key)
    )


@spoken()
def set_kind(dataset_id: int, key: str) -> None:
    """Note it as a change, which can be undone."""
    kind = st.session_state[key]
    draft = Draft(dataset_id, "kind", f"the LoRA is of a {kind}" if kind else "no kind of LoRA", {"lora_type": kind})
    with open_catalog(state.library()) as db:
        changes.set_columns(db, draft)


def first_visit() -> None:
    """What somebody sees who has no dataset yet."""
    st.markdown(
        "Drop your pictures here: dscore tags and captions them, and writes the folder that your LoRA trainer reads."
    )
    drop_zone(key="first_upload", on_session=lambda session: st.session_state.update(arrived=session), large=True)
    link(IMPORT, "or a folder on this machine", icon=":material/folder_open:", source="folder")


st.title("Overview")
if session := st.session_state.pop("arrived", None):
    go(IMPORT, upload=session)

chosen = state.dataset()
if chosen is None:
    first_visit()
else:
    with open_catalog(state.library()) as db:
        known = [(dataset, tallies.counts(db, state.library(), dataset.id)) for dataset in datasets.listed(db)]
        cards = [card(db, dataset, counts) for dataset, counts in known]
        rungs = next(ladder.steps(db, dataset, counts) for dataset, counts in known if dataset.id == chosen.id)
    st.caption("Your datasets, and what to do next.")
    dataset_cards.draw(cards, chosen=chosen.name, on_choose=state.choose_dataset)
    dataset_menu.outcome()
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        choose_kind(chosen)
        dataset_menu.draw(chosen, [dataset for dataset, _ in known])
    ladder.draw(rungs)
trash_can.draw()

st.caption("Everything lies in this folder:")
st.text(str(state.library().home))
