"""The one place where an error of ours becomes a sentence on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from dscore.errors import DscoreError, NoPicturesError
from pages.components.words import plain

A_LINE = 54
"""Characters of a reason that fit beside the file's name in a narrow window."""

LINES = 76
"""Pixels of a table's row for longer ones; Streamlit breaks texts in rows of twice the usual height, and in no lower ones."""


@contextmanager
def spoken() -> Iterator[None]:
    """Show what the block raises; around a page, and as a decorator around callbacks and fragments, which run without one."""
    try:
        yield
    except DscoreError as error:
        show(error)


def show(error: DscoreError) -> None:
    """The sentence, and the files that it speaks of."""
    st.error(plain(str(error)), icon=":material/error:")
    if isinstance(error, NoPicturesError) and error.skipped:
        listed("Skipped files", error.skipped)


def listed(title: str, files: Sequence[tuple[str, str]], *, expanded: bool = False, icon: str | None = None) -> None:
    """Files with a sentence each, folded away; a table, which shows names as they are and can be copied."""
    longest = max((len(reason) for _, reason in files), default=0)
    with st.expander(f"{title} · {len(files):,}", expanded=expanded, icon=icon):
        st.dataframe(
            {"File": [name for name, _ in files], "Reason": [reason for _, reason in files]},
            hide_index=True,
            row_height=LINES if longest > A_LINE else None,
            column_config={
                "File": st.column_config.Column(width=130),
                "Reason": st.column_config.Column(width=340),
            },
        )
