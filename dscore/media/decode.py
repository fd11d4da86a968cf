"""The one decode of a picture, and everything that is taken from it. Meant to run in a child: see `media.pool`."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from PIL import Image

from dscore.errors import UnreadableImageError
from dscore.media import quality, thumbnails
from dscore.media.borders import bare_hash
from dscore.media.foreign import HEAD_BYTES
from dscore.media.formats import (
    EXTENSIONS,
    FAULTS,
    FORMATS,
    open_picture,
    quiet,
    readable,
    reading,
    webp_canvas,
)
from dscore.media.hashing import perceptual_hash
from dscore.media.view import flat, orientation_of, shows_through, upright
from dscore.models import DecodedImage

BYTES_PER_MEGAPIXEL = 24_000_000
"""The memory that decoding takes at most, for each megapixel of the limit."""

# Whole bytes per band, so that a mean of neighbours has a meaning. The rest is made flat first.
_REDUCIBLE = ("L", "RGB", "RGBA", "LA", "CMYK", "YCbCr")
HASH_SIDE = 192


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """What one picture may cost. Pixels and sides are checked in the header; seconds and bytes are kept by `media.pool`.

    `narrow` is no limit: a picture with a shorter side than that comes in with a note.
    """

    megapixels: int = 89
    side: int = 65_535
    narrow: int = 64
    seconds: float = 30.0
    memory_bytes: int = 2 << 30


@dataclass(frozen=True, slots=True)
class _Header:
    """What is known before a pixel is decoded; the size is as stored, not yet upright."""

    pillow_format: str
    size: tuple[int, int]
    mode: str
    frames: int


def decode(path: Path, *, name: str = "", limits: DecodeLimits | None = None) -> DecodedImage:
    """Reads a picture once, in full, and takes size, thumbnail, hash and measures from that.

    `name` is what the picture is called outside (default: the file's name), for messages and for the note on a wrong
    extension. A JPEG is decoded at the smallest eighth that the thumbnail allows: every byte of it is still read and checked.
    Raises UnreadableImageError for whatever is damaged, too large, or no picture.
    """
    name = name or path.name
    limits = limits or DecodeLimits()
    with readable(path, name=name) as (source, notes):
        header = _checked_header(path, source, name=name, limits=limits)
        with reading(name), open_picture(source) as image:
            if header.pillow_format in {"JPEG", "MPO"}:
                image.draft(None, _bounded(header.size, quality.SIDE))
            orientation = _loaded(image)
            return _assembled(image, header, orientation, name=name, limits=limits, notes=notes)


def _checked_header(path: Path, source: Path | io.BytesIO, *, name: str, limits: DecodeLimits) -> _Header:
    with reading(name), path.open("rb") as file:
        canvas = webp_canvas(file.read(HEAD_BYTES))
    if canvas:
        check_size(canvas, name=name, limits=limits)
    with reading(name), open_picture(source) as image:
        check_size(image.size, name=name, limits=limits)
        header = _Header(image.format or "", image.size, image.mode, _frames(image))
    with reading(name), open_picture(source) as image:
        image.verify()
    return header


def check_size(size: tuple[int, int], *, name: str, limits: DecodeLimits) -> None:
    """Raises UnreadableImageError where a width and height are over the limits, with the limit and how to change it."""
    width, height = size
    megapixels = width * height / 1_000_000
    if megapixels > limits.megapixels:
        raise UnreadableImageError(
            f"{name} is too large ({width} x {height}, {megapixels:,.1f} Mpx); the limit is {limits.megapixels} Mpx. "
            "Make it smaller, or raise max_megapixels in the library's settings.toml."
        )
    if max(size) > limits.side:
        raise UnreadableImageError(
            f"{name} is too large ({width} x {height}); the limit is {limits.side} pixels on a side. Crop it first."
        )


def _frames(image: Image.Image) -> int:
    """1, or 2 for more; looks for a second frame without decoding, and takes a broken one for none."""
    with quiet():
        try:
            return 2 if getattr(image, "is_animated", False) else 1
        except FAULTS:
            return 1


def _loaded(image: Image.Image) -> int:
    """Decodes the pixels and returns EXIF's orientation.

    Pillow turns a TIFF upright while loading and forgets how it lay; a PNG may have its EXIF behind the pixels.
    """
    before = orientation_of(image) if image.format == "TIFF" else 1
    image.load()
    return before if image.format == "TIFF" else orientation_of(image)


def _assembled(
    image: Image.Image,
    header: _Header,
    orientation: int,
    *,
    name: str,
    limits: DecodeLimits,
    notes: tuple[str, ...],
) -> DecodedImage:
    see_through = shows_through(image)
    turned = 1 if header.pillow_format == "TIFF" else orientation
    view = upright(_small(image, see_through=see_through), turned)
    thumbnail = thumbnails.shrunk(view)
    width, height = _upright_size(image, header, orientation)
    kind, extension = FORMATS[header.pillow_format]
    return DecodedImage(
        format=kind,
        extension=extension,
        width=width,
        height=height,
        mode=header.mode,
        orientation=orientation,
        frames=header.frames,
        has_alpha=see_through,
        phash=perceptual_hash(thumbnail.reduce(max(1, max(thumbnail.size) // HASH_SIDE)).convert("L")),
        measures=quality.measure(view),
        thumbnail=thumbnails.encoded(thumbnail),
        notes=(*notes, *_notes(header, kind, (width, height), name=name, limits=limits)),
        bare=bare_hash(thumbnail, HASH_SIDE),
    )


def _small(image: Image.Image, *, see_through: bool) -> Image.Image:
    """The flat view at a long side between 512 and 1,023 (or its own, if less): means of whole blocks, alpha premultiplied."""
    factor = max(1, max(image.size) // quality.SIDE)
    if image.mode not in _REDUCIBLE or "transparency" in image.info:
        return flat(image).reduce(factor)
    if image.mode == "RGBA" and not see_through:
        image = image.convert("RGB")
    return flat(image.reduce(factor))


def _upright_size(image: Image.Image, header: _Header, orientation: int) -> tuple[int, int]:
    if header.pillow_format == "TIFF":
        return image.size
    width, height = header.size
    return (height, width) if orientation in {5, 6, 7, 8} else (width, height)


def _bounded(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The size scaled down to that long side, for `draft`, which never goes below it."""
    longest = max(size)
    return max(1, size[0] * side // longest), max(1, size[1] * side // longest)


def _notes(header: _Header, kind: str, size: tuple[int, int], *, name: str, limits: DecodeLimits) -> tuple[str, ...]:
    notes = []
    suffix = PurePosixPath(name).suffix.lower()
    if suffix and suffix not in EXTENSIONS[kind]:
        notes.append(
            f"Its name ends in {suffix}, but it is a {kind.upper()} picture and is kept as {FORMATS[header.pillow_format][1]}."
        )
    if header.pillow_format == "MPO":
        notes.append("It holds further pictures (depth, brightness or a second lens); only the main one is used.")
    elif header.frames > 1:
        notes.append(f"It holds several {'pages' if kind == 'tiff' else 'frames'}; only the first is used.")
    if min(size) < limits.narrow:
        notes.append(f"It is only {size[0]} x {size[1]} pixels, too narrow to train on.")
    return tuple(notes)
