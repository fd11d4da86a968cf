"""Which edit, and its fields."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dscore.catalog import datasets, tags
from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.models import TriggerPosition
from dscore.pipeline.operations import Operation
from pages.components.scope import ALL, Scope

LABELS = {
    "trigger": "Trigger word",
    "add": "Add tags",
    "remove": "Remove tags",
    "replace": "Replace",
    "sort": "Sort",
    "dedupe": "Remove doubles",
    "standardise": "Standardise",
    "trash": "Trash",
    "restore": "Restore",
}
HINTS = {
    "dedupe": "Of several spellings of one tag (long_hair, Long hair) the first stays.",
    "standardise": "Tags are written one way: blanks for underscores, one between two words. Capitals and emoticons stay.",
    "trash": "The pictures leave the dataset, and can be taken out of the trash at any time.",
    "restore": "Pictures come back from the trash, with their captions.",
}
OFFERED = 1000
"""Tags to complete from; any other can be typed."""


def draw(db: Database, dataset: Dataset, scope: Scope) -> Operation | None:
    """Draw the choice; None while something is still to be filled in."""
    kind = st.pills(
        "What to do",
        list(LABELS),
        format_func=LABELS.__getitem__,
        default="trigger",
        required=True,
        key="edit-kind",
        wrap=True,
        persist_state="session",
    )
    fields = _FIELDS.get(kind or "", _plain)
    return fields(db, dataset, scope, kind or "")


def _two() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Side by side, or one below the other where both would be cut."""
    grid = st.grid(2, min_column_width=240)
    return grid.cell(), grid.cell()


def _trigger(db: Database, dataset: Dataset, scope: Scope, kind: str) -> Operation | None:
    st.session_state.setdefault("edit-trigger", dataset.trigger)
    left, right = _two()
    word = left.text_input(
        "Trigger word",
        key="edit-trigger",
        placeholder="a word that no model knows",
        help="It stands once in every caption. Leave it empty to take it away.",
        persist_state="session",
    )
    if not word.strip() and not datasets.has_trigger(db, dataset):
        return None  # nothing to take away
    if scope.kind != ALL:
        right.caption("These pictures get the word as their own; where it stands is a setting of the whole dataset.")
        return Operation(kind, word)
    position = right.segmented_control(
        "Where it stands",
        [one.value for one in TriggerPosition],
        format_func=str.capitalize,
        default=dataset.style.trigger_position.value,
        required=True,
        key="edit-trigger-position",
    )
    return Operation(kind, word, position=position or "")


def _named(db: Database, dataset: Dataset, kind: str, label: str, help_: str) -> str:
    """Tags to choose from those that the dataset has, or to type."""
    known = [tag.name for tag in tags.counts(db, dataset.id, limit=OFFERED)]
    key = f"edit-{kind}-tags"
    typed = [name for name in st.session_state.get(key, []) if name not in known]
    chosen = st.multiselect(
        label,
        known + typed,
        key=key,
        accept_new_options=True,
        select_all=False,
        placeholder="Type a tag",
        help=help_,
        persist_state="session",
    )
    return ", ".join(chosen)


def _add(db: Database, dataset: Dataset, _scope: Scope, kind: str) -> Operation | None:
    left, right = _two()
    with left:
        text = _named(db, dataset, kind, "Tags to add", "A tag that a picture has already stays where it is.")
    position = right.segmented_control(
        "Where",
        ["start", "end"],
        format_func={"start": "Before the others", "end": "Behind the others"}.__getitem__,
        default="end",
        required=True,
        key="edit-add-position",
        persist_state="session",
    )
    return Operation(kind, text, position=position or "end") if text else None


def _remove(db: Database, dataset: Dataset, _scope: Scope, kind: str) -> Operation | None:
    help_ = "Whole tags; a star stands for any text, as in *hair. No tagger brings back what you remove."
    text = _named(db, dataset, kind, "Tags to remove", help_)
    return Operation(kind, text) if text else None


def _replace(_db: Database, _dataset: Dataset, _scope: Scope, kind: str) -> Operation | None:
    where = st.segmented_control(
        "In",
        ["tags", "prose"],
        format_func={"tags": "Tags", "prose": "Sentences"}.__getitem__,
        default="tags",
        required=True,
        key="edit-where",
        persist_state="session",
    )
    left, right = st.columns(2)
    old = left.text_input("Replace", key="edit-old", persist_state="session")
    new = right.text_input("By", key="edit-new", help="Leave it empty to remove.", persist_state="session")
    regex = st.toggle("Regular expression", key="edit-regex", help="\\1 in the new text is the first group.")
    return Operation(kind, old, new, where=where or "tags", regex=regex) if old else None


def _sort(_db: Database, _dataset: Dataset, _scope: Scope, kind: str) -> Operation:
    by = st.segmented_control(
        "Order",
        ["name", "frequency", "score"],
        format_func={"name": "By name", "frequency": "Most used first", "score": "Surest first"}.__getitem__,
        default="name",
        required=True,
        key="edit-by",
        persist_state="session",
    )
    return Operation(kind, by=by or "name")


def _plain(_db: Database, _dataset: Dataset, _scope: Scope, kind: str) -> Operation:
    st.caption(HINTS[kind])
    return Operation(kind)


_FIELDS: dict[str, Callable[[Database, Dataset, Scope, str], Operation | None]] = {
    "trigger": _trigger,
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "sort": _sort,
}
