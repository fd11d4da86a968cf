"""Recipes on the Edit page: the edit above is put into one; one is seen on this dataset, and run."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dscore.catalog import changes, images, saved
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import MAX_NAME, Dataset
from dscore.catalog.saved import RECIPES
from dscore.pipeline import recipes, reverts
from dscore.pipeline.operations import Operation
from dscore.pipeline.recipes import Preview, Recipe, Step
from pages.components import differences, state, taken_back
from pages.components.scope import FOUND, Scope
from pages.components.trouble import spoken
from pages.components.words import counted, plain

CHOSEN, NAME = "recipe-chosen", "recipe-name"
NEW = "A new one"
SHOWN = "recipe-preview"
DONE = "recipe-done"


@dataclass(frozen=True, slots=True)
class Done:
    """What the last run of this session did."""

    dataset: Dataset
    words: str
    changes: tuple[int, ...]


def draw(db: Database, dataset: Dataset, operation: Operation | None, scope: Scope) -> None:
    """Folded away, below the edits."""
    with st.expander("Recipes", icon=":material/receipt_long:", key="recipes", on_change="rerun"), spoken():
        st.text("Edits kept under a name, to be run on any dataset, one after the other; each can be undone.")
        known = recipes.listed(db)
        names = [one.name for one in known]
        chosen = st.selectbox("Recipe", [NEW, *names], key=CHOSEN, persist_state="session")
        name = st.text_input("Its name", key=NAME, max_chars=MAX_NAME).strip() if chosen == NEW else chosen
        if not name:
            return
        step = None if operation is None else Step(operation, scope.query if scope.kind == FOUND else "")
        label = "Fill in an edit above to add it" if step is None else f"Add “{step.words}”"
        st.button(
            plain(label),
            icon=":material/add:",
            key="recipe-add",
            disabled=step is None,
            on_click=_add,
            args=(name, step),
        )
        recipe = next((one for one in known if one.name == name), None)
        if recipe is not None:
            _draw_recipe(db, dataset, recipe, scope)


def _draw_recipe(db: Database, dataset: Dataset, recipe: Recipe, scope: Scope) -> None:
    preview = _preview(db, dataset, recipe, scope) if recipe.steps else None
    for number, step in enumerate(recipe.steps, 1):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            changed = f" · {counted(preview.changed[number - 1], 'picture')}" if preview else ""
            st.text(f"{number}. {step.words}{changed}")
            help_ = "Take this edit out"
            st.button(
                "", icon=":material/close:", key=f"recipe-drop-{number}", type="tertiary", help=help_,
                on_click=_drop, args=(recipe.name, number),
            )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        if preview is not None:
            st.button(
                f"Run {counted(len(recipe.steps), 'edit')} on {counted(preview.scope, 'picture')}",
                icon=":material/play_arrow:",
                key="recipe-run",
                disabled=not any(preview.changed) and preview.looked_at == preview.scope,
                on_click=_run,
                args=(dataset, recipe, scope.query, scope.only),
            )
        st.button("Forget the recipe", key="recipe-delete", type="tertiary", on_click=_delete, args=(recipe.name,))
    if preview is not None:
        _draw_preview(db, preview)


def _draw_preview(db: Database, preview: Preview) -> None:
    if preview.looked_at < preview.scope:
        st.caption(f"Tried on the first {preview.looked_at:,} of {preview.scope:,} pictures.")
    if preview.examples:
        pictures = images.details(db, [one.item_id for one in preview.examples])
        pairs = [
            differences.Pair(one.name, pictures[one.item_id].sha256, one.before, one.after) for one in preview.examples
        ]
        differences.draw(pairs, key="recipe-differences")
    else:
        st.text("No caption would change." if any(preview.changed) else "Nothing would change.")


def _preview(db: Database, dataset: Dataset, recipe: Recipe, scope: Scope) -> Preview:
    """Made anew when anything that it depends on has changed."""
    key = (dataset, recipe, scope, changes.moment(db, dataset.id))
    shown: tuple[object, Preview] | None = st.session_state.get(SHOWN)
    if shown is None or shown[0] != key:
        made = recipes.preview(db, dataset, recipe, query=scope.query, only=scope.only)
        st.session_state[SHOWN] = shown = (key, made)
    return shown[1]


@spoken()
def _add(name: str, step: Step) -> None:
    with open_catalog(state.library()) as db:
        st.session_state[CHOSEN] = recipes.add(db, name, step).name
    st.session_state[NAME] = ""


@spoken()
def _drop(name: str, number: int) -> None:
    with open_catalog(state.library()) as db:
        recipes.drop(db, name, number)


@spoken()
def _delete(name: str) -> None:
    with open_catalog(state.library()) as db:
        saved.delete(db, RECIPES, name)
    st.session_state[CHOSEN] = NEW


@spoken()
def _run(dataset: Dataset, recipe: Recipe, query: str, only: frozenset[int] | None) -> None:
    done = recipes.run(state.library(), dataset, recipe, query=query, only=only)
    made = tuple([one.change_id for one in done if one.change_id is not None])
    left = sum(len(one.stale) for one in done)
    words = f"“{recipe.name}” is done: {counted(len(made), 'change')} in the history."
    words += f" {counted(left, 'picture')} left alone, since somebody changed them meanwhile." if left else ""
    st.session_state[DONE] = Done(dataset, words, made)


def outcome(db: Database, dataset: Dataset) -> None:
    """What the last run did, with Undo for all of it; it stands until it is undone."""
    done: Done | None = st.session_state.get(DONE)
    if done is None or done.dataset.id != dataset.id:
        return
    standing = [id_ for id_ in done.changes if changes.get(db, id_, dataset_id=dataset.id).state != "undone"]
    if done.changes and not standing:
        del st.session_state[DONE]
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(plain(done.words), icon=":material/check:", width=420)
        if standing:
            st.button(
                "Undo all of it", icon=":material/undo:", key="undo-recipe", on_click=_undo, args=(dataset, standing)
            )


@spoken()
def _undo(dataset: Dataset, made: list[int]) -> None:
    done = reverts.undo_all(state.library(), dataset, made)
    left = sum(one.left for one in done)
    words = f" {counted(left, 'picture')} left alone, since they were changed later." if left else ""
    st.session_state[taken_back.SAID] = f"Undone: {counted(len(done), 'change')} of the recipe.{words}"
