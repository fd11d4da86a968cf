"""Sentences that loop, and markup that was left; and what only looks like it."""

from __future__ import annotations

import pytest

from dscore.quality.prose import markup
from dscore.text.prose import looping


@pytest.mark.parametrize(
    "text",
    [
        "a woman with a hat with a hat with a hat",
        "the the the the sky",
        "A girl stands. The sky is blue. The sky is blue. The sky is blue.",
        "A red dress, and a red dress, and a red dress, and a red dress, and",
        "She looks up.\nShe looks up.\nShe looks up.",
        "in the background there is a tree in the background there is a tree in the background there is a tree",
    ],
)
def test_a_loop_is_seen(text: str) -> None:
    assert looping(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A very, very, very tall tree.",
        "She has red hair and red eyes, a red dress and red shoes.",
        "A man beside a man. Another man behind them.",
        "The left cat sleeps. The right cat sleeps. The third cat looks on.",
        "Yes. Yes. Yes. She nods.",
        "row, row your boat, gently down the stream",
    ],
)
def test_what_only_looks_like_a_loop_is_none(text: str) -> None:
    assert not looping(text)


@pytest.mark.parametrize(
    "text",
    [
        "A girl<br>in a field",
        "<b>bold</b>",
        '<a href="x">a link</a>',
        "salt &amp; pepper",
        "<lora:style:0.8>",
        "{red|blue} hair",
        "__colour__ dress",
        "(red dress:1.2)",
        r"saber \(fate\)",
        "a cat BREAK a dog",
        "**Subject:** a cat",
        "a [cat](http://x)",
        "## Description",
        "a cat<|im_end|>",
        "</s>",
    ],
)
def test_markup_is_seen(text: str) -> None:
    assert markup(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a girl",
            "saber (fate)",
            ">_<",
            "<3",
            "^_^",
            "||_||",
            r"\m/",
            r"\(^o^)/",
            "re:zero",
            "tom & jerry",
            "5 < 6",
            "1:1",
        ),
        *(
            "long_hair",
            "star *",
            "heart in eye {symbol}",
            "spring break",
            "c# minor",
            "[object]",
            "(2:1)x",
            "snake__case",
        ),
    ],
)
def test_what_only_looks_like_markup_is_none(text: str) -> None:
    assert not markup(text)
