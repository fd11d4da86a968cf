"""What an edit would do, before it is done; then the edit of just what was shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import streamlit as st

from dscore import worker
from dscore.catalog import changes, images
from dscore.catalog.changes import CHUNK
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import Dataset
from dscore.pipeline import curate
from dscore.pipeline.curate import Preview
from dscore.pipeline.operations import Operation
from pages.components import differences, places, progress, state, taken_back
from pages.components.scope import Scope
from pages.components.trouble import spoken
from pages.components.words import counted, plain

SHOWN = "edit-preview"
DONE = "edit-done"
JOBS = ("edit", "repair", "revert", "version", "freeze")


@dataclass(frozen=True, slots=True)
class Target:
    """What a preview was made for, and what Apply does."""

    dataset: Dataset
    operation: Operation
    query: str
    only: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Done:
    """What the last Apply did: its words, its change, and the pictures that somebody changed meanwhile."""

    dataset_id: int
    words: str
    change_id: int | None
    stale: tuple[str, ...]
    query: str


def is_busy(db: Database, dataset: Dataset) -> bool:
    """Draw the large edit, repair or undo that is under way; while one is, no other begins."""
    return progress.is_busy(db, dataset, JOBS)


def draw(db: Database, dataset: Dataset, operation: Operation, scope: Scope) -> None:
    """The preview and Apply; an edit that makes no sense says why instead."""
    is_restore = operation.kind == "restore"
    target = Target(dataset, operation, "" if is_restore else scope.query, None if is_restore else scope.only)
    preview = _preview(db, target)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Apply to {counted(preview.changed, 'picture')}" if preview.changed else "Apply",
            icon=":material/check:",
            type="primary",
            key="apply",
            disabled=not preview.changed,
            on_click=_apply,
            args=(target, preview),
        )
        st.text(_words(preview, is_restore=is_restore))
    if not preview.examples or not preview.changed:
        return
    pictures = images.details(db, [one.item_id for one in preview.examples])
    pairs = [
        differences.Pair(one.name, pictures[one.item_id].sha256, one.before, one.after) for one in preview.examples
    ]
    differences.draw(pairs, key="differences")
    if preview.changed > len(pairs):
        st.caption(f"The first {len(pairs)} of {preview.changed:,}.")


def _preview(db: Database, target: Target) -> Preview:
    """Made anew when anything that it depends on has changed."""
    key = (target, changes.moment(db, target.dataset.id))
    shown: tuple[object, Preview] | None = st.session_state.get(SHOWN)
    if shown is None or shown[0] != key:
        made = curate.preview(db, target.dataset, target.operation, query=target.query, only=target.only)
        st.session_state[SHOWN] = shown = (key, made)
    return shown[1]


def _words(preview: Preview, *, is_restore: bool) -> str:
    if is_restore:
        return f"{counted(preview.scope, 'picture')} in the trash."
    if not preview.changed:
        return f"Nothing would change: {counted(preview.scope, 'picture')} looked at."
    if preview.dataset_changes:
        return "It is a setting of the dataset, so it counts for all pictures."
    same = preview.scope - preview.changed
    return f"{same:,} of {counted(preview.scope, 'picture')} stay as they are." if same else "Each of them changes."


@spoken()
def _apply(target: Target, preview: Preview) -> None:
    """Do just what was shown."""
    library = state.library()
    query, only, revs = target.query, target.only, preview.revs
    if len(revs) > CHUNK:
        curate.submit(library, target.dataset, target.operation, query=query, only=only, revs=revs)
        worker.start(library, "disk")
        return
    done = curate.apply(library, target.dataset, target.operation, query=query, only=only, revs=revs)
    words = f"{counted(done.changed, 'picture')} changed."
    st.session_state[DONE] = Done(target.dataset.id, words, done.change_id, _named(done.stale), target.query)


def _named(items: Collection[int]) -> tuple[str, ...]:
    with open_catalog(state.library()) as db:
        return images.names(db, items)


def outcome(db: Database, dataset: Dataset) -> None:
    """What the last Apply of this session did, with Undo; it stands until the next."""
    done: Done | None = st.session_state.get(DONE)
    if done is None or done.dataset_id != dataset.id:
        return
    if done.change_id is not None and changes.get(db, done.change_id, dataset_id=dataset.id).state == "undone":
        del st.session_state[DONE]
        return
    with st.container(horizontal=True, vertical_alignment="center", key="edit-outcome"):
        st.success(plain(done.words), icon=":material/check:", width=340)
        taken_back.button(db, dataset, done.change_id, key="undo-edit")
        places.link(places.EXPLORE, "See them", query=done.query)
    if done.stale:
        names = ", ".join(done.stale[:10]) + (" …" if len(done.stale) > 10 else "")
        st.warning(
            plain(f"{counted(len(done.stale), 'picture')} left alone, since somebody changed them meanwhile: {names}."),
            icon=":material/warning:",
        )
