"""What tuning does to one item."""

from __future__ import annotations

import pytest

from dscore.catalog.states import Claims, ItemState, Placed
from dscore.catalog.tags import PERSON
from dscore.models import Mode
from dscore.pipeline.retagging import Found, flowed, retag, twin_key

A, B, IMPORT = 5, 6, 9
BY_A: Claims = ((A, 500),)
NAMES = {1: "solo", 2: "long hair", 3: "long_hair", 4: "dress", 5: "mine", 6: "saber (fate)", 7: r"saber \(fate\)"}


def item(*tags: tuple[int, Claims], vetoes: tuple[int, ...] = ()) -> ItemState:
    placed = {tag: Placed(float(place), claims) for place, (tag, claims) in enumerate(tags, 1)}
    return ItemState(1, 1, tags=placed, vetoes=frozenset(vetoes))


def tuned(state: ItemState, *tags: int, mode: Mode = Mode.MERGE) -> ItemState:
    found = [Found(tag, ((B, 700),)) for tag in tags]
    return retag(state, found, mode=mode, taggers={A, B}, twin=lambda tag: twin_key(NAMES[tag]))


def person(*claims: tuple[int, int | None]) -> Claims:
    return ((PERSON, None), *claims)


def test_taggers_tags_are_replaced_in_the_order_that_was_asked_for() -> None:
    after = tuned(item((1, BY_A), (2, BY_A)), 4, 1)
    assert after.ordered == [4, 1]
    assert after.tags[1].claims == ((B, 700),)


def test_tags_of_others_keep_their_places_and_the_rest_flows_around_them() -> None:
    before = item((1, BY_A), (5, person()), (2, BY_A), (6, ((IMPORT, None),)))
    assert tuned(before, 2, 4, 1).ordered == [2, 5, 4, 1, 6]
    assert tuned(before, 4).ordered == [4, 5, 6]
    assert tuned(before).ordered == [5, 6]


def test_what_a_person_and_a_tagger_say_is_the_persons_and_takes_the_new_score() -> None:
    after = tuned(item((1, BY_A), (5, person((A, 500)))), 5, 2)
    assert after.ordered == [2, 5]
    assert after.tags[5].claims == person((B, 700))


@pytest.mark.parametrize(("there", "found"), [(2, 3), (3, 2), (6, 7), (7, 6)])
def test_another_spelling_does_not_stand_beside_a_persons_tag_nor_come_back(there: int, found: int) -> None:
    assert tuned(item((there, person())), found, 1).ordered == [there, 1]
    assert tuned(item((4, BY_A), vetoes=(there,)), found, 1).ordered == [1]
    assert tuned(item((there, BY_A)), found).ordered == [found]


@pytest.mark.parametrize(
    ("mode", "ordered"),
    [
        (Mode.SKIP, [1, 5]),
        (Mode.APPEND, [1, 5, 4]),
        (Mode.MERGE, [4, 5]),
        (Mode.OVERWRITE, [4]),
    ],
)
def test_each_mode(mode: Mode, ordered: list[int]) -> None:
    assert tuned(item((1, BY_A), (5, person()), vetoes=(2,)), 4, 2, mode=mode).ordered == ordered
    assert tuned(item(vetoes=(2,)), 4, 2, mode=mode).ordered == [4]


def test_where_the_caption_stays_so_does_the_item() -> None:
    before = item((1, BY_A), (5, person()))
    assert tuned(before, 1) is before
    assert tuned(before, 5, 1) is before


def test_a_position_stays_as_long_as_it_sorts() -> None:
    before = item((1, BY_A), (2, BY_A), (5, person()))
    after = tuned(before, 1, 4, 2)
    assert after.ordered == [1, 4, 2, 5]
    assert after.tags[1].position == before.tags[1].position


def test_flowing_without_a_place_goes_to_the_end() -> None:
    assert flowed([1, 2], {1, 2}, [3, 4]) == [1, 2, 3, 4]
    assert flowed([], set(), [3, 4]) == [3, 4]
