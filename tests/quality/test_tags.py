"""Tags among one another: what a repair would make of them, and what the shared set cannot show."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from dscore.models import Category
from dscore.quality import tags
from dscore.quality.findings import Case
from dscore.quality.subjects import Captions


def captions(
    texts: Mapping[int, str],
    *,
    trigger: str = "",
    triggers: Mapping[int, str] | None = None,
    kinds: Mapping[str, Category] | None = None,
) -> Captions:
    names = sorted({name for text in texts.values() for name in text.split(", ") if name})
    number = {name: place for place, name in enumerate(names, 1)}
    lines = sorted((item, number[name]) for item, text in texts.items() for name in text.split(", ") if name)
    return Captions(
        items=np.array(sorted(texts), np.int64),
        item=np.array([item for item, _ in lines], np.int64),
        tag=np.array([tag for _, tag in lines], np.int64),
        names={place: name for name, place in number.items()},
        categories={number[name]: kind for name, kind in (kinds or {}).items()},
        tokens=np.full(len(texts), 30, np.int64),
        trigger=trigger,
        triggers=triggers or {},
    )


def said(cases: list[Case]) -> list[tuple[str, str, str, tuple[int, ...]]]:
    found = [(case.repair, case.items) for case in cases if case.repair]
    return [(repair.kind, repair.text, repair.new, items) for repair, items in found]


def test_the_looks_in_nearly_every_caption_leak() -> None:
    always = "mychar, 1girl, red hair, blue eyes, somebody"
    texts = {item: f"{always}, thing {item}" for item in range(1, 20)} | {20: "1girl, hat"}
    found = tags.leaking(captions(texts, trigger="mychar", kinds={"somebody": Category.CHARACTER}))
    assert [case.query for case in found] == ['"blue eyes"', '"red hair"']
    assert found[0].words == "“blue eyes” in 95 % of the captions"
    assert len(found[0].items) == 19
    few = dict.fromkeys(range(1, 9), always)
    assert tags.leaking(captions(few)) == []


@pytest.mark.parametrize(
    ("name", "new"),
    [
        ("cat; dog", "cat, dog"),
        ("cat\uff0cdog", "cat, dog"),
        ("cat | dog", "cat, dog"),
        ("a cat.", "a cat"),
        ("cat;", "cat"),
    ],
)
def test_separators_are_mended(name: str, new: str) -> None:
    assert said(tags.separators(captions({1: name}))) == [("replace", name, new, (1,))]


@pytest.mark.parametrize(
    "name", [";d", ";)", "|_|", "steins;gate", "d.va", "mr.", "a.b.c.", "...", "re:zero", "fate/zero"]
)
def test_signs_that_belong_to_a_tag_are_no_separators(name: str) -> None:
    assert tags.separators(captions({1: name})) == []


def test_the_boorus_own_name_is_kept_or_else_the_most_used() -> None:
    found = captions(
        {1: "gray hair", 2: "gray hair", 3: "grey hair", 4: "off-shoulder", 5: "off shoulder", 6: "off shoulder"}
    )
    assert said(tags.variants(found)) == [
        ("replace", "gray hair", "grey hair", (1, 2)),
        ("replace", "off-shoulder", "off shoulder", (4,)),
    ]


@pytest.mark.parametrize(
    ("trigger", "replaced"),
    [("mychar", [("my char", (2, 3))]), ("my-char", [("my char", (2, 3)), ("mychar", (1,))])],
)
def test_the_trigger_is_the_name_that_is_kept_however_often_it_is_used(
    trigger: str, replaced: list[tuple[str, tuple[int, ...]]]
) -> None:
    found = captions({1: "mychar, hat", 2: "my char, solo", 3: "my char"}, trigger=trigger)
    assert said(tags.variants(found)) == [("replace", old, trigger, items) for old, items in replaced]


def test_a_trigger_that_boorus_call_otherwise_keeps_its_name() -> None:
    found = captions({1: "gray hair", 2: "grey hair", 3: "grey hair"}, trigger="gray hair")
    assert said(tags.variants(found)) == [("replace", "grey hair", "gray hair", (2, 3))]


def test_a_pictures_own_trigger_stays_as_it_is_and_is_the_name_where_the_dataset_has_another() -> None:
    texts = {1: "mychar", 2: "my char", 3: "my char"}
    own = captions(texts, trigger="mychar", triggers={2: "my char"})
    assert said(tags.variants(own)) == [("replace", "my char", "mychar", (3,))]
    other = captions(texts, trigger="hero", triggers={1: "mychar"})
    assert said(tags.variants(other)) == [("replace", "my char", "mychar", (2, 3))]


def test_capitals_and_underscores_are_the_triggers_too() -> None:
    found = captions({1: "my char", 2: "my char", 3: "My_Char"}, trigger="My_Char")
    assert said(tags.spellings(found)) == [("replace", "my char", "My_Char", (1, 2))]


def test_a_short_tag_goes_only_where_a_longer_one_ends_with_it() -> None:
    found = captions({1: "hair, long hair", 2: "hair", 3: "long hair", 4: "hair, hair ribbon", 5: "solo, solo focus"})
    assert said(list(tags.contained(found))) == [("remove", "hair", "", (1,))]


def test_a_name_with_a_star_is_never_removed_as_a_pattern() -> None:
    (case,) = tags.contained(captions({1: "a*, big a*"}))
    assert case.repair is None


def test_many_people_may_sit_and_stand() -> None:
    found = captions({1: "1girl, sitting, standing", 2: "2girls, sitting, standing", 3: "1girl, 1boy, multiple girls"})
    assert [case.items for case in tags.contradictions(found) if case.items] == [(3,), (1,)]
