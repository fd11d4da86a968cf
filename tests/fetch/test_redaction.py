from __future__ import annotations

import pytest

from dscore.fetch.redaction import Redactor

KEY = "canary+key/1=="


@pytest.mark.parametrize(
    "text",
    [
        f"GET /index.php?api_key={KEY}&user_id=12",
        "GET /index.php?api_key=canary%2Bkey%2F1%3D%3D",
        f"it said: {KEY}!",
        f"Authorization: Bearer {KEY}",
        f'"token={KEY}"',
    ],
)
def test_no_form_of_a_key_is_left(text: str) -> None:
    cleaned = Redactor([KEY, "12"]).clean(text)
    assert "canary" not in cleaned
    assert "user_id=12" not in cleaned


def test_a_short_number_is_no_reason_to_spoil_a_text() -> None:
    assert Redactor(["12"]).clean("Post 1234 of 12") == "Post 1234 of 12"


def test_an_answer_that_repeats_the_question_is_scrubbed_in_every_form() -> None:
    known = Redactor(["canary+/123"])
    body = b'{"a": "canary+/123", "b": "canary+\\/123", "c": "?k=canary%2B%2F123&x=1"}'
    assert known.scrub(body).decode() == '{"a": "…", "b": "…", "c": "?k=…&x=1"}'
