"""The picture formats that dscore reads, and the one door through which Pillow opens them."""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from dscore.errors import UnreadableImageError
from dscore.media import png
from dscore.media.foreign import HEAD_BYTES, true_kind

PLUGINS = (
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
    GifImagePlugin,
    BmpImagePlugin,
    TiffImagePlugin,
)
"""Imported by name, so that `Image.open` never loads Pillow's other fifty."""

FORMATS = {
    "JPEG": ("jpeg", ".jpg"),
    "MPO": ("jpeg", ".jpg"),
    "PNG": ("png", ".png"),
    "WEBP": ("webp", ".webp"),
    "GIF": ("gif", ".gif"),
    "BMP": ("bmp", ".bmp"),
    "TIFF": ("tiff", ".tif"),
}
"""Pillow's name of each allowed format: ours, and its extension. An MPO is a JPEG with further pictures behind it."""

_OPENERS = [name for name in FORMATS if name != "MPO"]  # Pillow comes to MPO through JPEG

EXTENSIONS = {
    "jpeg": (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
    "png": (".png", ".apng"),
    "webp": (".webp",),
    "gif": (".gif",),
    "bmp": (".bmp", ".dib"),
    "tiff": (".tif", ".tiff"),
}
"""Extensions that say a format rightly."""

READABLE = "JPEG, PNG, WebP, GIF, BMP or TIFF"

_SIGNATURES = (b"\xff\xd8", png.SIGNATURE, b"RIFF", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

# The size is checked by our own limit, which people can raise, before a pixel is decoded. Pillow's limit cannot be told the
# width and height, and warns of pictures that are only large.
Image.MAX_IMAGE_PIXELS = None

FAULTS = (
    OSError,
    ValueError,
    SyntaxError,
    NotImplementedError,
    TypeError,
    EOFError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What Pillow raises on files that are broken or hostile; MemoryError apart."""

_REASONS = (
    ("truncated", "it ends too early"),
    ("not enough", "it ends too early"),
    ("unexpected end", "it ends too early"),
    ("checksum", "its checksum is wrong, so bytes in it have changed"),
    ("broken png", "its parts do not fit together"),
    ("broken data stream", "its pixels cannot be decoded"),
    ("decoder", "its pixels cannot be decoded"),
    ("failed to decode", "its pixels cannot be decoded"),
)
_QUIET = threading.Lock()


@contextmanager
def quiet() -> Iterator[None]:
    """Keeps Pillow's warnings on odd metadata to itself; only for header work, as one thread at a time gets in."""
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turns whatever Pillow raises on a bad file into an UnreadableImageError that names the file, the fault and the remedy."""
    try:
        yield
    except MemoryError as error:
        raise UnreadableImageError(f"{name} {OUT_OF_MEMORY}") from error
    except FAULTS as error:
        raise UnreadableImageError(f"{name} {_fault(error)}") from error


OUT_OF_MEMORY = "needs more memory to decode than a picture may take. Save it again in a smaller size or as PNG."
"""The rest of a sentence that begins with the file's name."""


def _fault(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return f"cannot be read from the disk: {error.strerror}."
    text = str(error).lower()
    reason = next((said for word, said in _REASONS if word in text), "its content breaks the rules of its format")
    return f"is damaged: {reason}. Get a fresh copy of it."


def require_picture(head: bytes, *, name: str) -> None:
    """Raises UnreadableImageError, with the true kind, where a file that starts with these bytes is no picture of ours."""
    if not head:
        raise UnreadableImageError(f"{name} is empty (0 bytes). Get a fresh copy of it.")
    if kind := true_kind(head):
        raise UnreadableImageError(f"{name} is {kind.name}, not a {READABLE} picture. {kind.advice}")
    if not head.startswith(_SIGNATURES):
        raise UnreadableImageError(
            f"{name} is not a {READABLE} picture. Open it in the program that made it and save it as PNG."
        )


@contextmanager
def readable(path: Path, *, name: str) -> Iterator[tuple[Path | io.BytesIO, tuple[str, ...]]]:
    """What `open_picture` can take (the file, or a copy without its huge text) and the notes on it.

    Raises UnreadableImageError for an empty file and for anything that is no picture of ours, with its true kind.
    """
    with reading(name), path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    require_picture(head, name=name)
    with reading(name):
        trimmed = png.without_huge_text(path) if head.startswith(png.SIGNATURE) else None
    if trimmed is None:
        yield path, ()
    else:
        with trimmed[0] as copy:
            yield copy, (trimmed[1],)


def open_picture(source: Path | io.BytesIO) -> Image.Image:
    """Opens a picture without decoding it; any of `FAULTS` comes out as it is, so call it within `reading`."""
    if isinstance(source, io.BytesIO):
        source.seek(0)
    with quiet():
        return Image.open(source, formats=_OPENERS)


def webp_canvas(head: bytes) -> tuple[int, int] | None:
    """Width and height of a WebP from its first 30 bytes: opening one allocates the whole canvas, so look before.

    https://developers.google.com/speed/webp/docs/riff_container
    """
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP" or len(head) < 30:
        return None
    if head[12:16] == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", head, 26)
    return width & 0x3FFF, height & 0x3FFF
