"""What the settings would do: numbers, the chart of tags before and after, three captions, and Apply of just that."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dscore import worker
from dscore.catalog import changes, images
from dscore.catalog.changes import CHUNK
from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import Dataset
from dscore.config import Library
from dscore.models import Mode
from dscore.pipeline import tuning, tuning_preview
from dscore.pipeline.tuning_desk import Desk, Tuning, Voice, lay_out
from dscore.pipeline.tuning_preview import Preview, Standing
from pages.components import differences, outcome, places, state, tune_chart
from pages.components.scope import Scope
from pages.components.trouble import spoken
from pages.components.tune_outcome import DONE, Done
from pages.components.words import counted, plain


def draw(
    db: Database,
    dataset: Dataset,
    heard: tuple[Voice, ...],
    asked: Tuning,
    chosen: Scope,
    *,
    action: DeltaGenerator,
    body: DeltaGenerator,
) -> None:
    """All of it, the numbers and Apply into `action`; each move of a slider comes by here."""
    desk, standing = _ready(db, dataset, heard, chosen)
    if not len(desk.items):
        with body:
            _none_scored(desk)
        return
    seen = tuning_preview.preview(desk, standing, asked)
    with action:
        _apply_row(desk, asked, seen, chosen)
        _numbers(seen)
        _notes(desk, asked, seen)
    with body:
        st.subheader("Tags before and after", anchor=False)
        tune_chart.draw(seen.moves)
        if seen.changed:
            _examples(db, desk, asked.mode, seen)


def _ready(db: Database, dataset: Dataset, heard: tuple[Voice, ...], chosen: Scope) -> tuple[Desk, Standing]:
    """The scores and the tags as they stand; read anew only when one of them has changed."""
    models = tuple((voice.model_id, voice.preparation, voice.pictures) for voice in heard)
    key = (models, dataset, hash(chosen.ids), changes.moment(db, dataset.id))
    return _read(str(state.library().home), key, heard, chosen.ids)


@st.cache_resource(show_spinner=False, max_entries=4)
def _read(home: str, key: object, _heard: tuple[Voice, ...], _ids: tuple[int, ...]) -> tuple[Desk, Standing]:
    dataset: Dataset = key[1]  # type: ignore[index]
    with open_catalog(Library(Path(home))) as db:
        desk = lay_out(db, dataset, _heard, _ids)
        return desk, tuning_preview.stand(db, desk)


def _none_scored(desk: Desk) -> None:
    names = " and ".join(voice.name for voice in desk.voices)
    with st.container(border=True):
        st.text(f"None of these {counted(desk.scope, 'picture')} has scores by {names}.")
        places.link(places.TAG, "Tag them")


def _apply_row(desk: Desk, asked: Tuning, seen: Preview, chosen: Scope) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Apply to {counted(seen.changed, 'caption')}" if seen.changed else "Apply",
            icon=":material/check:",
            type="primary",
            key="tune-apply",
            disabled=not seen.changed,
            on_click=_apply,
            args=(desk, asked, seen, chosen.query),
        )
        st.text(_extent(seen))


def _extent(seen: Preview) -> str:
    if not seen.changed:
        return "These settings give just the captions that are there."
    same = seen.scored - seen.changed
    stay = f"{same:,} of {counted(seen.scored, 'picture')} stay as they are." if same else "Each of them changes."
    return f"{stay} {seen.reordered:,} only change their order." if seen.reordered else stay


def _notes(desk: Desk, asked: Tuning, seen: Preview) -> None:
    if desk.unscored:
        with st.container(horizontal=True, vertical_alignment="center"):
            by = "by one of these models " if len(desk.voices) > 1 else ""
            st.caption(f"{counted(desk.unscored, 'picture')} without scores {by}stay as they are.", width="content")
            places.link(places.TAG, "Tag them")
    if seen.trigger_spared:
        st.info(
            plain(f"The trigger word “{seen.trigger_spared}” stays in every caption: no list hides it."),
            icon=":material/info:",
        )
    if asked.mode is Mode.OVERWRITE:
        st.warning(
            "Overwrite replaces tags that you wrote, or that came with the pictures, too. Undo brings them back.",
            icon=":material/warning:",
        )


def _numbers(seen: Preview) -> None:
    """Values alone, without arrows that come and go: nothing moves below them while a slider does."""
    before, after = (tags / seen.scored for tags in seen.tags)
    figures = {
        "Pictures that gain tags": f"{seen.gaining:,}",
        "Pictures that lose tags": f"{seen.losing:,}",
        "Tags that win": f"{sum(one.after > one.before for one in seen.moves):,}",
        "Tags that lose": f"{sum(one.after < one.before for one in seen.moves):,}",
        "Tags a picture": f"{before:.1f} → {after:.1f}",
        "Pictures without tags": f"{seen.bare[0]:,} → {seen.bare[1]:,}",
    }
    with st.container(horizontal=True, gap="medium", key="tune-figures"):
        for label, value in figures.items():
            st.metric(label, value, width="content")


def _examples(db: Database, desk: Desk, mode: Mode, seen: Preview) -> None:
    shown = tuning_preview.examples(db, desk, mode, seen.chosen, tuning_preview.spread(seen.revs))
    pictures = images.details(db, [one.item_id for one in shown])
    st.subheader("Three captions" if len(shown) == tuning_preview.EXAMPLES else "Captions", anchor=False)
    differences.draw(
        [differences.Pair(one.name, pictures[one.item_id].sha256, one.before, one.after) for one in shown],
        key="tune-differences",
    )
    if seen.changed <= outcome.MOST_NAMED:
        names = images.names(db, list(seen.revs))
        places.link(
            places.EXPLORE, f"See the {counted(seen.changed, 'picture')} that change", query=outcome.naming(list(names))
        )


@spoken()
def _apply(desk: Desk, asked: Tuning, seen: Preview, query: str) -> None:
    """Do just what was shown."""
    library = state.library()
    st.session_state.pop(DONE, None)
    if len(seen.revs) > CHUNK:
        tuning.submit(library, desk, asked, seen.revs)
        worker.start(library, "disk")
        return
    done = tuning.apply(library, desk, asked, seen.revs)
    st.session_state[DONE] = Done(desk.dataset.id, done.change_id, done.changed, len(done.stale), query)
