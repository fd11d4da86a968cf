"""Even borders around a picture: letterboxes, frames, margins. A copy with them has quite another perceptual hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from dscore.media.hashing import perceptual_hash

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Grey = npt.NDArray[np.int16]

SPREAD, APART = 20, 10
"""Within a line of a border, and from the outermost line, luma (0 to 255) differs at most so much: a JPEG is never quite even."""

LEAST = 0.03
"""Borders that are a smaller share of the side are none."""

MOST = 0.7
"""Where more of a side would go, the picture is mostly its background, and what is left says too little."""


def bare_hash(view: Image.Image, side: int) -> int | None:
    """The perceptual hash of an RGB picture without its borders, made from about `side` pixels; None where it has none."""
    box = inner_box(view)
    if box is None:
        return None
    inner = view.crop(box)
    return perceptual_hash(inner.reduce(max(1, max(inner.size) // side)).convert("L"))


def inner_box(view: Image.Image) -> tuple[int, int, int, int] | None:
    """What lies inside the borders, as (left, top, right, bottom) in pixels; None where there are none."""
    import numpy as np

    grey = np.asarray(view.convert("L"), dtype=np.int16)
    height, width = grey.shape
    top, bottom = _even(grey), _even(grey[::-1])
    if top + bottom > MOST * height:
        return None
    inside = grey[top : height - bottom].T
    left, right = _even(inside), _even(inside[::-1])
    if left + right > MOST * width or max((top + bottom) / height, (left + right) / width) < LEAST:
        return None
    return left, top, width - right, height - bottom


def _even(lines: Grey) -> int:
    """How many lines from the first on are as even as a border, and as light as the first."""
    import numpy as np

    means = lines.mean(axis=1)
    breaks = (np.ptp(lines, axis=1) > SPREAD) | (abs(means - means[0]) > APART)
    return int(breaks.argmax()) if breaks.any() else len(lines)
