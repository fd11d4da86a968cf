"""What tuning does to one item: the taggers' tags are chosen and ordered anew, and flow around those of all others.

Spellings of one tag do not stand beside each other: a person's `long hair` keeps a tagger's `long_hair` out, and so does a veto.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

from dscore.catalog.states import Claims, ItemState, Placed
from dscore.models import Mode
from dscore.text.tags import tag_key, unescape_brackets

Twin = Callable[[int], str]
"""What the spellings of one tag share, by the tag's id."""


@lru_cache(maxsize=65_536)
def twin_key(name: str) -> str:
    """What the spellings of one tag share: its key, whether its brackets are escaped or not."""
    return tag_key(unescape_brackets(name))


@dataclass(frozen=True, slots=True)
class Found:
    """A tag that was chosen for an item, and which taggers say so."""

    tag: int
    claims: Claims


def retag(state: ItemState, found: Sequence[Found], *, mode: Mode, taggers: Collection[int], twin: Twin) -> ItemState:
    """The item with the chosen tags, which stand in the order of the caption.

    merge: tags that only taggers claim are replaced. append: all stay, new ones come behind. skip: an item with tags is left
    alone. overwrite: all are replaced. Vetoed tags stay out. Where the caption stays as it is, so does the item.
    """
    kept = _kept(state, mode, taggers)
    if kept is None:
        return state
    out = {twin(tag) for tag in kept} | {twin(tag) for tag in state.vetoes}
    fresh = {one.tag: one.claims for one in found if twin(one.tag) not in out}
    before = state.ordered
    ordered = flowed(before, set(kept), list(fresh))
    if ordered == before:
        return state
    said = {twin(one.tag): one.claims for one in found}
    claims = {tag: joined(own, said.get(twin(tag), ())) for tag, own in kept.items()} | fresh
    return state.with_tags(_placed(state, ordered, claims), state.vetoes)


def _kept(state: ItemState, mode: Mode, taggers: Collection[int]) -> dict[int, Claims] | None:
    """The tags that stay whatever was chosen, with what others than these taggers claim; None where all stays as it is."""
    if mode is Mode.SKIP:
        return None if state.tags else {}
    if mode is Mode.OVERWRITE:
        return {}
    if mode is Mode.APPEND:
        return {tag: placed.claims for tag, placed in state.tags.items()}
    others = {
        tag: tuple(claim for claim in placed.claims if claim[0] not in taggers) for tag, placed in state.tags.items()
    }
    return {tag: claims for tag, claims in others.items() if claims or not state.tags[tag].claims}


def flowed(before: Sequence[int], fixed: AbstractSet[int], fresh: Sequence[int]) -> list[int]:
    """The order of the caption: fixed tags keep their places, the fresh ones take those of the others.

    What is left over comes behind the last such place; where there was none, at the end.
    """
    slots = [place for place, tag in enumerate(before) if tag not in fixed]
    last = slots[-1] if slots else len(before) - 1
    waiting, ordered = list(reversed(fresh)), []
    for place, tag in enumerate(before):
        if tag in fixed:
            ordered.append(tag)
        elif waiting:
            ordered.append(waiting.pop())
        if place == last:
            ordered.extend(reversed(waiting))
            waiting = []
    return ordered + waiting[::-1]


def _placed(state: ItemState, ordered: Iterable[int], claims: dict[int, Claims]) -> dict[int, Placed]:
    """Positions in that order; a tag keeps its own as long as it still sorts."""
    last = min((placed.position for placed in state.tags.values()), default=1.0) - 1
    tags: dict[int, Placed] = {}
    for tag in ordered:
        known = state.tags.get(tag)
        last = known.position if known is not None and known.position > last else last + 1
        is_same = known is not None and known.position == last and known.claims == claims[tag]
        tags[tag] = known if known is not None and is_same else Placed(last, claims[tag])
    return tags


def joined(claims: Claims, others: Claims) -> Claims:
    """All claims, by source; of two by one source the second."""
    return tuple(sorted((dict(claims) | dict(others)).items())) if others else claims
