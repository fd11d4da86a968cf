"""Where an export goes: a folder among the library's exports, and no other place."""

from __future__ import annotations

import re
from pathlib import Path

import streamlit as st

from dscore.catalog.datasets import Dataset
from dscore.errors import WrongUseError
from dscore.exporters.target import check_name
from pages.components import state


def choose(dataset: Dataset, form: str) -> tuple[str, bool]:
    """The folder's name, and whether an older export in it may go. Raises WrongUseError for one that leads elsewhere."""
    key = f"export-folder-{dataset.id}-{form}"
    st.session_state.setdefault(key, f"{_clean(dataset.name)}-{form}")
    name = st.text_input(
        "Folder",
        key=key,
        help=f"It is made in {state.library().exports}.",
        persist_state="session",
    ).strip()
    if not (checked(name)).exists():
        return name, False
    return name, st.toggle("Replace the older export in this folder", key="export-replace", value=True)


def checked(name: str) -> Path:
    """The folder of that name among the exports; raises WrongUseError unless it is just a name, ExportError for a bad one."""
    exports = state.library().exports
    folder = exports / name
    if not name or name in {".", ".."} or re.search(r'[/\\:*?"<>|\x00-\x1f]', name) or folder.parent != exports:
        raise WrongUseError(
            f"“{name}” is no name for a folder. Take letters, digits, blanks, - and _. "
            f"The folder is made in {exports}; the command `export` writes anywhere else."
        )
    check_name(folder)
    return folder


def _clean(name: str) -> str:
    return re.sub(r"[^\w -]", "_", name).strip("_ ")[:60] or "dataset"
