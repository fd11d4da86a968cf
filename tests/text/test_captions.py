"""Layers put together to captions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dscore.errors import WrongUseError
from dscore.models import CaptionStyle, Layers, TriggerPosition
from dscore.text.captions import Renderer, one_line, render, validate_template

TAGS = ("1girl", "solo", "long hair")
PROSE = "A girl sits."
DEFAULT = CaptionStyle().template


def rendered(
    layers: Layers, template: str = DEFAULT, position: str = "start", *, seed: int = 0, flat: bool = False
) -> str:
    style = CaptionStyle(template=template, trigger_position=TriggerPosition(position))
    return render(layers, style, seed=seed, flat=flat)


@pytest.mark.parametrize(
    ("trigger", "tags", "prose", "expected"),
    [
        ("mychar", TAGS, PROSE, "mychar, 1girl, solo, long hair. A girl sits."),
        ("", TAGS, PROSE, "1girl, solo, long hair. A girl sits."),
        ("mychar", (), PROSE, "mychar, A girl sits."),
        ("mychar", TAGS, "", "mychar, 1girl, solo, long hair"),
        ("mychar", (), "", "mychar"),
        ("", (), PROSE, "A girl sits."),
        ("", TAGS, " \n ", "1girl, solo, long hair"),
        ("", (), "", ""),
    ],
)
def test_an_empty_layer_leaves_no_dangling_separator(
    trigger: str, tags: tuple[str, ...], prose: str, expected: str
) -> None:
    assert rendered(Layers(trigger, tags, prose)) == expected


@pytest.mark.parametrize(
    ("template", "position", "expected"),
    [
        ("{prose} {tags}", "start", "mychar, A girl sits. 1girl, solo, long hair"),
        ("{trigger}, {prose}", "start", "mychar, A girl sits."),
        ("{trigger}, {prose}", "end", "A girl sits. mychar"),
        ("{trigger}", "end", "mychar"),
        ("{tags}", "start", "mychar, 1girl, solo, long hair"),
        ("{tags}, {trigger}", "start", "1girl, solo, long hair, mychar"),
        (DEFAULT, "end", "1girl, solo, long hair, mychar. A girl sits."),
        ("{tags}\n{prose}", "start", "mychar, 1girl, solo, long hair\nA girl sits."),
        ("score_9, {trigger}, {tags}", "start", "score_9, mychar, 1girl, solo, long hair"),
        ("{prose}. {tags}", "start", "mychar, A girl sits. 1girl, solo, long hair"),
        ("{prose}, {tags}", "start", "mychar, A girl sits. 1girl, solo, long hair"),
    ],
)
def test_each_template_and_position_has_one_result(template: str, position: str, expected: str) -> None:
    assert rendered(Layers("mychar", TAGS, PROSE), template, position) == expected


def test_a_trigger_at_the_end_without_tags_follows_the_prose() -> None:
    assert rendered(Layers("mychar", (), "a girl"), position="end") == "a girl, mychar"


def test_the_trigger_is_never_doubled_by_an_equal_tag() -> None:
    layers = Layers("saria_zelda", ("1girl", "Saria Zelda", "solo"))
    assert rendered(layers) == "saria_zelda, 1girl, solo"
    assert rendered(layers, position="end") == "1girl, solo, saria_zelda"


def test_a_trigger_with_commas_repeats_none_of_its_pieces() -> None:
    assert rendered(Layers("ohwx, woman,", ("woman", "smile"))) == "ohwx, woman, smile"


def test_a_trigger_on_an_empty_caption_leaves_no_comma() -> None:
    assert rendered(Layers("mychar")) == "mychar"


def test_prose_that_has_the_trigger_as_a_word_is_its_place() -> None:
    layers = Layers("mychar", TAGS, "Here MyChar sits.")
    assert rendered(layers) == "1girl, solo, long hair. Here MyChar sits."
    assert rendered(layers, "{trigger}, {tags}") == "mychar, 1girl, solo, long hair"


def test_prose_that_has_the_trigger_inside_a_longer_word_is_not_its_place() -> None:
    assert rendered(Layers("char", (), "Many mychars sit.")) == "char, Many mychars sit."


def test_a_random_trigger_stands_between_tags_at_the_same_place_every_time() -> None:
    layers = Layers("mychar", TAGS, PROSE)
    captions = {rendered(layers, position="random", seed=seed) for seed in range(100)}
    assert captions == {
        "mychar, 1girl, solo, long hair. A girl sits.",
        "1girl, mychar, solo, long hair. A girl sits.",
        "1girl, solo, mychar, long hair. A girl sits.",
        "1girl, solo, long hair, mychar. A girl sits.",
    }
    one = Renderer(CaptionStyle(trigger_position=TriggerPosition.RANDOM))
    assert one.render(layers, seed=41) == rendered(layers, position="random", seed=41)


@given(
    st.lists(st.text(alphabet="ab_ {}|\\(", min_size=1).map(str.strip).filter(bool), max_size=6),
    st.text(alphabet="xy {}."),
    st.sampled_from([DEFAULT, "{prose} {tags}", "{tags}", "{trigger}, {prose}"]),
    st.sampled_from(list(TriggerPosition)),
    st.integers(),
)
def test_the_trigger_stands_exactly_once(
    tags: list[str], prose: str, template: str, position: TriggerPosition, seed: int
) -> None:
    style = CaptionStyle(template=template, trigger_position=position)
    caption = render(Layers("Ztrig", tuple(tags), prose), style, seed=seed)
    assert caption.count("Ztrig") == 1
    assert caption.strip() == caption


def test_braces_in_the_data_are_text() -> None:
    assert rendered(Layers("", ("{tags}", "{a|b}", "{o_o}"), "{prose} {0}")) == "{tags}, {a|b}, {o_o}. {prose} {0}"


def test_a_flat_caption_is_one_line() -> None:
    layers = Layers("", TAGS, "A girl.\r\n  She sits.\n\nEnd\u2028here.")
    assert rendered(layers, flat=True) == "1girl, solo, long hair. A girl. She sits. End here."
    assert rendered(layers, "{tags}\n{prose}", flat=True).startswith("1girl, solo, long hair. A girl. She")
    assert rendered(layers, "{prose}\n{tags}", flat=True).endswith("End here. 1girl, solo, long hair")


def test_one_line_touches_line_ends_only() -> None:
    assert one_line(" a  b \n c\td\n") == "a  b c\td"


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("", "at least one"),
        ("tags", "at least one"),
        ("{tag}", r"names “\{tag\}”"),
        ("{tags} {tags}", "more than once"),
        ("{tags} }", "brace"),
        ("{tags.__class__}", "names"),
        ("{tags!r}", "names"),
        ("{tags}" + " " * 1000, "longer"),
    ],
)
def test_a_template_that_cannot_work_is_refused_with_the_reason(template: str, reason: str) -> None:
    with pytest.raises(WrongUseError, match=reason):
        validate_template(template)
