"""What an edit does to one item: pure functions from state to state. An edit that changes nothing gives the very same state.

Claims say who wants a tag; it goes when its last claim goes. What a person removes is vetoed, so no tagger brings it back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from dscore.catalog.states import Claims, ItemState, Placed, Prose
from dscore.catalog.tags import PERSON
from dscore.models import Mode
from dscore.pipeline.retagging import Twin

PERSON_SAYS: Claims = ((PERSON, None),)


def add(state: ItemState, tags: Sequence[int], *, at_start: bool = False) -> ItemState:
    """A person adds tags, at the end or the start; one that is there stays where it is and is now theirs too."""
    new = [tag for tag in tags if tag not in state.tags]
    claimed = {
        tag: placed._replace(claims=_with_claim(placed.claims, (PERSON, None)))
        for tag in tags
        if (placed := state.tags.get(tag)) is not None and not _claimed_by(placed.claims, PERSON)
    }
    vetoes = state.vetoes.difference(tags)
    if not new and not claimed and vetoes == state.vetoes:
        return state
    start = state.first - len(new) if at_start else state.last + 1
    added = {tag: Placed(start + offset, PERSON_SAYS) for offset, tag in enumerate(new)}
    return state.with_tags({**state.tags, **claimed, **added}, vetoes)


@dataclass(frozen=True, slots=True)
class Fates:
    """What becomes of tags: each key is replaced by the tags of its value (none: removed).

    `twins` are, for a new tag, the other spellings of it: an item keeps one of them. With `inherit` a new tag takes the
    claims of the old one (it is the same tag, written otherwise); without, it is the person's, and the old one is vetoed.
    """

    by_tag: Mapping[int, tuple[int, ...]]
    twins: Mapping[int, Collection[int]]
    inherit: bool = False


def remap(state: ItemState, fates: Fates) -> ItemState:
    """Remove or replace tags, all at once; a new one stands in the old one's place, or where it already stands if earlier."""
    hit = [tag for tag in state.tags if tag in fates.by_tag]
    if not hit:
        return state
    before = _apart(state, fates) if any(fates.by_tag[tag] for tag in hit) else state
    if len(hit) > 1:
        hit = [tag for tag in before.ordered if tag in fates.by_tag]
    tags = {tag: placed for tag, placed in before.tags.items() if tag not in fates.by_tag}
    vetoes = state.vetoes if fates.inherit else state.vetoes.union(hit)
    for old in hit:
        news, placed = fates.by_tag[old], before.tags[old]
        places = _places(before, fates, old) if len(news) > 1 else (placed.position,)
        for new, place in zip(news, places, strict=False):
            claims = placed.claims if fates.inherit or new == old else PERSON_SAYS
            _put(tags, new, Placed(place, claims), fates.twins.get(new, ()))
        vetoes = vetoes.difference(news)
    return state if tags == state.tags and vetoes == state.vetoes else state.with_tags(tags, vetoes)


def _apart(state: ItemState, fates: Fates) -> ItemState:
    """The item without tags at one place where one of these is replaced: in their order, they share the room behind it."""
    moved: dict[int, Placed] = {}
    for place, group in groupby(state.ordered, lambda tag: state.tags[tag].position):
        alike = list(group)
        if len(alike) > 1 and not fates.by_tag.keys().isdisjoint(alike):
            step = _room(state, place) / len(alike)
            moved |= {tag: state.tags[tag]._replace(position=place + n * step) for n, tag in enumerate(alike) if n}
    return state.with_tags({**state.tags, **moved}, state.vetoes) if moved else state


def _places(state: ItemState, fates: Fates, old: int) -> list[float]:
    """Where several new tags go: from the old one's place up to the next tag; where they follow it already, they stay."""
    news, place, order = fates.by_tag[old], state.tags[old].position, state.ordered
    stay = {new: state.tags[new].position for new in news if new in state.tags and new in fates.by_tag.get(new, news)}
    behind = [new for new in news if stay.get(new, place) >= place]
    start = order.index(old)
    if stay.keys() >= set(behind) and order[start : start + len(behind)] == behind:
        return [max(stay[new], place) for new in news]
    step = _room(state, place) / len(news)
    return [place + offset * step for offset in range(len(news))]


def _room(state: ItemState, place: float) -> float:
    """How far it is to the next tag behind a place; 1 where there is none."""
    return min((one.position - place for one in state.tags.values() if one.position > place), default=1.0)


def _put(tags: dict[int, Placed], new: int, placed: Placed, twins: Collection[int]) -> None:
    position, claims = placed
    for known in (new, *twins):
        there = tags.pop(known, None)
        if there is not None:
            position = min(position, there.position)
            claims = _joined(claims, there.claims)
    tags[new] = Placed(position, claims)


def reorder(state: ItemState, order: Callable[[int], object]) -> ItemState:
    """Sort the tags; the places that there are get used again, so a caption in order stays as it is."""
    present = state.ordered
    wanted = sorted(present, key=order)  # type: ignore[arg-type]  # an order gives values that compare
    if wanted == present:
        return state
    places: list[float] = sorted(placed.position for placed in state.tags.values())
    if len(set(places)) < len(places):
        places = [float(place) for place in range(1, len(places) + 1)]
    tags = {
        tag: placed if (placed := state.tags[tag]).position == place else placed._replace(position=place)
        for tag, place in zip(wanted, places, strict=True)
    }
    return state._replace(tags=tags)


def write_prose(state: ItemState, text: str, *, source: int = PERSON) -> ItemState:
    """Set the item's sentences; none where the text is empty."""
    prose = Prose(text, source) if text else None
    if (state.prose.text if state.prose else "") == text:
        return state
    return state._replace(prose=prose)


def caption_by_model(state: ItemState, text: str, *, source: int, mode: Mode, captioners: Collection[int]) -> ItemState:
    """What a captioner's run does with its sentences.

    skip: an item with prose is left alone. append: they come behind the prose that is there, once. merge: prose that a captioner
    wrote is replaced, anybody else's stays. overwrite: all prose is replaced.
    """
    prose = state.prose
    if prose is None or mode is Mode.OVERWRITE:
        return write_prose(state, text, source=source)
    if mode is Mode.APPEND:
        more = "" if text in prose.text else text
        return write_prose(state, f"{prose.text} {more}".rstrip(), source=prose.source_id)
    if mode is Mode.MERGE and prose.source_id in captioners:
        return write_prose(state, text, source=source)
    return state


def set_trigger(state: ItemState, trigger: str | None) -> ItemState:
    """Give the item its own trigger word; None is the dataset's again."""
    return state if state.trigger == trigger else state._replace(trigger=trigger)


def set_mark(state: ItemState, mark: str | None) -> ItemState:
    """Mark the item "keep" or "reject", or (None) neither."""
    return state if state.mark == mark else state._replace(mark=mark)


def set_stars(state: ItemState, stars: int) -> ItemState:
    """Give the item 0 to 5 stars."""
    return state if state.stars == stars else state._replace(stars=stars)


def set_trashed(state: ItemState, at: str | None) -> ItemState:
    """Into the trash at a time, or (None) out of it."""
    return state if (state.trashed_at is None) == (at is None) else state._replace(trashed_at=at)


def tag_by_model(
    state: ItemState, found: Sequence[tuple[int, int]], *, source: int, mode: Mode, taggers: Collection[int], twin: Twin
) -> ItemState:
    """What a tagger's run does: `found` are (tag, score in thousandths), the best first; `taggers` all taggers' sources.

    skip: an item with tags is left alone. append: what is there stays. merge: what only taggers claim is replaced.
    overwrite: everything is replaced. Vetoed tags stay out, and a tag that was there keeps its place. Spellings of one tag do
    not come beside each other, as in `retagging.retag`: what stays takes the score of the other spelling, too.
    """
    if mode is Mode.SKIP and state.tags:
        return state
    kept = {
        tag: claims
        for tag, placed in state.tags.items()
        if (claims := _kept_claims(placed.claims, mode, taggers)) or not placed.claims
    }
    fresh, said = _told(state, found, kept, twin)
    tags: dict[int, Placed] = {}
    for tag, placed in state.tags.items():
        claims = kept.get(tag, ())
        score = said.get(tag) if tag in kept else fresh.get(tag)
        if score is not None:
            claims = _with_claim(claims, (source, score))
        if claims == placed.claims:
            tags[tag] = placed
        elif claims:
            tags[tag] = placed._replace(claims=claims)
    last = max((placed.position for placed in tags.values()), default=0.0)
    new = [tag for tag in fresh if tag not in tags]
    tags.update((tag, Placed(last + offset, ((source, fresh[tag]),))) for offset, tag in enumerate(new, 1))
    return state if tags == state.tags else state.with_tags(tags, state.vetoes)


def _told(
    state: ItemState, found: Sequence[tuple[int, int]], kept: Collection[int], twin: Twin
) -> tuple[dict[int, int], dict[int, int]]:
    """The scores of what comes in, and those of the kept tags that were found, under whichever spelling."""
    if not kept and not state.vetoes:
        return dict(found), {}
    vetoed, standing = {twin(tag) for tag in state.vetoes}, {tag: twin(tag) for tag in kept}
    wanted = [(tag, score, key) for tag, score in found if (key := twin(tag)) not in vetoed]
    there = set(standing.values())
    fresh = {tag: score for tag, score, key in wanted if key not in there}
    exact = {tag: score for tag, score, _ in wanted}
    best = {key: score for _, score, key in reversed(wanted)}
    said = {tag: exact.get(tag, best[key]) for tag, key in standing.items() if key in best}
    return fresh, said


def _kept_claims(claims: Claims, mode: Mode, taggers: Collection[int]) -> Claims:
    if mode is Mode.OVERWRITE:
        return ()
    if mode is Mode.MERGE:
        return tuple(claim for claim in claims if claim[0] not in taggers)
    return claims


def _joined(claims: Claims, others: Claims) -> Claims:
    """All claims; of two by one source the one with the higher score."""
    best = dict(claims)
    for source, score in others:
        known = best.get(source)
        best[source] = score if known is None or (score is not None and score > known) else known
    return tuple(sorted(best.items()))


def _claimed_by(claims: Claims, source: int) -> bool:
    return any(claimed == source for claimed, _ in claims)


def _with_claim(claims: Claims, claim: tuple[int, int | None]) -> Claims:
    """The claims with this one; a source that claimed already keeps one claim, with the newer score."""
    return tuple(sorted([one for one in claims if one[0] != claim[0]] + [claim]))
