"""What a change did to one item: what went and what came, never the whole caption. Undo applies it the other way round."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

from dscore.catalog.states import Claims, ItemState, Placed, Prose


class Delta(NamedTuple):
    """Each part as (before, after); a part that stayed the same is not there.

    `tags` maps a tag to its place and claims before and after (None: not there). `vetoes` maps a tag to whether a person's
    removal stood before; after is the opposite.
    """

    tags: dict[int, tuple[Placed | None, Placed | None]]
    vetoes: dict[int, bool]
    parts: dict[str, tuple[Any, Any]]

    @property
    def empty(self) -> bool:
        """Whether nothing changed."""
        return not (self.tags or self.vetoes or self.parts)

    @property
    def inverse(self) -> Delta:
        """The way back."""
        return Delta(
            tags={tag: (after, before) for tag, (before, after) in self.tags.items()},
            vetoes={tag: not before for tag, before in self.vetoes.items()},
            parts={part: (after, before) for part, (before, after) in self.parts.items()},
        )


def between(before: ItemState, after: ItemState) -> Delta:
    """What leads from one state to the other."""
    tags: dict[int, tuple[Placed | None, Placed | None]] = {}
    if before.tags is not after.tags:
        for tag, placed in before.tags.items():
            other = after.tags.get(tag)
            if other is not placed and other != placed:
                tags[tag] = (placed, other)
        tags.update((tag, (None, placed)) for tag, placed in after.tags.items() if tag not in before.tags)
    vetoes = {tag: tag in before.vetoes for tag in before.vetoes ^ after.vetoes}
    return Delta(tags, vetoes, _parts(before, after))


def _parts(before: ItemState, after: ItemState) -> dict[str, tuple[Any, Any]]:
    parts: dict[str, tuple[Any, Any]] = {}
    if before.prose != after.prose:
        parts["prose"] = (before.prose, after.prose)
    if before.trigger != after.trigger:
        parts["trigger"] = (before.trigger, after.trigger)
    if before.template != after.template:
        parts["template"] = (before.template, after.template)
    if before.name != after.name:
        parts["name"] = (before.name, after.name)
    if before.mark != after.mark:
        parts["mark"] = (before.mark, after.mark)
    if before.stars != after.stars:
        parts["stars"] = (before.stars, after.stars)
    if (before.trashed_at is None) != (after.trashed_at is None):
        parts["trashed_at"] = (before.trashed_at, after.trashed_at)
    return parts


def applies(delta: Delta, state: ItemState) -> bool:
    """Whether the item is, in all that the delta speaks of, still as the delta's `before` says.

    Where a tag only came or went, its place may have changed since (a sort); where the delta moved it, not. Where the delta
    only moved it, its claims may be others, or it may be gone, since what had changed them before was undone.
    """
    return (
        all(_same(before, after, state.tags.get(tag)) for tag, (before, after) in delta.tags.items())
        and all((tag in state.vetoes) == before for tag, before in delta.vetoes.items())
        and all(_part_is(state, part, before) for part, (before, _) in delta.parts.items())
    )


def _same(before: Placed | None, after: Placed | None, found: Placed | None) -> bool:
    if before is None or found is None:
        return before is found or _only_moves(before, after)
    if _only_moves(before, after):
        return before.position == found.position
    return before.claims == found.claims and (not _moves(before, after) or before.position == found.position)


def _moves(before: Placed | None, after: Placed | None) -> bool:
    return before is not None and after is not None and before.position != after.position


def _only_moves(before: Placed | None, after: Placed | None) -> bool:
    return before is not None and after is not None and before.claims == after.claims


def _part_is(state: ItemState, part: str, expected: Any) -> bool:
    if part == "trashed_at":  # when it went to the trash does not matter, only whether
        return (state.trashed_at is None) == (expected is None)
    found = getattr(state, part)
    return bool(found == expected)


def meet(earlier: Delta, later: Delta) -> bool:
    """Whether a later change touched a tag or layer of the earlier one, by more than moving a tag that had come or gone."""
    return (
        any(
            tag in earlier.tags and (_moves(*earlier.tags[tag]) or not _only_moves(*both))
            for tag, both in later.tags.items()
        )
        or any(tag in earlier.vetoes for tag in later.vetoes)
        or any(part in earlier.parts for part in later.parts)
    )


def placed_as(delta: Delta, state: ItemState) -> Delta:
    """The delta with each tag that it takes away placed where it now stands, so that its inverse puts it back there."""
    moved = {
        tag: (before._replace(position=state.tags[tag].position), after)
        for tag, (before, after) in delta.tags.items()
        if before is not None and after is None and before.position != state.tags[tag].position
    }
    return delta._replace(tags=delta.tags | moved) if moved else delta


def apply(delta: Delta, state: ItemState) -> ItemState:
    """The state after the delta; the caller has asked `applies` first."""
    tags = dict(state.tags)
    for tag, (before, after) in delta.tags.items():
        if after is None:
            tags.pop(tag, None)
        elif before is None:
            tags[tag] = after
        elif _only_moves(before, after):
            tags |= {tag: tags[tag]._replace(position=after.position)} if tag in tags else {}
        else:
            tags[tag] = after if _moves(before, after) else after._replace(position=tags[tag].position)
    after_tags = state.with_tags(tags, state.vetoes ^ frozenset(delta.vetoes) if delta.vetoes else state.vetoes)
    return (
        after_tags._replace(**{part: after for part, (_, after) in delta.parts.items()}) if delta.parts else after_tags
    )


def dumps(delta: Delta) -> str:
    """As compact JSON: `{"t": [[tag, before, after], …], "v": [[tag, before], …], "p": {part: [before, after]}}`."""
    parts = []
    if delta.tags:
        tags = [f"[{tag},{_written(before)},{_written(after)}]" for tag, (before, after) in delta.tags.items()]
        parts.append(f'"t":[{",".join(tags)}]')
    if delta.vetoes:
        vetoes = [f"[{tag},{int(before)}]" for tag, before in delta.vetoes.items()]
        parts.append(f'"v":[{",".join(vetoes)}]')
    if delta.parts:
        parts.append(f'"p":{json.dumps(delta.parts, separators=(",", ":"), ensure_ascii=False)}')
    return "{" + ",".join(parts) + "}"


def _written(placed: Placed | None) -> str:
    """Put together by hand: a large edit writes the same few claims for each of its items."""
    return "null" if placed is None else f"[{placed.position!r},{_claims(placed.claims)}]"


@lru_cache(maxsize=65_536)
def _claims(claims: Claims) -> str:
    return json.dumps(claims, separators=(",", ":"))


def loads(text: str) -> Delta:
    """The delta that `dumps` wrote."""
    document = json.loads(text)
    return Delta(
        tags={tag: (_placed(before), _placed(after)) for tag, before, after in document.get("t", ())},
        vetoes={tag: bool(before) for tag, before in document.get("v", ())},
        parts={
            part: (_part(part, before), _part(part, after)) for part, (before, after) in document.get("p", {}).items()
        },
    )


def _placed(value: list[Any] | None) -> Placed | None:
    return None if value is None else Placed(value[0], tuple([(source, score) for source, score in value[1]]))


def _part(part: str, value: Any) -> Any:
    return Prose(*value) if part == "prose" and value is not None else value
