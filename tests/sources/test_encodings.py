"""The rule by which bytes become text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dscore.sources.encodings import decode, shift_jis

JAPANESE = [
    "猫.png",
    "写真/初音ミク 01.png",
    "1girl, 長い髪, 青い目",
    "つとな",
    "ちつてとなにぬねの",
    "テスト★",
]
WESTERN = [
    "Köln",
    "für",
    "Bär",
    "début, café, garçon",
    "coração, mulher",
    "niño, ñandú",
    "Straße, Größe",
    "été",
]


@pytest.mark.parametrize("text", JAPANESE)
def test_shift_jis_is_found(text: str) -> None:
    assert decode(text.encode("cp932"))[:2] == (text, "cp932")


@pytest.mark.parametrize("text", WESTERN)
def test_western_text_is_not_taken_for_shift_jis(text: str) -> None:
    assert decode(text.encode("cp1252"))[:2] == (text, "cp1252")


@pytest.mark.parametrize("text", ["Köln", "für", "Bär", "Ölbild", "Ärger", "niño"])
def test_western_names_in_dos_code_page_are_not_taken_for_shift_jis(text: str) -> None:
    assert shift_jis(text.encode("cp437")) is None


@pytest.mark.parametrize("text", ["日本語", "初音ミク, 長い髪", "あいう", "カタカナ"])
def test_utf_8_with_a_wrong_byte_stays_utf_8(text: str) -> None:
    read, encoding, notes = decode(text.encode() + b", \xff")
    assert (read, encoding) == (f"{text}, \ufffd", "utf-8")
    assert "1 wrong byte" in notes[0]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["1girl, solo", "long hair, 青い目, red dress"])
def test_utf_16_without_a_mark(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding))[:2] == (text, encoding)


def test_a_few_nuls_do_not_make_utf_16() -> None:
    assert decode(b"1girl, s\0lo!")[1] == "utf-8"


def test_the_five_bytes_that_windows_1252_lacks_are_latin_1() -> None:
    assert decode(b"caf\xe9 \x81")[:2] == ("café \x81", "latin-1")


def test_an_encoding_other_than_utf_8_is_said() -> None:
    assert "Shift-JIS" in decode("猫".encode("cp932"))[2][0]
    assert decode("猫".encode())[2] == ()


@given(st.text())
def test_utf_8_comes_through_untouched(text: str) -> None:
    if "\0" not in text and not text.startswith("\ufeff"):
        assert decode(text.encode())[0] == text


@given(st.binary())
def test_any_bytes_are_read_as_something(data: bytes) -> None:
    text, encoding, _ = decode(data)
    assert isinstance(text, str)
    assert encoding
