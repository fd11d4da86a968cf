from __future__ import annotations

from typing import Any

import pytest

from dscore.catalog import deltas
from dscore.catalog.deltas import Delta
from dscore.catalog.states import ItemState, Placed, Prose

MINE = ((1, None),)
THEIRS = ((2, None), (7, 900))
BEFORE = ItemState(
    5,
    3,
    trigger="old",
    prose=Prose("A cat.", 2),
    tags={1: Placed(1, MINE), 2: Placed(2, THEIRS)},
    vetoes=frozenset({9}),
    mark="keep",
)
AFTER = ItemState(
    5,
    3,
    template="{prose}",
    trashed_at="2026-01-01",
    tags={2: Placed(1.5, MINE), 3: Placed(4, THEIRS)},
    vetoes=frozenset({1}),
    mark="reject",
    stars=3,
)


def test_a_delta_leads_there_and_back() -> None:
    delta = deltas.between(BEFORE, AFTER)
    assert deltas.applies(delta, BEFORE)
    assert deltas.apply(delta, BEFORE) == AFTER
    assert deltas.applies(delta.inverse, AFTER)
    assert deltas.apply(delta.inverse, AFTER) == BEFORE


def test_a_delta_survives_writing_and_reading() -> None:
    delta = deltas.between(BEFORE, AFTER)
    assert deltas.loads(deltas.dumps(delta)) == delta


def test_nothing_is_noted_of_what_stayed() -> None:
    assert deltas.between(BEFORE, BEFORE._replace(rev=4, tags=dict(BEFORE.tags))).empty
    one = BEFORE._replace(tags={**BEFORE.tags, 8: Placed(9, MINE)})
    assert deltas.dumps(deltas.between(BEFORE, one)) == '{"t":[[8,null,[9,[[1,null]]]]]}'


CHANGED_SINCE: list[dict[str, Any]] = [
    {"tags": {2: Placed(1.5, MINE)}},
    {"tags": {2: Placed(1.5, THEIRS), 3: Placed(4, THEIRS)}},
    {"tags": {**AFTER.tags, 1: Placed(1, MINE)}},
    {"tags": {2: Placed(8, MINE), 3: Placed(4, THEIRS)}},
    {"vetoes": frozenset()},
    {"vetoes": frozenset({1, 9})},
    {"prose": Prose("A dog.", 1)},
    {"trigger": "new"},
    {"template": None},
    {"trashed_at": None},
]


@pytest.mark.parametrize("since", CHANGED_SINCE)
def test_an_item_that_was_changed_since_is_told(since: dict[str, Any]) -> None:
    assert not deltas.applies(deltas.between(BEFORE, AFTER).inverse, AFTER._replace(**since))


HARMLESS: list[dict[str, Any]] = [
    {"tags": {2: Placed(1.5, MINE), 3: Placed(40, THEIRS)}},
    {"tags": {**AFTER.tags, 8: Placed(9, MINE)}},
    {"vetoes": frozenset({1, 8})},
    {"trashed_at": "2027-01-01"},
]


@pytest.mark.parametrize("since", HARMLESS)
def test_a_tag_that_only_moved_and_what_the_change_did_not_touch_are_no_obstacle(since: dict[str, Any]) -> None:
    assert deltas.applies(deltas.between(BEFORE, AFTER).inverse, AFTER._replace(**since))


def test_a_mere_move_of_a_tag_that_is_gone_is_passed_over() -> None:
    moved = deltas.between(ItemState(1, 1, tags={1: Placed(1, MINE)}), ItemState(1, 1, tags={1: Placed(2, MINE)}))
    gone = ItemState(1, 1)
    assert deltas.applies(moved.inverse, gone)
    assert deltas.apply(moved.inverse, gone) == gone


def test_a_mere_move_leaves_claims_as_they_have_become() -> None:
    moved = deltas.between(ItemState(1, 1, tags={1: Placed(1, MINE)}), ItemState(1, 1, tags={1: Placed(2, MINE)}))
    now = ItemState(1, 1, tags={1: Placed(2, THEIRS)})
    assert deltas.applies(moved.inverse, now)
    assert deltas.apply(moved.inverse, now).tags == {1: Placed(1, THEIRS)}


CAME = Delta({1: (None, Placed(1, MINE))}, {}, {})
MOVED = Delta({1: (Placed(1, MINE), Placed(2, MINE))}, {}, {})
CLAIMED = Delta({1: (Placed(1, MINE), Placed(1, THEIRS))}, {}, {})
OTHER = Delta({2: (None, Placed(1, MINE))}, {1: True}, {"prose": (None, Prose("x", 1))})


@pytest.mark.parametrize(
    ("earlier", "later", "met"),
    [
        (CAME, CLAIMED, True),
        (CAME, CAME.inverse, True),
        (CAME, MOVED, False),
        (CLAIMED, MOVED, False),
        (MOVED, MOVED, True),
        (CAME, OTHER, False),
        (Delta({}, {1: False}, {}), OTHER, True),
        (Delta({}, {}, {"prose": (None, None)}), OTHER, True),
        (Delta({}, {}, {"trigger": (None, None)}), OTHER, False),
    ],
)
def test_changes_meet_where_the_later_one_did_more_than_move(earlier: Delta, later: Delta, met: bool) -> None:
    assert deltas.meet(earlier, later) is met


def test_a_tag_that_goes_is_noted_where_it_stood_last() -> None:
    there = ItemState(1, 1, tags={1: Placed(7, MINE)})
    noted = deltas.placed_as(CAME.inverse, there)
    assert deltas.apply(noted.inverse, deltas.apply(noted, there)) == there
    assert deltas.placed_as(CAME.inverse, ItemState(1, 1, tags={1: Placed(1, MINE)})) == CAME.inverse
