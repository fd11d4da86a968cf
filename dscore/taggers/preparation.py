"""How a picture is made ready for a model: pixel for pixel as the model's own author does it, or quicker and nearly so.

For WD that is its own space (SmilingWolf/wd-tagger): alpha on white → padded to a square with white, centred, the
smaller half left and above → bicubic, unless it has the size already → BGR. The space composes every picture as RGBA;
that changes no pixel where nothing is see-through, and takes more than half of the time, so here only the others are
composed. EXIF orientation, which the space leaves out, is applied first.
"""

from __future__ import annotations

import re
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image

from dscore.media.view import training_view
from dscore.taggers import resample
from dscore.taggers.base import Pixels
from dscore.taggers.families import FAMILIES, WD, Family

if TYPE_CHECKING:
    from numpy.typing import NDArray

Speed = Literal["exact", "fast"]
SPEEDS: tuple[Speed, ...] = ("exact", "fast")

_VERSION = re.compile(r"(?P<family>[a-z]+)-(?P<size>\d+)-.+?(?P<fast>-fast)?")


def version(size: int, *, family: Family = WD, speed: Speed = "exact") -> str:
    """What scores are stored under: scores of two versions are never mixed."""
    fast = "-fast" if speed == "fast" else ""
    return f"{family.name}-{size}-{family.resize}-{family.revision}{fast}"


def is_current(stored: str, *, speed: Speed = "fast") -> bool:
    """Whether scores stored under that version are as this program would make them, and good enough for that speed.

    Exact ones are good enough for a fast run; fast ones are not for an exact run.
    """
    found = _VERSION.fullmatch(stored)
    if found is None or found["family"] not in FAMILIES:
        return False
    made: Speed = "fast" if found["fast"] else "exact"
    good_enough = made == "exact" or speed == "fast"
    return good_enough and stored == version(int(found["size"]), family=FAMILIES[found["family"]], speed=made)


def prepare(image: Image.Image, out: Pixels, *, family: Family = WD, speed: Speed = "exact") -> None:
    """Write the picture, of any mode and shape, into `out`: uint8 [size, size, 3] in the family's order of channels.

    "fast" resizes with torch's own vector code; no channel of any pixel comes out more than 4 of 255 away.
    """
    size = out.shape[0]
    view = training_view(image)
    square = _padded(view) if family.fit == "pad" else view
    if square.size == (size, size):
        np.copyto(out, np.frombuffer(square.tobytes("raw", family.order), np.uint8).reshape(out.shape))
    elif speed == "fast":
        _resize_quickly(square, out, family)
    else:
        resample.resize(square, out, method=family.resize, order=family.order)


def prepare_square(image: Image.Image, out: Pixels) -> None:
    """As the WD models want it, exactly."""
    prepare(image, out)


def ready_quick() -> None:
    """Load what "fast" works with, and keep it to the thread that calls; the first call takes seconds."""
    import_module("torch").set_num_threads(1)  # the pictures are spread over threads already


def _padded(image: Image.Image) -> Image.Image:
    side = max(image.size)
    if image.width == image.height:
        return image
    square = Image.new("RGB", (side, side), "white")
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return square


def _resize_quickly(square: Image.Image, out: Pixels, family: Family) -> None:
    """Channels last, in bytes: the case that torch has vector code for, taken over from a faster Pillow."""
    torch = import_module("torch")
    four = _writable(square.tobytes("raw", "RGBX")).reshape(1, square.height, square.width, 4)
    pixels = torch.from_numpy(four).permute(0, 3, 1, 2)
    small = torch.nn.functional.interpolate(pixels, size=out.shape[:2], mode=family.resize, antialias=True)
    planes = small[0].numpy()
    for place, channel in enumerate((2, 1, 0) if family.order == "BGR" else (0, 1, 2)):
        out[:, :, place] = planes[channel]  # a channel at a time is seven times as quick as all at once


class _Room(threading.local):
    """A thread's own memory for one picture: taking it anew from the system each time costs more than the resize."""

    pixels: NDArray[np.uint8] = np.empty(0, np.uint8)


_ROOM = _Room()
_KEPT = 64 << 20  # bytes; what a larger picture needs is given back


def _writable(content: bytes) -> NDArray[np.uint8]:
    """The same bytes where torch may have them, until this thread's next call: it warns of memory that it may not write."""
    if len(content) > len(_ROOM.pixels):
        room = np.empty(len(content), np.uint8)
        if len(content) <= _KEPT:
            _ROOM.pixels = room
    else:
        room = _ROOM.pixels
    taken = room[: len(content)]
    np.copyto(taken, np.frombuffer(content, np.uint8))
    return taken
