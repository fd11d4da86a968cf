"""Every case of hostile and odd pictures: what is said, what is found, and nothing else."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from dscore.errors import UnreadableImageError
from dscore.media.decode import DecodeLimits, decode
from dscore.media.hashing import hamming, perceptual_hash
from dscore.media.view import TURNS
from tests.media.pictures import bytes_of, exif_of, photo, png_chunk, png_claiming, png_with, saved, webp_claiming


def _jpeg(**options: object) -> bytes:
    return bytes_of(photo(600, 450), "JPEG", **{"quality": 90, **options})


@pytest.mark.parametrize(
    ("kind", "expected", "extension"),
    [
        ("JPEG", "jpeg", ".jpg"),
        ("PNG", "png", ".png"),
        ("WEBP", "webp", ".webp"),
        ("GIF", "gif", ".gif"),
        ("BMP", "bmp", ".bmp"),
        ("TIFF", "tiff", ".tif"),
    ],
)
def test_each_format_gives_size_thumbnail_hash_and_measures(
    tmp_path: Path, kind: str, expected: str, extension: str
) -> None:
    path = saved(tmp_path / f"a{extension}", bytes_of(photo(900, 600), kind))
    found = decode(path)
    assert (found.format, found.extension, found.width, found.height) == (expected, extension, 900, 600)
    assert (found.orientation, found.frames, found.has_alpha, found.notes) == (1, 1, False, ())
    with Image.open(io.BytesIO(found.thumbnail)) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("WEBP", (384, 256))
    assert hamming(found.phash, perceptual_hash(photo(900, 600).convert("L"))) <= 6
    assert found.measures.sharpness > 10
    assert 0 < found.measures.dark < found.measures.brightness < found.measures.light <= 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.05, 0.5, 0.95])
def test_a_cut_picture_is_damaged(tmp_path: Path, kind: str, part: float) -> None:
    whole = bytes_of(photo(400, 300), kind)
    path = saved(tmp_path / "a.bin", whole[: int(len(whole) * part)])
    with pytest.raises(UnreadableImageError, match=r"^cat\.x is damaged: .* Get a fresh copy"):
        decode(path, name="cat.x")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_zeroed_tail_is_damaged(tmp_path: Path, kind: str) -> None:
    whole = bytes_of(photo(400, 300), kind)
    half = len(whole) // 2
    path = saved(tmp_path / "a.bin", whole[:half] + bytes(len(whole) - half))
    with pytest.raises(UnreadableImageError, match="is damaged"):
        decode(path)


def test_a_changed_byte_in_a_png_is_damaged(tmp_path: Path) -> None:
    content = bytearray(bytes_of(photo(), "PNG"))
    content[len(content) // 2] ^= 0x10
    with pytest.raises(UnreadableImageError, match="is damaged"):
        decode(saved(tmp_path / "a.png", bytes(content)))


def test_a_changed_checksum_alone_is_damaged(tmp_path: Path) -> None:
    content = bytearray(bytes_of(photo(), "PNG"))
    content[-13] ^= 0xFF
    with pytest.raises(UnreadableImageError, match="is damaged: its checksum is wrong"):
        decode(saved(tmp_path / "a.png", bytes(content)))


def test_an_empty_file_is_called_empty(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImageError, match=r"a\.png is empty \(0 bytes\)"):
        decode(saved(tmp_path / "a.png", b""))


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImageError, match=r"a\.png cannot be read from the disk: No such file"):
        decode(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("a.jpg", "Its name ends in .jpg, but it is a PNG picture and is kept as .png."),
        ("a.PNG", None),
        ("sub.dir/no_extension", None),
    ],
)
def test_content_decides_the_extension(tmp_path: Path, name: str, note: str | None) -> None:
    found = decode(saved(tmp_path / "x", bytes_of(photo(), "PNG")), name=name)
    assert (found.extension, found.notes) == (".png", (note,) if note else ())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE html><html><body>404</body></html>", r"a web page \(HTML\)"),
        (json.dumps({"error": "no"}).encode(), "JSON text"),
        (b"\x7fELF\x02\x01\x01" + bytes(64), r"a program \(ELF\)"),
        (pickle.dumps({"a": [1, 2]}), "a Python pickle"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "an EPS or PostScript drawing"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", r"a HEIC picture.*Convert it"),
        (b"\0\0\0\x18ftypavif\0\0\0\0avifmif1", "an AVIF picture.*Convert it"),
        (b"PK\x03\x04" + bytes(30), "a ZIP archive"),
        (b"1girl, solo, long hair", "plain text"),
    ],
)
def test_what_is_no_picture_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(UnreadableImageError, match=rf"^photo\.png is {said}"):
        decode(saved(tmp_path / "a", content), name="photo.png")


def test_a_format_that_pillow_knows_but_we_do_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImageError, match="not a JPEG, PNG, WebP, GIF, BMP or TIFF picture"):
        decode(saved(tmp_path / "a.png", bytes_of(photo(), "TGA")))


def _jpeg_claiming(width: int, height: int) -> bytes:
    content = bytearray(_jpeg())
    place = content.index(b"\xff\xc0") + 5
    content[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (png_claiming(30_000, 30_000), r"30000 x 30000, 900\.0 Mpx"),
        (png_claiming(2**31 - 1, 2**31 - 1), "2147483647 x 2147483647"),
        (
            b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\2\2D\1\0;",
            "65535 x 65535",
        ),
        (webp_claiming(16_384, 16_384), "16384 x 16384"),
        (_jpeg_claiming(65_000, 65_000), "65000 x 65000"),
        (png_claiming(10_000, 9_000), r"10000 x 9000, 90\.0 Mpx"),
    ],
)
def test_bombs_and_giants_are_too_large_and_never_decoded(tmp_path: Path, content: bytes, size: str) -> None:
    before = psutil.Process().memory_info().rss
    with pytest.raises(UnreadableImageError, match=rf"is too large \({size}.*the limit is 89 Mpx.*max_megapixels"):
        decode(saved(tmp_path / "a.png", content))
    assert psutil.Process().memory_info().rss - before < 100 << 20


def test_a_long_side_is_limited(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImageError, match=r"is too large \(70000 x 3\); the limit is 65535 pixels"):
        decode(saved(tmp_path / "a.png", png_claiming(70_000, 3)))


def test_the_limit_can_be_changed(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", bytes_of(Image.new("1", (10_000, 9_000)), "PNG"))
    limits = DecodeLimits(megapixels=100)
    assert decode(path, limits=limits).width == 10_000


def _ztxt(size: int) -> bytes:
    return png_chunk(b"zTXt", b"workflow\0\0" + zlib.compress(bytes(size)))


def _itxt(size: int) -> bytes:
    return png_chunk(b"iTXt", b"prompt\0\1\0\0\0" + zlib.compress(bytes(size)))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (png_with(_ztxt(3 << 20)), "text"),
        (png_with(_itxt(3 << 20), at_end=True), "text"),
        (png_with(_ztxt(200 << 20)), "text"),
        (png_with(*[_itxt(1 << 20)] * 90), "text"),
        (png_with(png_chunk(b"tEXt", b"a\0" + b"x" * (65 << 20))), "text"),
        (png_with(png_chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(200 << 20)))), "colour profile"),
    ],
    ids=["3 MB", "3 MB at the end", "200 MB", "90 x 1 MB", "65 MB plain", "200 MB profile"],
)
def test_huge_text_is_dropped_and_the_picture_imported(tmp_path: Path, content: bytes, what: str) -> None:
    found = decode(saved(tmp_path / "a.png", content))
    assert (found.width, found.height) == (160, 120)
    assert found.notes == (f"Its {what} is too large to read and was dropped; the picture itself is complete.",)


def test_plain_text_of_3_mb_is_no_matter(tmp_path: Path) -> None:
    content = png_with(png_chunk(b"tEXt", b"workflow\0" + b"x" * (3 << 20)))
    assert decode(saved(tmp_path / "a.png", content)).notes == ()


def _animation(kind: str, frames: int = 3) -> bytes:
    pictures = [photo(seed=seed) for seed in range(frames)]
    return bytes_of(pictures[0], kind, save_all=True, append_images=pictures[1:])


@pytest.mark.parametrize(
    ("kind", "parts"), [("GIF", "frames"), ("WEBP", "frames"), ("PNG", "frames"), ("TIFF", "pages")]
)
def test_of_an_animation_the_first_frame_is_taken_and_said_so(tmp_path: Path, kind: str, parts: str) -> None:
    found = decode(saved(tmp_path / "a", _animation(kind)))
    assert (found.frames, found.notes) == (2, (f"It holds several {parts}; only the first is used.",))
    assert hamming(found.phash, perceptual_hash(photo().convert("L"))) <= 8


def test_a_claim_of_two_thousand_million_frames_costs_nothing(tmp_path: Path) -> None:
    content = png_with(png_chunk(b"acTL", struct.pack(">II", 2**31, 0)))
    assert decode(saved(tmp_path / "a.png", content)).width == 160


def test_a_broken_second_frame_does_not_cost_the_first(tmp_path: Path) -> None:
    whole = _animation("GIF")
    found = decode(saved(tmp_path / "a.gif", whole[: len(whole) * 2 // 3]))
    assert (found.width, found.height) == (160, 120)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_all_orientations_come_out_upright_and_alike(tmp_path: Path, orientation: int, kind: str) -> None:
    upright = photo(320, 200)
    back = {6: TURNS[8], 8: TURNS[6]}.get(orientation, TURNS.get(orientation))
    stored = upright.transpose(back) if back is not None else upright
    found = decode(saved(tmp_path / "a", bytes_of(stored, kind, exif=exif_of(orientation))))
    assert (found.width, found.height, found.orientation) == (320, 200, orientation)
    assert hamming(found.phash, perceptual_hash(upright.convert("L"))) <= 6
    with Image.open(io.BytesIO(found.thumbnail)) as thumbnail:
        difference = np.asarray(thumbnail.convert("RGB"), dtype=float) - np.asarray(upright, dtype=float)
    assert np.abs(difference).mean() < 12


def _jpeg_with_comments() -> bytes:
    plain = _jpeg()
    comment = b"\xff\xfe" + struct.pack(">H", 65_535) + b"x" * 65_533
    return plain[:2] + comment * 400 + plain[2:]


def _many_entries() -> bytes:
    entries = b"".join(struct.pack("<HHII", 0x9000 + i % 1000, 3, 1, i) for i in range(5_000))
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 65_535) + entries


@pytest.mark.parametrize(
    "make",
    [
        lambda: _jpeg(icc_profile=np.random.default_rng(0).bytes(600_000)),
        lambda: _jpeg(icc_profile=b"junk"),
        lambda: png_with(png_chunk(b"iCCP", b"p\0\0not compressed")),
        lambda: _jpeg(exif=b"Exif\0\0junk that is no TIFF"),
        lambda: _jpeg(exif=_many_entries()),
        lambda: png_with(png_chunk(b"eXIf", b"II*\0\xff\xff\xff\xff")),
        _jpeg_with_comments,
    ],
    ids=["600 kB profile", "junk profile", "junk iCCP", "junk EXIF", "65,535 entries", "EXIF past the end", "26 MB"],
)
def test_metadata_never_blocks(tmp_path: Path, make: Callable[[], bytes]) -> None:
    found = decode(saved(tmp_path / "a", make()))
    assert found.orientation == 1
    assert found.notes == ()


@pytest.mark.parametrize("size", [(1, 1), (4000, 2), (2, 4000), (65_000, 1)])
def test_narrow_pictures_come_in_with_a_note(tmp_path: Path, size: tuple[int, int]) -> None:
    found = decode(saved(tmp_path / "a.png", bytes_of(Image.new("RGB", size, "red"), "PNG")))
    assert (found.width, found.height) == size
    assert found.notes == (f"It is only {size[0]} x {size[1]} pixels, too narrow to train on.",)


def test_alpha_is_what_shows_through_and_stands_on_white(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    found = decode(saved(tmp_path / "a.png", bytes_of(clear, "PNG")))
    assert (found.mode, found.has_alpha, found.measures.brightness) == ("RGBA", True, 1.0)
    opaque = photo(600, 600).convert("RGBA")
    found = decode(saved(tmp_path / "b.png", bytes_of(opaque, "PNG")))
    assert (found.mode, found.has_alpha) == ("RGBA", False)


def test_an_mpo_is_a_jpeg(tmp_path: Path) -> None:
    content = bytes_of(photo(300, 200), "MPO", save_all=True, append_images=[photo(300, 200, seed=1)])
    found = decode(saved(tmp_path / "a.jpg", content))
    assert (found.format, found.extension, found.width, found.frames) == ("jpeg", ".jpg", 300, 2)
    assert found.notes == (
        "It holds further pictures (depth, brightness or a second lens); only the main one is used.",
    )
