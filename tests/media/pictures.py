"""Small pictures for the tests of this room, made on the spot."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def photo(width: int = 160, height: int = 120, *, seed: int = 0) -> Image.Image:
    """Soft colours with a grain; no two orientations of it are alike."""
    generator = np.random.default_rng(seed)
    coarse = Image.fromarray(generator.integers(0, 256, (6, 8, 3), dtype=np.uint8))
    soft = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32)
    grain = generator.normal(0, 8, (height, width, 1)).astype(np.float32)
    return Image.fromarray((soft + grain).clip(0, 255).astype(np.uint8))


def bytes_of(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture's file in Pillow's format `kind`."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def saved(path: Path, content: bytes) -> Path:
    """A file with that content."""
    path.write_bytes(content)
    return path


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """One PNG chunk with its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_with(*chunks: bytes, at_end: bool = False) -> bytes:
    """A small valid PNG with further chunks behind the header, or before the end."""
    plain = bytes_of(photo(), "PNG")
    cut = len(plain) - 12 if at_end else 33
    return plain[:cut] + b"".join(chunks) + plain[cut:]


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header claims a size, with hardly any pixels behind it."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + png_chunk(b"IEND", b"")


def webp_claiming(width: int, height: int) -> bytes:
    """A WebP whose extended header claims a size."""
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + canvas + bytes(40)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def exif_of(orientation: int) -> Image.Exif:
    """EXIF that holds an orientation only."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif
