"""Pictures that are alike, side by side: which one stays, and whose caption it gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.pipeline import cards, duplicates
from dscore.pipeline.cards import Card
from dscore.pipeline.duplicates import Merge
from dscore.quality.likeness import Group
from dscore.text.sizes import readable_size
from pages.components import mending, state, told_apart
from pages.components.assets import joined
from pages.components.trouble import spoken
from pages.components.words import counted

MOST = 20
CAPTIONS = "alike-captions"
UNITE = "all"
KEEP = "kept"
LABELS = {UNITE: "the tags of all", KEEP: "that of the one that stays"}

_ROW = st.components.v2.component("dscore_alike", js=joined("elements.js", "alike.js"), css=joined("alike.css"))


def draw(db: Database, dataset: Dataset, groups: Sequence[Group]) -> None:
    """The groups, copies first; each is merged alone, or all copies at once, or said to be no duplicates."""
    told_apart.draw(db, dataset)
    if not groups:
        st.success("No two pictures are alike.", icon=":material/check_circle:")
        return
    same = [group for group in groups if group.same]
    st.caption(
        "The best of each group is proposed: the largest, the least squeezed, the oldest. Click another one to keep that, "
        "and “Use this caption” to give it the caption of another. "
        "The rest goes to the trash, from where it comes back; merging is one change that can be undone. "
        "What is no duplicate after all is remembered as different, and does not come again."
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            "The caption will be",
            list(LABELS),
            key=CAPTIONS,
            format_func=LABELS.__getitem__,
            default=UNITE,
            required=True,
        )
        if len(same) > 1:
            st.button(
                f"Merge all {len(same):,} groups of copies", icon=":material/merge:", key="merge-all",
                on_click=_merge, args=(dataset, same),
            )  # fmt: skip
    for group in groups[:MOST]:
        _draw(db, dataset, group)
    if len(groups) > MOST:
        st.caption(f"The first {MOST} of {len(groups):,} groups; the others follow once these are merged.")


def _draw(db: Database, dataset: Dataset, group: Group) -> None:
    key = _key(group)
    shown = {card.id: card for card in cards.cards(db, dataset, group.items)}
    facts = {
        one.item: f"{one.width:,} x {one.height:,} · {one.format.upper()} · {readable_size(one.bytes)}"
        for one in group.pictures
    }
    data = {
        "kept": _kept(group),
        "words": _words(group),
        "pictures": [_document(shown[item], facts[item]) for item in facts if item in shown],
    }
    with st.container(border=True, key=f"alike-{key}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown("**Copies**" if group.same else "**Nearly the same**", width="content")
            with st.container(horizontal=True, width="content"):
                told_apart.buttons(dataset, group, _kept(group), key=key)
                st.button(
                    "Merge",
                    icon=":material/merge:",
                    key=f"merge-{key}",
                    on_click=_merge,
                    args=(dataset, [group]),
                )
        _ROW(
            key=f"row-{key}",
            data=data,
            on_keep_change=_choosing(group, "keep"),
            on_words_change=_choosing(group, "words"),
        )


def _document(card: Card, facts: str) -> dict[str, object]:
    return {"item": card.id, "sha256": card.sha256, "name": card.name, "facts": facts, "caption": card.caption}


def _key(group: Group) -> str:
    return "-".join(map(str, group.items[:3])) + f"-{len(group.items)}"


def _kept(group: Group) -> int:
    """The one that stays: the best, unless another was clicked."""
    return _clicked(group, "keep") or group.best.item


def _words(group: Group) -> int | None:
    """The one whose caption was chosen for this group; None: as it is chosen for all."""
    return _clicked(group, "words")


def _clicked(group: Group, what: str) -> int | None:
    """What was clicked last in the group's row, also by a click that comes together with another one elsewhere."""
    key = _key(group)
    item = st.session_state.get(f"row-{key}", {}).get(what)
    if item is None:
        item = st.session_state.get(f"{what}-{key}")
    return int(item) if item in group.items else None


def _choosing(group: Group, what: str) -> Callable[[], None]:
    key = _key(group)

    def clicked() -> None:
        item = st.session_state[f"row-{key}"].get(what)
        if item is not None:
            st.session_state[f"{what}-{key}"] = item

    return clicked


def _chosen(group: Group) -> Merge:
    kept = _kept(group)
    others = tuple(item for item in group.items if item != kept)
    return Merge(kept, others, _words(group) or (kept if st.session_state.get(CAPTIONS) == KEEP else None))


@spoken()
def _merge(dataset: Dataset, groups: Sequence[Group]) -> None:
    merges = [_chosen(group) for group in groups]  # by now: a picture may have been clicked since this was drawn
    done = duplicates.merge(state.library(), dataset, merges)
    gone = sum(len(one.others) for one in merges)
    mending.note(
        dataset, f"{counted(len(merges), 'group')} merged, {counted(gone, 'picture')} put into the trash.", done
    )
