"""From a place to an import: the look at what is there, where it goes, and the button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dscore import worker
from dscore.catalog import datasets
from dscore.catalog.connection import open_catalog
from dscore.models import SourceFile, Survey
from dscore.pipeline import foretaste, ingest
from dscore.pipeline.jobs import KINDS, submit
from dscore.text.paths import typed
from dscore.text.sizes import readable_size
from dscore.web import inbox
from pages.components import glimpses, state, tallies
from pages.components.glimpses import Tile
from pages.components.trouble import listed, spoken
from pages.components.words import counted, plain

FIRST = 12
LOOK = "import_look"
READ_AS = {"auto": "Detect", "tags": "Tags", "prose": "Prose", "mixed": "Both"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the look found, without the captions of all pictures, which may be many megabytes."""

    places: tuple[str, ...]
    name: str
    pictures: int
    bytes: int
    captions: int
    first: tuple[Tile, ...]
    skipped: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def offer_upload(session: str) -> None:
    """What was dropped; it can be thrown away again."""
    with spoken():
        _offer(inbox.places(state.library(), session), key="upload")
    st.button(
        "Choose other files",
        key="other_files",
        type="tertiary",
        icon=":material/undo:",
        on_click=_drop,
        args=(session,),
    )


def _drop(session: str) -> None:
    inbox.forget(state.library(), session)
    st.query_params.pop("upload", None)


def offer_folder() -> None:
    """A path box; the server reads what its user may read."""
    path = st.text_input(
        "Path of a folder, a ZIP or a picture",
        key="import_path",
        placeholder=str(Path.home() / "pictures"),
        persist_state="session",
        help="It is read where it lies, and nothing in it is changed.",
    )
    if path.strip():
        _offer([_meant(path)], key="folder")


def _meant(path: str) -> str:
    """Windows copies paths in quotes; `~` is the home folder. Raises WrongUseError."""
    return str(typed(path.strip().strip('"')))


def _offer(places: Sequence[str], *, key: str) -> None:
    seen = _look(tuple(places))
    _show(seen, key=f"glimpses_{key}")
    _destination(seen, key=key)


def _look(places: tuple[str, ...]) -> Seen:
    """The last look is kept: every click on the page would take another one."""
    seen: Seen | None = st.session_state.get(LOOK)
    if seen is None or seen.places != places:
        with st.spinner("Looking…"):
            found = ingest.look(state.library(), places)
            first = found.survey.pictures[:FIRST]
            small = foretaste.thumbnails(state.library(), places, first)
        tiles = tuple(_tile(picture, small.get(picture.key)) for picture in first)
        seen = st.session_state[LOOK] = _seen(places, found.name, found.survey, tiles)
    return seen


def _tile(picture: SourceFile, small: bytes | None) -> Tile:
    words = picture.caption.text if picture.caption else "no caption"
    return Tile(glimpses.source(small), picture.name, readable_size(picture.size), words)


def _seen(places: tuple[str, ...], name: str, survey: Survey, first: tuple[Tile, ...]) -> Seen:
    return Seen(
        places=places,
        name=name,
        pictures=len(survey.pictures),
        bytes=survey.total_bytes,
        captions=sum(picture.caption is not None for picture in survey.pictures),
        first=first,
        skipped=tuple((line.name, line.reason) for line in survey.skipped),
        notes=survey.notes,
    )


def _show(seen: Seen, *, key: str) -> None:
    facts = (
        ("Pictures", f"{seen.pictures:,}"),
        ("Size", readable_size(seen.bytes)),
        ("With a caption", f"{seen.captions:,}"),
        ("Will be skipped", f"{len(seen.skipped):,}"),
    )
    for column, (label, value) in zip(st.columns(len(facts)), facts, strict=True):
        column.metric(label, value)
    glimpses.draw(seen.first, key=key)
    if seen.pictures > FIRST:
        st.caption(f"The first {FIRST} of {counted(seen.pictures, 'picture')}.")
    if seen.skipped:
        listed("Will be skipped", seen.skipped, icon=":material/block:")
    for note in seen.notes:
        st.caption(plain(note))


def _destination(seen: Seen, *, key: str) -> None:
    grid = st.grid(2, min_column_width=300)
    with grid.cell():
        name = into(seen.name, key=key)
    with grid.cell():
        kind = read_as(key=key) if seen.captions else "auto"
    st.button(
        f"Import {counted(seen.pictures, 'picture')}",
        key=f"import_{key}",
        type="primary",
        icon=":material/add_photo_alternate:",
        disabled=not name,
        on_click=_begin,
        args=(seen.places, name, kind),
    )


def into(name: str, *, key: str) -> str | None:
    """Which dataset; None where the box is empty."""
    with open_catalog(state.library()) as db:
        known = {dataset.name: tallies.counts(db, state.library(), dataset.id).items for dataset in datasets.listed(db)}
        same = datasets.find(db, name)
    suggested = same.name if same else name
    chosen = st.selectbox(
        "Into the dataset",
        list(dict.fromkeys([suggested, *known])),
        key=f"import_into_{key}_{suggested}",
        accept_new_options=True,
        help="Type a new name to make a new dataset.",
    )
    has = known.get(chosen or "")
    it_has = f"It has {counted(has or 0, 'picture')}; what is there already stays as it is."
    st.caption("A new dataset." if has is None else it_has)
    return chosen


def read_as(*, key: str) -> str:
    """How captions are to be read, one of `ingest.KINDS`."""
    chosen = st.segmented_control(
        "Captions are",
        list(READ_AS),
        format_func=READ_AS.__getitem__,
        default="auto",
        required=True,
        key=f"import_as_{key}",
        help="Both: tags first, sentences after them.",
    )
    return chosen or "auto"


@spoken()
def _begin(places: tuple[str, ...], name: str, captions: str) -> None:
    library = state.library()
    plan = ingest.plan(library, places, dataset=name, captions=captions)
    job = submit(library, "import", dataset_id=plan.dataset.id, params=plan.params, items=plan.items())
    worker.start(library, KINDS["import"].lane)
    st.session_state.pop(LOOK, None)
    state.choose_dataset(plan.dataset.name)
    st.query_params.pop("upload", None)
    st.query_params["job"] = str(job)
