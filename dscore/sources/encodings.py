"""Which encoding bytes of unknown origin are in; a fixed rule, so that the same file always reads the same.

In this order, the first that fits:

1. a byte order mark (UTF-8, UTF-16);
2. UTF-16 without one: a third of the bytes at even (odd) places are NUL, and hardly any at the others;
3. UTF-8, strictly;
4. Shift-JIS, strictly, if the result looks Japanese (see `shift_jis`);
5. UTF-8 with wrong bytes in it, if the right characters beyond ASCII are at least as many: each wrong byte
   becomes U+FFFD;
6. Windows-1252, or Latin-1 for the five bytes that it lacks.

Guessing by statistics was left out on purpose: a caption of ten tags is too short for it.
"""

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
TITLES = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp932": "Shift-JIS",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
    "cp437": "code page 437",
}

_KANA_OR_KANJI = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")
# Japanese text holds kana, kanji, their punctuation, full-width forms, the symbols of JIS X 0208; no more
_NOT_JAPANESE = re.compile(
    r"[^\x00-\x7f\xa7\xa8\xb0\xb1\xb4\xb6\xd7\xf7\u2010-\u27bf"
    r"\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e\uffe0-\uffe6]"
)
# UTF-8 kana read as Shift-JIS begin with one of these three rare characters
_MISREAD_UTF8 = re.compile("[縺繧繝]")
_LONE_BY_LETTER = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f](?=[\x00-\x7f]|$)|(?<![^\x00-\x7f])[^\x00-\x7f](?=[A-Za-z])")
_RUN = re.compile(r"[^\x00-\x7f]+")


def decode(data: bytes) -> tuple[str, str, tuple[str, ...]]:
    """(text, Python's name of the encoding, notes for the user) by the rule above; never fails."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            note = "A byte order mark at its start was dropped."
            return data[len(mark) :].decode(encoding, "replace"), encoding, (note, *_read_as(encoding))
    for encoding in (_utf_16_shape(data), "utf-8"):
        text = _strictly(data, encoding)
        if text is not None:
            return text, encoding, _read_as(encoding)
    return _decode_other(data)


def shift_jis(data: bytes) -> str | None:
    """The text if `data` is Shift-JIS and looks Japanese, else None.

    Western code pages often happen to be valid Shift-JIS ("Köln" gives one kanji between letters), so: there
    is kana or kanji, nothing beyond ASCII that Japanese text does not hold (half-width kana, Greek,
    Cyrillic), and of the runs beyond ASCII fewer are single characters beside a Latin letter than are not.
    """
    text = _strictly(data, "cp932")
    if text is None or _NOT_JAPANESE.search(text) or _MISREAD_UTF8.search(text) or not _KANA_OR_KANJI.search(text):
        return None
    lone = len(_LONE_BY_LETTER.findall(text))
    return text if lone < len(_RUN.findall(text)) - lone else None


def _strictly(data: bytes, encoding: str) -> str | None:
    if not encoding:
        return None
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _utf_16_shape(data: bytes) -> str:
    if len(data) < 4 or len(data) % 2 or b"\0" not in data:
        return ""
    half = len(data) // 2
    even, odd = data[::2].count(0), data[1::2].count(0)
    if odd * 3 >= half and even * 10 < half:
        return "utf-16-le"
    return "utf-16-be" if even * 3 >= half and odd * 10 < half else ""


def _decode_other(data: bytes) -> tuple[str, str, tuple[str, ...]]:
    japanese = shift_jis(data)
    if japanese is not None:
        return japanese, "cp932", _read_as("cp932")
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    if sum(character > "\x7f" for character in text) >= 2 * wrong:
        return text, "utf-8", (f"{wrong} wrong bytes were shown as \ufffd: the file is not valid UTF-8.",)
    for encoding in ("cp1252", "latin-1"):
        western = _strictly(data, encoding)
        if western is not None:
            break
    return western or "", encoding, _read_as(encoding)


def _read_as(encoding: str) -> tuple[str, ...]:
    if encoding == "utf-8":
        return ()
    return (f"It was read as {TITLES[encoding]}; if it looks wrong, save it as UTF-8 and import it again.",)
