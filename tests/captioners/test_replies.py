"""Answers of chat models, and of what only looks like one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dscore.captioners.replies import Reply, read_reply, said_by


def chat(content: Any, *, finish: str = "stop") -> bytes:
    return json.dumps(
        {"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": finish}]}
    ).encode()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("A cat.", "A cat."),
        ("  A cat.\n\nIt sleeps.\t", "A cat. It sleeps."),
        ('"A cat."', "A cat."),
        ("“A cat.”", "A cat."),
        ('"A cat" and "a dog"', '"A cat" and "a dog"'),
        ("<think>Is it a dog?\nNo.</think>\nA cat.", "A cat."),
        ("<think>Is it", ""),
        ("A\x00 cat\x1b[31m.", "A cat [31m."),
        ([{"type": "text", "text": "A "}, {"type": "image"}, {"type": "text", "text": "cat."}], "A cat."),
        (None, ""),
        ("", ""),
    ],
)
def test_a_caption_is_one_plain_line(content: Any, text: str) -> None:
    assert read_reply(chat(content)) == Reply(text, is_cut=False)


def test_one_that_came_to_its_limit_is_said_to_be_cut() -> None:
    assert read_reply(chat("A cat sits on", finish="length")) == Reply("A cat sits on", is_cut=True)


def test_no_text_is_longer_than_a_caption_may_be() -> None:
    reply = read_reply(chat("a " * 1_000_000))
    assert reply is not None
    assert len(reply.text) <= 20_000


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"<html>",
            b"{",
            b"[]",
            b"null",
            b"3",
            b'{"choices": []}',
            b'{"choices": [{}]}',
            b'{"choices": {"0": 1}}',
        ),
        *(chat(7), chat({"text": "A cat."}), b"[" * 100_000, b"\xff\xfe"),
    ],
)
def test_anything_else_is_no_answer(body: bytes) -> None:
    assert read_reply(body) is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": {"message": "model not found", "type": "x"}}', " It says: model not found."),
        (b'{"error": "no\\nroom."}', " It says: no room."),
        (b'{"detail": "Not Found"}', " It says: Not Found."),
        (b'{"error": {}}', ""),
        (b'{"error": {"message": 3}}', ""),
        (b"<h1>502</h1>", ""),
        (json.dumps({"error": "x" * 999}).encode(), f" It says: {'x' * 200}."),
    ],
)
def test_a_sites_own_words_are_passed_on_in_short(body: bytes, said: str) -> None:
    assert said_by(body) == said
