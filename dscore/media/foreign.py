"""What a file that is no picture of ours really is, told from its first bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEAD_BYTES = 1024
"""How much of a file's start `true_kind` wants to see."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its name as a sentence says it ("a web page (HTML)"), and what to do about it."""

    name: str
    advice: str


_DOWNLOAD = "Download the picture itself."
_AS_PNG = "Save it as PNG or JPEG in the program that made it."
_UNPACK = "Unpack it first, or import it as a ZIP."
_NO_PICTURE = "It holds no picture: take it out of the batch."
_FRAME = "Save single frames of it as PNG first."
_HEIF = "Convert it to JPEG or PNG first, for example with `heif-convert`, or by opening and exporting it."

_HEIC = Kind("a HEIC picture (as iPhones make)", _HEIF)
_AVIF = Kind("an AVIF picture", _HEIF)
_JXL = Kind("a JPEG XL picture", "Convert it to PNG first, for example with `djxl`.")
_JP2 = Kind("a JPEG 2000 picture", "Convert it to PNG first.")
_HTML = Kind("a web page (HTML)", _DOWNLOAD)
_SVG = Kind("an SVG drawing", "Draw it as PNG in the size that you need.")
_XML = Kind("XML text", _NO_PICTURE)
_JSON = Kind("JSON text", _DOWNLOAD)
_VIDEO = Kind("a video", _FRAME)

_MAGIC: tuple[tuple[int, bytes, Kind], ...] = (
    (0, b"\x7fELF", Kind("a program (ELF)", _NO_PICTURE)),
    (0, b"MZ", Kind("a program (Windows)", _NO_PICTURE)),
    (0, b"#!", Kind("a script", _NO_PICTURE)),
    (0, b"%PDF", Kind("a PDF document", "Save its pages as PNG first.")),
    (0, b"%!PS", Kind("an EPS or PostScript drawing", _AS_PNG)),
    (0, b"\xc5\xd0\xd3\xc6", Kind("an EPS or PostScript drawing", _AS_PNG)),
    (0, b"8BPS", Kind("a Photoshop file (PSD)", _AS_PNG)),
    (0, b"gimp xcf", Kind("a GIMP file (XCF)", _AS_PNG)),
    (0, b"\x00\x00\x01\x00", Kind("an icon (ICO)", _AS_PNG)),
    (0, b"\x00\x00\x00\x0cJXL ", _JXL),
    (0, b"\xff\x0a", _JXL),
    (0, b"\x00\x00\x00\x0cjP  ", _JP2),
    (0, b"\xff\x4f\xff\x51", _JP2),
    (0, b"qoif", Kind("a QOI picture", _AS_PNG)),
    (0, b"DDS ", Kind("a DDS texture", _AS_PNG)),
    (0, b"\x76\x2f\x31\x01", Kind("an OpenEXR picture", _AS_PNG)),
    (0, b"PK\x03\x04", Kind("a ZIP archive", "Import it as a ZIP, or unpack it first.")),
    (0, b"PK\x05\x06", Kind("an empty ZIP archive", _NO_PICTURE)),
    (0, b"Rar!", Kind("a RAR archive", _UNPACK)),
    (0, b"7z\xbc\xaf\x27\x1c", Kind("a 7-Zip archive", _UNPACK)),
    (0, b"\x1f\x8b", Kind("a gzip archive", _UNPACK)),
    (0, b"\x28\xb5\x2f\xfd", Kind("a Zstandard archive", _UNPACK)),
    (0, b"SQLite format 3", Kind("an SQLite database", _NO_PICTURE)),
    (0, b"PAR1", Kind("a Parquet table", _NO_PICTURE)),
    (0, b"\x93NUMPY", Kind("a NumPy array", _NO_PICTURE)),
    (0, b"\x1aE\xdf\xa3", _VIDEO),
    (8, b"AVI ", _VIDEO),
    (8, b"WAVE", Kind("a sound file", _NO_PICTURE)),
    (0, b"ID3", Kind("a sound file", _NO_PICTURE)),
)
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), _HEIC),
    **dict.fromkeys((b"avif", b"avis"), _AVIF),
}
_TEXTS: tuple[tuple[re.Pattern[bytes], Kind], ...] = (
    (re.compile(rb"(?is)(<!--.*?-->\s*)*(<\?xml.*?)?(<!doctype svg|<svg)"), _SVG),
    (re.compile(rb"(?is)(<\?xml.*?)?(<!doctype html|<html)"), _HTML),
    (re.compile(rb"(?i)<(head|body|script|title|meta|!--)"), _HTML),
    (re.compile(rb"<\?xml"), _XML),
    (re.compile(rb'[\[{]\s*["\[{\]}]'), _JSON),
)
_PICKLE = re.compile(rb"\x80[\x02-\x05][\x95(}\])cKXU\x8c]")
_PRINTABLE = bytes({7, 8, 9, 10, 12, 13, 27, *range(0x20, 0x7F)})


def true_kind(head: bytes) -> Kind | None:
    """The kind of a file that starts with `head`; None where that is not known (a picture that we read is not known here)."""
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], _VIDEO)
    for offset, magic, kind in _MAGIC:
        if head.startswith(magic, offset):
            return kind
    if _PICKLE.match(head):
        return Kind("a Python pickle", _NO_PICTURE)
    return _kind_of_text(head)


def _kind_of_text(head: bytes) -> Kind | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for pattern, kind in _TEXTS:
        if pattern.match(text):
            return kind
    if text and not text.translate(None, _PRINTABLE):
        return Kind("plain text", _NO_PICTURE)
    return None
