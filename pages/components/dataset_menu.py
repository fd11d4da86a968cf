"""What can be done with the chosen dataset as a whole: rename, copy, merge, split, delete; and a new one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from dscore import worker
from dscore.catalog import datasets
from dscore.catalog.changes import CHUNK
from dscore.catalog.connection import open_catalog
from dscore.catalog.datasets import MAX_NAME, Dataset
from dscore.pipeline import gathering, shelf
from dscore.pipeline.gathering import Plan
from pages.components import state
from pages.components.trouble import spoken
from pages.components.words import counted, plain

SAID = "dataset-said"
MENU, ACTION = "dataset-menu", "dataset-action"
DELETED = "dataset-deletions"
"""How often something was deleted: the choice begins anew after it. Under its old key the browser would go on with Delete."""
NAME, OTHER, WHERE, UNITE = "dataset-name", "dataset-other", "dataset-where", "dataset-unite"
KEPT, UNITED = "stays as it is there", "gets the tags of both"


@dataclass(frozen=True, slots=True)
class Action:
    """A line of the menu: its hint, where `{name}` is the dataset's; the words on its button; what it asks for."""

    hint: str
    button: str
    asks: tuple[str, ...] = ()


ACTIONS = {
    "Rename": Action("Undo takes the old name back.", "Rename", (NAME,)),
    "Copy": Action("All pictures and captions, and who claims which tag. The trash stays behind.", "Copy", (NAME,)),
    "Merge": Action("All its pictures into another dataset, as one change there.", "Merge", (OTHER, UNITE)),
    "Split": Action("What a filter finds moves into a dataset of its own.", "Split", (WHERE, NAME)),
    "Delete": Action("“{name}” goes to the trash, whole, and can be taken back.", "Put into the trash"),
    "New": Action("An empty dataset.", "Create", (NAME,)),
}


def draw(chosen: Dataset, known: Sequence[Dataset]) -> None:
    """A button that unfolds the menu."""
    with st.popover("Dataset", icon=":material/folder_managed:", key=MENU, on_change="rerun"):
        names = [name for name in ACTIONS if name != "Merge" or len(known) > 1]
        name = st.pills("What to do", names, default="Rename", required=True, key=_action_key()) or "Rename"
        action = ACTIONS[name]
        st.text(action.hint.replace("{name}", chosen.name))
        for asked in action.asks:
            _FIELDS[asked](chosen, known)
        st.button(action.button, type="primary", key="dataset-do", on_click=_do, args=(name, chosen.id))


def _action_key() -> str:
    return f"{ACTION}-{st.session_state.get(DELETED, 0)}"


def _name_field(_chosen: Dataset, _known: Sequence[Dataset]) -> None:
    st.text_input("New name", key=NAME, max_chars=MAX_NAME)


def _other_field(chosen: Dataset, known: Sequence[Dataset]) -> None:
    st.selectbox("Into", [one.name for one in known if one.id != chosen.id], key=OTHER)


def _unite_field(_chosen: Dataset, _known: Sequence[Dataset]) -> None:
    st.segmented_control(
        "The caption of a picture in both", (KEPT, UNITED), default=KEPT, required=True, key=UNITE,
    )  # fmt: skip


def _where_field(_chosen: Dataset, _known: Sequence[Dataset]) -> None:
    st.session_state.setdefault(WHERE, state.query())
    st.text_input("Pictures that this finds", key=WHERE, placeholder="long_hair -solo width>=1024")


_FIELDS: dict[str, Callable[[Dataset, Sequence[Dataset]], None]] = {
    NAME: _name_field,
    OTHER: _other_field,
    WHERE: _where_field,
    UNITE: _unite_field,
}


@spoken()
def _do(name: str, dataset_id: int) -> None:
    with open_catalog(state.library()) as db:
        dataset = datasets.by_id(db, dataset_id)
    st.session_state[SAID] = _DO[name](dataset)
    st.session_state[NAME] = ""


def _rename(dataset: Dataset) -> str:
    renamed = shelf.rename(state.library(), dataset, st.session_state[NAME])
    state.choose_dataset(renamed.name)
    if renamed.name == dataset.name:
        return f"“{dataset.name}” has that name already."
    return f"“{dataset.name}” is called “{renamed.name}” now."


def _copy(dataset: Dataset) -> str:
    return _gather(gathering.plan_copy(state.library(), dataset, st.session_state[NAME]))


def _merge(dataset: Dataset) -> str:
    with open_catalog(state.library()) as db:
        into = datasets.get(db, st.session_state[OTHER])
    unite = st.session_state.get(UNITE) == UNITED
    return _gather(gathering.plan_merge(state.library(), dataset, into, unite=unite))


def _split(dataset: Dataset) -> str:
    query = st.session_state[WHERE]
    return _gather(gathering.plan_split(state.library(), dataset, st.session_state[NAME], query=query))


def _gather(plan: Plan) -> str:
    """At once where it is small; a worker does what is large."""
    if len(plan.ids) > CHUNK:
        gathering.submit(state.library(), plan)
        worker.start(state.library(), "disk")
        return (
            f"{counted(len(plan.ids), 'picture')} are on their way into “{plan.target.name}”; Jobs shows how far it is."
        )
    done = gathering.carry_out(state.library(), plan)
    how = f"{done.united:,} of them have more tags now" if plan.unite else "and keep their captions"
    there = f" {done.there:,} were there already, {how}." if done.there else ""
    if done.back:
        there += f" {done.back:,} of them came out of the trash there, with the captions they had."
    left = f" In “{plan.source.name}” they are in the trash." if done.left_change_id is not None else ""
    return f"{counted(done.came, 'picture')} came into “{plan.target.name}”.{there}{left}"


def _delete(dataset: Dataset) -> str:
    shelf.delete(state.library(), dataset)
    state.leave_dataset()
    # Left open, the menu would be about the next dataset.
    st.session_state.update({MENU: False, DELETED: st.session_state.get(DELETED, 0) + 1})
    return f"“{dataset.name}” is in the trash; take it back below."


def _new(_dataset: Dataset) -> str:
    with open_catalog(state.library()) as db:
        made = datasets.create(db, st.session_state[NAME])
    state.choose_dataset(made.name)
    return f"“{made.name}” is there, and empty."


_DO: dict[str, Callable[[Dataset], str]] = {
    "Rename": _rename,
    "Copy": _copy,
    "Merge": _merge,
    "Split": _split,
    "Delete": _delete,
    "New": _new,
}


def outcome() -> None:
    """What was done; shown once."""
    if sentence := st.session_state.pop(SAID, None):
        st.success(plain(sentence), icon=":material/check:")
