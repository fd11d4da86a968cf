"""Thumbnails: small WebP pictures for the gallery."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

SIDE = 384
"""The long side of a thumbnail, at most; a smaller picture keeps its size."""

_QUALITY = 75
_METHOD = 0  # a quarter of the default's time; the file grows by a fifth


def shrunk(view: Image.Image) -> Image.Image:
    """An RGB picture at thumbnail size; the same object where it is small enough already."""
    longest = max(view.size)
    if longest <= SIDE:
        return view
    size = (max(1, round(view.width * SIDE / longest)), max(1, round(view.height * SIDE / longest)))
    return view.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)


def encoded(thumbnail: Image.Image) -> bytes:
    """The bytes of a thumbnail's file: WebP, without any metadata."""
    buffer = io.BytesIO()
    thumbnail.save(buffer, "WEBP", quality=_QUALITY, method=_METHOD, icc_profile=b"", exif=b"", xmp=b"")
    return buffer.getvalue()


def thumbnail_path(home: Path, sha256: str) -> Path:
    """Where the thumbnail of the picture with that SHA-256 lies in a library: `thumbs/ab/<sha256>.webp`."""
    return home / "thumbs" / sha256[:2] / f"{sha256}.webp"
