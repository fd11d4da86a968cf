from __future__ import annotations

import pytest

from dscore.text.prose import Fault, faults_of

KOHYA = "a picture of"
LONG = "Describe this picture in one sentence. These tags are right: {tags}. Do not mention {trigger}."


@pytest.mark.parametrize(
    "caption",
    [
        "a woman in a red dress standing on a beach",
        "a very very old man with a hat",
        "a dog and a cat and a bird and a fish",
        "Two women. Two women sit on a bench.",
        "un café très animé à l\u2019aube",
        "夕焼けの海",
        "arafat square at night",
    ],
)
def test_good_captions_have_no_fault(caption: str) -> None:
    assert faults_of(caption, KOHYA) == ()
    assert faults_of(caption, LONG) == ()


@pytest.mark.parametrize("caption", ["", "   ", "...", "—"])
def test_nothing_said_is_the_only_fault(caption: str) -> None:
    assert faults_of(caption, KOHYA) == (Fault.EMPTY,)


@pytest.mark.parametrize(
    "caption",
    [
        "a cat cat cat",
        "a woman with a woman with a woman with a hat",
        "the sea, The Sea, the sea",
        "She stands by the sea. The sky is blue. She stands by the sea.",
        "one two three four five six seven eight " * 3,
    ],
)
def test_what_stands_again_and_again_is_a_loop(caption: str) -> None:
    assert faults_of(caption) == (Fault.LOOPS,)


@pytest.mark.parametrize(
    ("caption", "prompt"),
    [
        ("a picture of a cat", KOHYA),
        ("there is A Picture, of a cat", KOHYA),
        ("Describe this picture in one sentence: a cat.", LONG),
        ("A cat. These tags are right", "These tags are right: {tags}"),
    ],
)
def test_the_prompt_in_the_caption_is_an_echo(caption: str, prompt: str) -> None:
    assert faults_of(caption, prompt) == (Fault.ECHOES,)


@pytest.mark.parametrize("prompt", ["", "a", "{tags}", "photo {trigger}", "picture of a dog"])
def test_a_word_or_other_words_of_a_prompt_are_no_echo(prompt: str) -> None:
    assert faults_of("a photo of a cat in this picture", prompt) == ()


@pytest.mark.parametrize("word", ["arafed", "araffed", "araffe", "Araffes", "arafes"])
def test_words_that_blip_made_up_are_found(word: str) -> None:
    assert faults_of(f"{word} woman on a beach") == (Fault.UNREAL,)


def test_several_faults_come_the_worst_first() -> None:
    assert faults_of("arafed arafed arafed a picture of it", KOHYA) == (Fault.LOOPS, Fault.ECHOES, Fault.UNREAL)
