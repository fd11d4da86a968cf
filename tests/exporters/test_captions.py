from __future__ import annotations

import pytest

from dscore.exporters.captions import caption_bytes


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("mychar, a", b"mychar, a"),
        ("mychar, a\n", b"mychar, a"),
        ("mychar, a\r\n", b"mychar, a"),
        ("first\nsecond", b"first second"),
        ("first\r\n\r\nsecond\r", b"first second"),
        ("a\u2028b\u2029c\x85d\x0be\x0cf", b"a b c d e f"),
        ("\ufeffmychar, a", b"mychar, a"),
        ("a  b,c", b"a  b,c"),
        ("", b""),
        (" \t\n ", b""),
        ("\ufeff", b""),
        ("saber_(fate), ^_^, :d", b"saber_(fate), ^_^, :d"),
        ("猫, 👩\u200d🚀", "猫, 👩\u200d🚀".encode()),
        ("lone \ud800 half", b"lone ? half"),
        (r"a \(b\) | ||| {c|d} <lora:x:1>", rb"a \(b\) | ||| {c|d} <lora:x:1>"),
    ],
)
def test_a_caption_is_one_line_of_utf8_and_otherwise_as_it_was(text: str, written: bytes) -> None:
    assert caption_bytes(text) == written
