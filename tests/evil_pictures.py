"""Hostile and odd pictures, line by line of the table of what must be withstood; all are made on the spot."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zlib
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image

from tests.media.pictures import bytes_of, exif_of, photo, png_chunk, png_claiming, png_with, webp_claiming


@dataclass(frozen=True)
class Evil:
    """A file and what the import must say of it; `goes_in` with a remark, or none where `said` is ""."""

    name: str
    content: bytes
    said: str
    goes_in: bool = False


def bad(name: str, content: bytes, said: str) -> Evil:
    return Evil(name, content, said)


def odd(name: str, content: bytes, said: str = "") -> Evil:
    return Evil(name, content, said, goes_in=True)


def jpeg(**options: object) -> bytes:
    return bytes_of(photo(300, 200), "JPEG", **options)


def cut(kind: str, part: float) -> bytes:
    whole = bytes_of(photo(200, 150, seed=7), kind)
    return whole[: int(len(whole) * part)]


def zero_tail(kind: str) -> bytes:
    whole = bytes_of(photo(200, 150, seed=8), kind)
    return whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2)


def bit_rot() -> bytes:
    content = bytearray(bytes_of(photo(seed=9), "PNG"))
    content[len(content) // 2] ^= 0x10
    return bytes(content)


def jpeg_claiming(width: int, height: int) -> bytes:
    content = bytearray(jpeg())
    place = content.index(b"\xff\xc0") + 5
    content[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(content)


def text_of(size: int, kind: bytes) -> bytes:
    heads = {b"zTXt": b"workflow\0\0", b"iTXt": b"prompt\0\1\0\0\0", b"iCCP": b"p\0\0"}
    return png_chunk(kind, heads[kind] + zlib.compress(bytes(size)))


def animation(kind: str) -> bytes:
    pictures = [photo(seed=seed) for seed in (20, 21, 22)]
    return bytes_of(pictures[0], kind, save_all=True, append_images=pictures[1:])


def mode(name: str) -> bytes:
    """A picture of an unusual mode, in a format that keeps it."""
    picture = photo(100, 80, seed=30)
    if name == "P+tRNS":
        return bytes_of(picture.quantize(16), "PNG", transparency=3)
    if name == "RGB16":
        rows = b"".join(b"\0" + bytes([x % 256, 0, 99, 0, 7, 7]) * 100 for x in range(80))
        header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 100, 80, 16, 2, 0, 0, 0))
        pixels = png_chunk(b"IDAT", zlib.compress(rows))
        return b"\x89PNG\r\n\x1a\n" + header + pixels + png_chunk(b"IEND", b"")
    if name == "I;16":
        grey = np.asarray(picture.convert("L"), np.uint16) * 257
        return bytes_of(Image.fromarray(grey), "PNG")
    if name == "LAB":
        return bytes_of(Image.merge("LAB", picture.split()), "TIFF")
    return bytes_of(picture.convert(name), "TIFF" if name == "CMYK" else "PNG")


def turned(orientation: int) -> bytes:
    return bytes_of(photo(120, 80, seed=40 + orientation), "JPEG", exif=exif_of(orientation))


def many_pages(count: int) -> bytes:
    """A GIF that holds the same tiny frame again and again."""
    buffer = io.BytesIO()
    Image.new("P", (64, 64)).save(buffer, "GIF")
    whole = buffer.getvalue()
    start = whole.index(b",", 13)
    frame = whole[start:-1]
    return whole[:start] + frame * count + b";"


def comments() -> bytes:
    plain = jpeg(quality=50)
    comment = b"\xff\xfe" + struct.pack(">H", 65_535) + b"x" * 65_533
    return plain[:2] + comment * 400 + plain[2:]


def many_entries() -> bytes:
    entries = b"".join(struct.pack("<HHII", 0x9000 + i % 1000, 3, 1, i) for i in range(5_000))
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 65_535) + entries


@cache
def pictures() -> list[Evil]:
    """Table B, all but the decoder that crashes, hangs or runs out of memory."""
    noise = np.random.default_rng(0).bytes(600_000)
    two_frames = "only the first is used"
    dropped = "too large to read and was dropped"
    return [
        bad("b01-empty.png", b"", "empty (0 bytes)"),
        *(
            bad(f"b01-cut-{kind}-{part}.{kind}", cut(kind.upper(), part / 100), "is damaged")
            for kind in ("jpeg", "png", "webp")
            for part in (5, 50, 95)
        ),
        bad("b01-zero-tail.jpg", zero_tail("JPEG"), "is damaged"),
        bad("b01-zero-tail.png", zero_tail("PNG"), "is damaged"),
        bad("b01-bit-rot.png", bit_rot(), "is damaged"),
        odd("b02-png.jpg", bytes_of(photo(seed=50), "PNG"), "it is a PNG picture and is kept as .png"),
        odd("b02-webp.png", bytes_of(photo(seed=51), "WEBP"), "it is a WEBP picture and is kept as .webp"),
        bad("b03-html.jpg", b"<!DOCTYPE html><html><body>404</body></html>", "a web page (HTML)"),
        bad("b03-json.jpg", json.dumps({"error": "no"}).encode(), "JSON text"),
        bad("b03-elf.png", b"\x7fELF\x02\x01\x01" + bytes(64), "a program (ELF)"),
        bad("b03-pickle.png", pickle.dumps({"a": [1, 2]}), "a Python pickle"),
        bad("b03-svg.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        bad("b03-svg.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a vector drawing"),
        bad("b03-eps.png", b"%!PS-Adobe-3.0 EPSF-3.0\n", "an EPS or PostScript drawing"),
        bad("b03-heic.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC picture"),
        bad("b03-heic.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC, which dscore cannot read; convert"),
        bad("b04-30000.png", png_claiming(30_000, 30_000), "is too large (30000 x 30000"),
        bad("b04-2-31.png", png_claiming(2**31 - 1, 2**31 - 1), "is too large (2147483647"),
        bad(
            "b04-65535.gif",
            b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\2\2D\1\0;",
            "is too large (65535 x 65535",
        ),
        bad("b04-canvas.webp", webp_claiming(16_384, 16_384), "is too large (16384 x 16384"),
        bad("b04-header.jpg", jpeg_claiming(65_000, 65_000), "is too large (65000 x 65000"),
        odd("b04-ztxt.png", png_with(text_of(100 << 20, b"zTXt")), f"Its text is {dropped}"),
        odd("b04-itxt.png", png_with(*[text_of(1 << 20, b"iTXt")] * 90), f"Its text is {dropped}"),
        odd("b04-iccp.png", png_with(text_of(100 << 20, b"iCCP")), f"Its colour profile is {dropped}"),
        bad("b05-90-mpx.png", png_claiming(10_000, 9_000), "10000 x 9000, 90.0 Mpx); the limit is 89 Mpx"),
        odd("b06-workflow.png", png_with(text_of(3 << 20, b"zTXt")), f"Its text is {dropped}"),
        odd("b07-animated.gif", animation("GIF"), f"several frames; {two_frames}"),
        odd("b07-animated.webp", animation("WEBP"), f"several frames; {two_frames}"),
        odd("b07-animated.png", animation("PNG"), f"several frames; {two_frames}"),
        odd("b07-pages.tif", animation("TIFF"), f"several pages; {two_frames}"),
        odd("b07-frames.gif", many_pages(100_000), f"several frames; {two_frames}"),
        *(
            odd(f"b08-{index}.{'tif' if name in {'CMYK', 'LAB'} else 'png'}", mode(name))
            for index, name in enumerate(("1", "L", "LA", "P", "P+tRNS", "I;16", "RGB16", "CMYK", "LAB", "RGBA"))
        ),
        *(odd(f"b09-{orientation}.jpg", turned(orientation)) for orientation in range(1, 9)),
        odd("b10-profile.jpg", jpeg(icc_profile=noise)),
        odd("b10-junk-profile.jpg", jpeg(icc_profile=b"junk")),
        odd("b10-entries.jpg", jpeg(exif=many_entries())),
        odd("b10-comments.jpg", comments()),
        *(
            odd(
                f"b11-{w}x{h}.png",
                bytes_of(Image.new("RGB", (w, h), "red"), "PNG"),
                f"only {w} x {h} pixels, too narrow",
            )
            for w, h in ((1, 1), (4000, 2), (65_000, 1))
        ),
    ]
