"""How a WD model wants a picture: pixel for pixel as its own space prepares it (SmilingWolf/wd-tagger).

Alpha on white → padded to a square with white, centred, the smaller half left and above → bicubic, unless it
has the size already → BGR. The space composes every picture as RGBA; that changes no pixel where nothing is
see-through, and takes more than half of the time, so here only the others are composed. EXIF orientation,
which the space leaves out, is applied first.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from dscore.media.view import training_view
from dscore.taggers.base import Pixels


def version(size: int) -> str:
    """What scores are stored under: change the number whenever a pixel may come out different."""
    return f"wd-{size}-bicubic-1"


def is_current(stored: str) -> bool:
    """Whether scores stored under that version were made as this program would make them."""
    size = stored.removeprefix("wd-").split("-")[0]
    return size.isdecimal() and stored == version(int(size))


def prepare_square(image: Image.Image, out: Pixels) -> None:
    """Write the picture, of any mode and shape, into `out`: uint8 [size, size, 3] in BGR."""
    size = out.shape[0]
    square = _padded(training_view(image))
    if square.width != size:
        square = square.resize((size, size), Image.Resampling.BICUBIC)
    packed = np.frombuffer(square.tobytes("raw", "BGR"), np.uint8)
    np.copyto(out, packed.reshape(out.shape))


def _padded(image: Image.Image) -> Image.Image:
    side = max(image.size)
    if image.width == image.height:
        return image
    square = Image.new("RGB", (side, side), "white")
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return square
