"""What a dataset on Hugging Face holds, which part of it comes in, what its captions are, and the button."""

from __future__ import annotations

import streamlit as st

from dscore import worker
from dscore.pipeline import hub
from dscore.pipeline.hub import Choice, Found
from dscore.pipeline.jobs import KINDS, submit
from dscore.sources.hub.offers import Offer, chosen
from dscore.sources.hub.preview import Preview
from dscore.text.sizes import readable_size
from pages.components import glimpses, intake, state
from pages.components.glimpses import Tile
from pages.components.trouble import listed, spoken
from pages.components.words import counted, plain

PREVIEW = "hub_preview"
ALL = "All folders"
SHOWN = 6


def key(word: str, found: Found) -> str:
    """A choice's key: choices made for one repository, commit or folder mean nothing in another."""
    return f"hub_{word} {found.address.repo}@{found.commit[:12]}/{found.address.path}"


def draw(found: Found) -> None:
    """Facts and choices, and where it goes."""
    st.markdown(f"**{plain(found.address.repo)}**")
    st.caption(f"{plain(found.address.revision)}, commit {found.commit[:12]} · {counted(len(found.files), 'file')}")
    found = _within(found)
    offers = _picked(found)
    if not offers:
        return
    seen, tiles = _look(found, offers)
    _facts(found, offers, seen)
    if tiles:
        glimpses.draw(tiles, key="hub_pictures")
    if found.contents.unsupported:
        lines = [(line.name, line.reason) for line in found.contents.unsupported]
        listed("Cannot be opened", lines, icon=":material/block:")
    columns = _columns(found, seen)
    for note in seen.notes:
        st.caption(plain(note))
    _destination(found, offers, columns, pictures=seen.pictures)


def _within(found: Found) -> Found:
    if len(found.contents.folders) < 2 or found.address.path:
        return found
    options = [ALL, *found.contents.folders]
    folder = st.selectbox("Folder", options, key=key("folder", found), help="With the folders below it.")
    return hub.within(found, "" if folder == ALL else folder or "")


def _picked(found: Found) -> tuple[Offer, ...]:
    """All that was chosen; where there is nothing to choose, the only one. Raises NoPicturesError where there is none."""
    offers = {offer.key: offer for offer in found.contents.offers}
    if len(offers) < 2:
        return chosen(found.contents, (), repo=found.address.repo)

    def title(name: str) -> str:
        return f"{hub.describe(offers[name])} · {readable_size(offers[name].bytes)}"

    picks = st.multiselect(
        "What to import",
        list(offers),
        default=[next(iter(offers))],
        format_func=title,
        key=key("picks", found),
        help="The same pictures often lie in several ZIPs; a picture that comes twice is taken once.",
    )
    return tuple(offers[pick] for pick in picks)


def _look(found: Found, offers: tuple[Offer, ...]) -> tuple[Preview, tuple[Tile, ...]]:
    """The last one is kept: every click on the page would ask the hub again."""
    of = (found.address, found.commit, tuple(offer.key for offer in offers))
    kept: tuple[object, Preview, tuple[Tile, ...]] | None = st.session_state.get(PREVIEW)
    if kept is None or kept[0] != of:
        with st.spinner("Looking at its files…"):
            seen = hub.preview_of(state.library(), found, offers)
            pictures = hub.glimpses(state.library(), found, offers, most=SHOWN)
        tiles = tuple(Tile(glimpses.source(content), name, "", "") for name, content in pictures.items())
        kept = st.session_state[PREVIEW] = (of, seen, tiles)
    return kept[1:]


def _facts(found: Found, offers: tuple[Offer, ...], seen: Preview) -> None:
    facts = (
        ("Pictures", "Not known yet" if seen.pictures is None else f"{seen.pictures:,}"),
        ("To download", readable_size(sum(offer.bytes for offer in offers))),
        ("Caption files", f"{seen.captions:,}"),
        ("Free on the disk", readable_size(found.free)),
    )
    for column, (label, value) in zip(st.columns(len(facts)), facts, strict=True):
        column.metric(label, value)
    st.caption(_layout(offers, seen))
    if hub.needed(offers) > found.free:
        st.warning(
            f"It takes up to {readable_size(hub.needed(offers))} for the download and the pictures. Make room first.",
            icon=":material/hard_drive:",
        )


def _layout(offers: tuple[Offer, ...], seen: Preview) -> str:
    """`Layout: parquet · captions in text`."""
    parts = ["Layout: " + ", ".join(dict.fromkeys(str(offer.layout) for offer in offers))]
    if seen.captions:
        parts.append("captions in files of the same name")
    if seen.usual:
        parts.append(f"captions in {plain(', '.join(seen.usual))}")
    return " · ".join(parts if len(parts) > 1 else [*parts, "no captions seen"])


def _columns(found: Found, seen: Preview) -> tuple[str, ...]:
    """The columns that were chosen; none where it is what would be taken anyway."""
    if not seen.columns:
        return ()
    options, usual = list(seen.columns), list(seen.usual)
    columns = st.multiselect(
        "Caption from",
        options,
        default=usual,
        key=f"{key('columns', found)} {' '.join(options)[:80]}",
        placeholder="Only the .txt beside each picture",
        help="Columns of the dataset. Several are joined by commas, in this order.",
    )
    return () if columns == usual else tuple(columns)


def _destination(found: Found, offers: tuple[Offer, ...], columns: tuple[str, ...], *, pictures: int | None) -> None:
    grid = st.grid(2, min_column_width=300)
    with grid.cell():
        name = intake.into(found.name, key="hub")
    with grid.cell():
        kind = intake.read_as(key="hub")
    st.button(
        "Import" if pictures is None else f"Import {counted(pictures, 'picture')}",
        key="import_hub",
        type="primary",
        icon=":material/add_photo_alternate:",
        disabled=not name,
        on_click=_begin,
        args=(found, Choice(tuple(offer.key for offer in offers), columns), name, kind),
    )


@spoken()
def _begin(found: Found, choice: Choice, name: str, captions: str) -> None:
    library = state.library()
    plan = hub.plan(library, found, choice, dataset=name, captions=captions)
    job = submit(library, "hub", dataset_id=plan.dataset.id, params=plan.params, items=())
    worker.start(library, KINDS["hub"].lane)
    state.choose_dataset(plan.dataset.name)
    st.query_params["job"] = str(job)
