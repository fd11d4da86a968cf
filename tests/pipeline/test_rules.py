"""Rules on one item: written as captions with claims, `tag@who:score` in order, and vetoes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dscore.catalog.states import ItemState, Placed, Prose
from dscore.models import Mode
from dscore.pipeline import rules
from dscore.pipeline.rules import Fates

PERSON, IMPORT, WD, VIT = 1, 2, 10, 11
WHO = {"you": PERSON, "import": IMPORT, "wd": WD, "vit": VIT}
HAIR, LONG_HAIR, RIBBON, DRESS, SOLO, OTHER = range(1, 7)


def state(*tags: tuple[int, str], vetoes: tuple[int, ...] = (), **parts: object) -> ItemState:
    """Tags in order, each with who claims it: `(HAIR, "you wd:900")`."""
    placed = {tag: Placed(float(place), claims(text)) for place, (tag, text) in enumerate(tags, 1)}
    first, last = (1.0, float(len(tags))) if tags else (0.0, 0.0)
    return ItemState(1, 1, tags=placed, vetoes=frozenset(vetoes), first=first, last=last, **parts)  # type: ignore[arg-type]


def claims(text: str) -> tuple[tuple[int, int | None], ...]:
    parts = [one.partition(":") for one in text.split()]
    return tuple(sorted((WHO[who], int(score) if score else None) for who, _, score in parts))


def seen(of: ItemState) -> list[tuple[int, str]]:
    names = {id_: name for name, id_ in WHO.items()}
    return [
        (tag, " ".join(f"{names[who]}:{score}" if score else names[who] for who, score in of.tags[tag].claims))
        for tag in of.ordered
    ]


def test_tags_are_added_at_the_end_in_the_order_given() -> None:
    added = rules.add(state((HAIR, "import")), [SOLO, DRESS])
    assert seen(added) == [(HAIR, "import"), (SOLO, "you"), (DRESS, "you")]


def test_tags_are_added_at_the_start_in_the_order_given() -> None:
    added = rules.add(state((HAIR, "import")), [SOLO, DRESS], at_start=True)
    assert seen(added) == [(SOLO, "you"), (DRESS, "you"), (HAIR, "import")]


def test_an_added_tag_that_is_there_stays_in_its_place_and_is_now_the_persons_too() -> None:
    before = state((HAIR, "wd:800"), (SOLO, "import"))
    assert seen(rules.add(before, [HAIR], at_start=False)) == [(HAIR, "you wd:800"), (SOLO, "import")]


def test_adding_lifts_the_veto() -> None:
    added = rules.add(state(vetoes=(HAIR, SOLO)), [HAIR])
    assert (seen(added), added.vetoes) == ([(HAIR, "you")], frozenset({SOLO}))


REPLACEMENTS: list[tuple[str, dict[int, tuple[int, ...]], list[int], set[int]]] = [
    ("one by one keeps the place", {LONG_HAIR: (OTHER,)}, [HAIR, OTHER, RIBBON], {LONG_HAIR}),
    ("one by several, before the next tag", {LONG_HAIR: (SOLO, DRESS)}, [HAIR, SOLO, DRESS, RIBBON], {LONG_HAIR}),
    ("the last by several", {RIBBON: (SOLO, DRESS)}, [HAIR, LONG_HAIR, SOLO, DRESS], {RIBBON}),
    ("by one that stands earlier", {RIBBON: (HAIR,)}, [HAIR, LONG_HAIR], {RIBBON}),
    ("by one that stands later", {HAIR: (RIBBON,)}, [RIBBON, LONG_HAIR], {HAIR}),
    ("by several, one of them itself", {LONG_HAIR: (LONG_HAIR, SOLO)}, [HAIR, LONG_HAIR, SOLO, RIBBON], set()),
    ("by several, one there already", {HAIR: (SOLO, RIBBON)}, [SOLO, RIBBON, LONG_HAIR], {HAIR}),
    ("two by the same", {HAIR: (SOLO,), RIBBON: (SOLO,)}, [SOLO, LONG_HAIR], {HAIR, RIBBON}),
    ("two that change places", {HAIR: (RIBBON,), RIBBON: (HAIR,)}, [RIBBON, LONG_HAIR, HAIR], set()),
    ("a chain is one step", {HAIR: (LONG_HAIR,), LONG_HAIR: (SOLO,)}, [LONG_HAIR, SOLO, RIBBON], {HAIR}),
    (
        "each by several",
        {HAIR: (SOLO, DRESS), LONG_HAIR: (OTHER, 8)},
        [SOLO, DRESS, OTHER, 8, RIBBON],
        {HAIR, LONG_HAIR},
    ),
    (
        "by several, one of them replaced",
        {HAIR: (SOLO, LONG_HAIR), LONG_HAIR: (9, 8)},
        [SOLO, LONG_HAIR, 9, 8, RIBBON],
        {HAIR},
    ),
    (
        "by many, the last of them next",
        {LONG_HAIR: (9, 8, 7, SOLO, RIBBON)},
        [HAIR, 9, 8, 7, SOLO, RIBBON],
        {LONG_HAIR},
    ),
    ("by nothing", {HAIR: (), RIBBON: ()}, [LONG_HAIR], {HAIR, RIBBON}),
    ("what is not there", {OTHER: (SOLO,)}, [HAIR, LONG_HAIR, RIBBON], set()),
]


@pytest.mark.parametrize(
    ("by_tag", "order", "vetoes"), [one[1:] for one in REPLACEMENTS], ids=[one[0] for one in REPLACEMENTS]
)
def test_replaced(by_tag: dict[int, tuple[int, ...]], order: list[int], vetoes: set[int]) -> None:
    before = state((HAIR, "import"), (LONG_HAIR, "import"), (RIBBON, "import"))
    after = rules.remap(before, Fates(by_tag, {}))
    assert (after.ordered, set(after.vetoes)) == (order, vetoes)


def test_several_take_the_room_up_to_the_next_tag_however_wide_the_gaps_are() -> None:
    before = ItemState(1, 1, tags={HAIR: Placed(7, ()), RIBBON: Placed(8, ()), SOLO: Placed(14, ())})
    after = rules.remap(before, Fates({HAIR: (LONG_HAIR, 9), RIBBON: (OTHER, 8)}, {}))
    assert after.ordered == [LONG_HAIR, 9, OTHER, 8, SOLO]


def test_tags_at_one_place_are_each_replaced_by_several_in_their_order() -> None:
    before = ItemState(1, 1, tags={tag: Placed(3, ()) for tag in (HAIR, RIBBON, SOLO)} | {DRESS: Placed(4, ())})
    fates = Fates({HAIR: (9, 8), SOLO: (SOLO, 7)}, {})
    after = rules.remap(before, fates)
    assert (after.ordered, after.tags[DRESS].position) == ([9, 8, RIBBON, SOLO, 7, DRESS], 4)
    assert rules.remap(after, fates) is after


def test_a_tag_between_its_own_parts_is_not_moved_by_the_same_edit_again() -> None:
    fates = Fates({HAIR: (SOLO, HAIR, DRESS)}, {})
    once = rules.remap(state((HAIR, "you"), (RIBBON, "you")), fates)
    assert once.ordered == [SOLO, HAIR, DRESS, RIBBON]
    assert rules.remap(once, fates) is once


def test_a_new_tag_is_the_persons_and_keeps_who_claimed_it_before() -> None:
    before = state((HAIR, "wd:700"), (SOLO, "import"))
    assert seen(rules.remap(before, Fates({HAIR: (SOLO,)}, {}))) == [(SOLO, "you import")]


def test_a_renamed_tag_keeps_its_claims_and_is_not_vetoed() -> None:
    before = state((HAIR, "wd:700 vit:900"))
    after = rules.remap(before, Fates({HAIR: (SOLO,)}, {}, inherit=True))
    assert (seen(after), after.vetoes) == ([(SOLO, "wd:700 vit:900")], frozenset())


def test_other_spellings_of_a_new_tag_join_it() -> None:
    before = state((HAIR, "import"), (SOLO, "wd:700"), (DRESS, "vit:600"))
    after = rules.remap(before, Fates({HAIR: (OTHER,)}, {OTHER: {SOLO, DRESS}}))
    assert seen(after) == [(OTHER, "you wd:700 vit:600")]


def test_replacing_lifts_the_veto_of_the_new_tag() -> None:
    after = rules.remap(state((HAIR, "you"), vetoes=(SOLO,)), Fates({HAIR: (SOLO,)}, {}))
    assert after.vetoes == {HAIR}


CHAINS = {"two that change places", "a chain is one step", "by several, one of them replaced"}


@pytest.mark.parametrize("by_tag", [one[1] for one in REPLACEMENTS if one[0] not in CHAINS])
def test_replacing_again_gives_the_very_same_state(by_tag: dict[int, tuple[int, ...]]) -> None:
    fates = Fates(by_tag, {})
    once = rules.remap(state((HAIR, "import"), (LONG_HAIR, "import"), (RIBBON, "import")), fates)
    assert rules.remap(once, fates) is once


def test_sorting_uses_the_places_that_there_are() -> None:
    before = ItemState(1, 1, tags={HAIR: Placed(2.5, ()), SOLO: Placed(-1, ()), DRESS: Placed(40, ())})
    after = rules.reorder(before, lambda tag: tag)
    assert [(tag, after.tags[tag].position) for tag in after.ordered] == [(HAIR, -1), (DRESS, 2.5), (SOLO, 40)]


def test_tags_at_one_place_are_numbered_anew_when_sorted() -> None:
    before = ItemState(1, 1, tags={HAIR: Placed(3, ()), SOLO: Placed(3, ())})
    after = rules.reorder(before, lambda tag: -tag)
    assert [(tag, after.tags[tag].position) for tag in after.ordered] == [(SOLO, 1), (HAIR, 2)]


NOTHING_CHANGES: list[Callable[[ItemState], ItemState]] = [
    lambda one: rules.add(one, [SOLO]),
    lambda one: rules.remap(one, Fates({DRESS: (OTHER,)}, {})),
    lambda one: rules.remap(one, Fates({SOLO: (SOLO,)}, {})),
    lambda one: rules.reorder(one, lambda tag: tag),
    lambda one: rules.write_prose(one, "A cat."),
    lambda one: rules.set_trigger(one, "hero"),
    lambda one: rules.set_trashed(one, None),
    lambda one: rules.tag_by_model(one, [], source=WD, mode=Mode.MERGE, taggers={WD}, twin=str),
    lambda one: rules.tag_by_model(one, [(DRESS, 900)], source=WD, mode=Mode.SKIP, taggers={WD}, twin=str),
]


@pytest.mark.parametrize("edit", NOTHING_CHANGES)
def test_an_edit_that_changes_nothing_gives_the_very_same_state(edit: Callable[[ItemState], ItemState]) -> None:
    before = state((HAIR, "import"), (SOLO, "you"), prose=Prose("A cat.", IMPORT), trigger="hero")
    assert edit(before) is before


def test_prose_is_its_last_writers_and_goes_when_it_is_empty() -> None:
    before = state(prose=Prose("A cat.", IMPORT))
    assert rules.write_prose(before, "A dog.").prose == Prose("A dog.", PERSON)
    assert rules.write_prose(before, "").prose is None


MODES = {
    Mode.SKIP: [(HAIR, "wd:500"), (SOLO, "you wd:500"), (DRESS, "vit:300"), (RIBBON, "import")],
    Mode.APPEND: [
        (HAIR, "wd:500"),
        (SOLO, "you wd:900"),
        (DRESS, "vit:300"),
        (RIBBON, "import"),
        (LONG_HAIR, "wd:800"),
    ],
    Mode.MERGE: [(SOLO, "you wd:900"), (RIBBON, "import"), (LONG_HAIR, "wd:800")],
    Mode.OVERWRITE: [(SOLO, "wd:900"), (LONG_HAIR, "wd:800")],
}


@pytest.mark.parametrize("mode", Mode)
def test_each_mode_does_what_its_line_of_the_table_says(mode: Mode) -> None:
    before = state((HAIR, "wd:500"), (SOLO, "you wd:500"), (DRESS, "vit:300"), (RIBBON, "import"), vetoes=(OTHER,))
    found = [(OTHER, 990), (SOLO, 900), (LONG_HAIR, 800)]
    after = rules.tag_by_model(before, found, source=WD, mode=mode, taggers={WD, VIT}, twin=str)
    assert (seen(after), after.vetoes) == (MODES[mode], frozenset({OTHER}))


@pytest.mark.parametrize("mode", Mode)
def test_an_item_without_tags_is_written_in_score_order_in_every_mode(mode: Mode) -> None:
    after = rules.tag_by_model(
        state(vetoes=(OTHER,)), [(OTHER, 990), (SOLO, 900), (HAIR, 800)], source=WD, mode=mode, taggers={WD}, twin=str
    )
    assert seen(after) == [(SOLO, "wd:900"), (HAIR, "wd:800")]


@pytest.mark.parametrize("mode", Mode)
def test_running_a_tagger_again_changes_nothing(mode: Mode) -> None:
    before = state((HAIR, "vit:500"), (SOLO, "you"))

    def run(one: ItemState) -> ItemState:
        return rules.tag_by_model(one, [(SOLO, 900), (DRESS, 800)], source=WD, mode=mode, taggers={WD, VIT}, twin=str)

    once = run(before)
    assert run(once) is once


SPELT = {HAIR: "hair", SOLO: "hair", DRESS: "dress", RIBBON: "dress", OTHER: "other"}
"""What spellings share: two pairs of twins."""


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (Mode.APPEND, [(HAIR, "import wd:900"), (DRESS, "wd:800"), (OTHER, "wd:700")]),
        (Mode.MERGE, [(HAIR, "import wd:900"), (RIBBON, "wd:800"), (OTHER, "wd:700")]),
        (Mode.OVERWRITE, [(SOLO, "wd:900"), (RIBBON, "wd:800"), (OTHER, "wd:700")]),
    ],
)
def test_another_spelling_of_what_stays_is_the_same_tag(mode: Mode, expected: list[tuple[int, str]]) -> None:
    found = [(SOLO, 900), (RIBBON, 800), (OTHER, 700)]

    def run(one: ItemState) -> ItemState:
        return rules.tag_by_model(one, found, source=WD, mode=mode, taggers={WD, VIT}, twin=SPELT.__getitem__)

    once = run(state((HAIR, "import"), (DRESS, "wd:500")))
    assert seen(once) == expected
    assert run(once) is once


def test_a_taggers_own_other_spelling_goes_where_a_persons_stays() -> None:
    before = state((HAIR, "you"), (SOLO, "wd:500"))
    after = rules.tag_by_model(before, [(SOLO, 900)], source=WD, mode=Mode.MERGE, taggers={WD}, twin=SPELT.__getitem__)
    assert seen(after) == [(HAIR, "you wd:900")]


def test_what_was_removed_stays_out_under_another_spelling() -> None:
    after = rules.tag_by_model(
        state(vetoes=(HAIR,)), [(SOLO, 900)], source=WD, mode=Mode.MERGE, taggers={WD}, twin=SPELT.__getitem__
    )
    assert seen(after) == []
