"""Imported captions taken apart, and put together again byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dscore.models import CaptionStyle
from dscore.text.captions import render
from dscore.text.parsing import ParsedCaption, parse_caption, shared_template

MIXED = (
    "elf, archer, Elf Archer, fantasy portrait, plain background. Most elves learn to shoot while young, "
    "and many wield bows in war. Though not"
)


def back(parsed: ParsedCaption) -> str:
    return render(parsed.layers, CaptionStyle(template=parsed.template), seed=0)


@pytest.mark.parametrize(
    ("text", "kind", "template", "tags"),
    [
        ("1girl, solo, long hair", "tags", "{tags}", 3),
        ("solo", "tags", "{tags}", 1),
        ("elf, archer female, fantasy portrait, plain background", "tags", "{tags}", 4),
        ("dr. mario, solo, vs. capcom", "tags", "{tags}", 3),
        ("score_9, rating:general, holding another's hand in front of face", "tags", "{tags}", 3),
        ("photo of a woman, red dress, beach", "tags", "{tags}", 3),
        ("A fly.", "prose", "{prose}", 0),
        ("A singing dinosaur!", "prose", "{prose}", 0),
        ("Rook. Can only move forward, back, left or right, but not diagonally.", "prose", "{prose}", 0),
        ("a woman in a red dress, standing on a beach", "prose", "{prose}", 0),
        ("Clad in steel, shining, he stands. The crowd cheers loudly.", "prose", "{prose}", 0),
        ("First line is prose here.\nSecond line is prose too.", "prose", "{prose}", 0),
        (MIXED, "mixed", "{tags}. {prose}", 5),
        ("1girl, solo\nA girl sits on a bench.", "mixed", "{tags}\n{prose}", 2),
        ("1girl, solo, A girl sits on a wooden bench.", "mixed", "{tags}, {prose}", 2),
        ("A girl sits on a bench. 1girl, solo, outdoors", "mixed", "{prose} {tags}", 3),
    ],
)
def test_what_a_caption_is_made_of_is_detected(text: str, kind: str, template: str, tags: int) -> None:
    parsed = parse_caption(text)
    assert (parsed.kind, parsed.template, len(parsed.tags)) == (kind, template, tags)
    assert parsed.changes == ()
    assert back(parsed) == text


ODD = [
    r"saber \(fate\)", "(weight:1.2)", "{a|b}", "__wild__", "^_^", ":d", ":D", "|||", "BREAK", "<lora:x:1>",
    "re:zero", "None", "null", "69", '"quoted"', "👩‍👩‍👧", "\u200fab", "../../etc/passwd", "=1+1", r"\m/", ";;;",
    "' or 1=1 --", "<script>x</script>", ":red[x]", "$x$", "a  b", "?", "...", "+++", ";)", "[](http://x)",
]  # fmt: skip


def test_odd_tags_pass_untouched() -> None:
    parsed = parse_caption(", ".join(ODD))
    assert parsed.tags == tuple(ODD)
    assert parsed.changes == ()


@pytest.mark.parametrize("name", ODD)
def test_an_odd_tag_alone_comes_back_as_it_was(name: str) -> None:
    assert back(parse_caption(name)) == name


@pytest.mark.parametrize(
    ("text", "tags", "changes"),
    [
        ("a, , b,, c", ("a", "b", "c"), ("2 empty tags dropped",)),
        ("solo, 1girl, solo", ("solo", "1girl"), ("doubled tag “solo” dropped",)),
        (" 1girl, solo \n", ("1girl", "solo"), ("blanks at the ends dropped",)),
        ("1girl,solo", ("1girl", "solo"), ("blanks around commas became one behind each",)),
        ("1girl, solo,\nlong hair", ("1girl", "solo", "long hair"), ("1 line end between tags read as a comma",)),
        ("1girl, solo,", ("1girl", "solo"), ("1 empty tag dropped",)),
        (" , ,\n", (), ("only blanks and commas: the caption is empty",)),
    ],
)
def test_what_will_change_is_said(text: str, tags: tuple[str, ...], changes: tuple[str, ...]) -> None:
    parsed = parse_caption(text)
    assert parsed.tags == tags
    assert parsed.changes == changes


def test_an_empty_caption_and_a_final_line_end_are_no_change() -> None:
    assert parse_caption("") == ParsedCaption((), "", "{tags}", "tags")
    assert parse_caption("\n").changes == ()
    assert parse_caption("1girl, solo\n").changes == ()
    assert parse_caption("1girl, solo\r\n") == parse_caption("1girl, solo")


def test_spellings_that_differ_in_case_are_two_tags() -> None:
    assert parse_caption("human, general, General, :d, :D").tags == ("human", "general", "General", ":d", ":D")


def test_the_kind_can_be_set() -> None:
    assert parse_caption(MIXED, kind="prose").prose == MIXED
    assert len(parse_caption(MIXED, kind="tags").tags) == 6
    assert parse_caption("one, two. and three", kind="mixed").tags == ("one", "two")
    assert parse_caption("solo", kind="mixed").kind == "tags"


@pytest.mark.parametrize(
    "text",
    [
        "elf, elf. Most elves learn to shoot while young.",
        "elf, bow. ; Most elves learn to shoot while young.",
        "1girl, solo,  A girl sits on a wooden bench.",
    ],
)
def test_a_reading_that_would_change_standard_text_gives_way(text: str) -> None:
    parsed = parse_caption(text)
    assert back(parsed) == text or parse_caption(text, kind="tags").changes
    assert bool(parsed.changes) == (back(parsed) != text)


tag_texts = st.text(
    st.characters(exclude_characters=",\n\r", exclude_categories=["Cs"]) | st.sampled_from("aA. !?"), min_size=1
).filter(lambda text: text == text.strip())


@given(st.lists(tag_texts, min_size=1, unique=True))
def test_tags_in_standard_form_come_back_byte_for_byte(tags: list[str]) -> None:
    text = ", ".join(tags)
    for parsed in (parse_caption(text), parse_caption(text, kind="tags")):
        assert back(parsed) == text
        assert parsed.changes == ()


@given(st.lists(st.sampled_from(["1girl", "solo", "A girl sits on a bench.", "\n", ", ", ". ", " ", "elf", ","])))
def test_a_caption_without_stated_changes_comes_back_byte_for_byte(pieces: list[str]) -> None:
    text = "".join(pieces)
    parsed = parse_caption(text)
    if not parsed.changes:
        assert back(parsed) == text.removesuffix("\n")
    else:
        assert back(parsed) != text.removesuffix("\n")


@given(st.text())
def test_any_text_parsed_again_stays_as_it_is(text: str) -> None:
    for kind in ("auto", "tags", "prose"):
        once = back(parse_caption(text, kind=kind))
        assert back(parse_caption(once, kind=kind)) == once


@given(st.text())
def test_prose_is_kept_to_the_letter(text: str) -> None:
    assert back(parse_caption(text.strip(), kind="prose")) == text.strip() or not text.strip(", \t\r\n")


def test_a_megabyte_is_read_in_a_moment() -> None:
    for text in ("a " * 500_000, "tag, " * 200_000, "a. B c. " * 120_000, "x" + " " * 1_000_000 + "y", "a\n" * 500_000):
        assert parse_caption(text).kind


def test_a_datasets_template_is_the_commonest_of_its_mixed_captions() -> None:
    captions = [parse_caption(text) for text in (MIXED, "1girl, solo", MIXED + " more.", "1girl, solo\n" + MIXED[60:])]
    assert shared_template(captions) == "{trigger}, {tags}. {prose}"
    assert shared_template([]) == CaptionStyle().template
