"""True kinds of what is no picture of ours; pictures of ours are strangers here."""

from __future__ import annotations

import pytest

from dscore.media.foreign import true_kind
from tests.media.pictures import bytes_of, photo


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xef\xbb\xbf  <html lang=en>", "a web page (HTML)"),
        (b"<!-- saved --><title>x</title>", "a web page (HTML)"),
        (b"<!-- Inkscape --><svg>", "an SVG drawing"),
        (b"<?xml version='1.0'?><rss/>", "XML text"),
        (b'[{"id": 1}]', "JSON text"),
        (b"{}", "JSON text"),
        (b"\0\0\0\x20ftypisom", "a video"),
        (b"\x1aE\xdf\xa3", "a video"),
        (b"8BPS\0\1", "a Photoshop file (PSD)"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"\xff\x0a\0", "a JPEG XL picture"),
    ],
)
def test_strangers_are_named(head: bytes, name: str) -> None:
    kind = true_kind(head)
    assert kind is not None
    assert kind.name == name


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_our_pictures_are_no_strangers(kind: str) -> None:
    assert true_kind(bytes_of(photo(), kind)[:1024]) is None


def test_unknown_bytes_have_no_name() -> None:
    assert true_kind(bytes(range(200, 256)) * 10) is None
