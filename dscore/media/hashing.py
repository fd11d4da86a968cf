"""Two names for a picture: by its bytes (SHA-256), and by what it looks like (a perceptual hash)."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_SIDE = 32
_LOW = 8


@cache
def _low_frequencies() -> npt.NDArray[np.float64]:
    """The first 8 rows of the 32-point DCT-II matrix, unnormalised, as `scipy.fftpack.dct` has it."""
    import numpy as np

    frequency = np.arange(_LOW)[:, None]
    sample = np.arange(_SIDE)[None, :]
    return 2 * np.cos(np.pi * frequency * (2 * sample + 1) / (2 * _SIDE))


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, as 64 lower-case hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def perceptual_hash(grey: Image.Image) -> int:
    """The 64-bit pHash of a grey ("L") picture of any size, equal to `imagehash.phash`; the first coefficient is the top bit.

    32 x 32 pixels by Lanczos, a DCT over both axes, the 8 x 8 lowest frequencies, each against their median. Pictures within
    4 bits of each other are almost surely the same, up to 10 probably.
    """
    import numpy as np

    pixels = np.asarray(grey.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS), dtype=np.float64)
    transform = _low_frequencies()
    low = transform @ pixels @ transform.T
    bits = low > np.median(low)
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def hamming(first: int, second: int) -> int:
    """How many of the 64 bits differ."""
    return (first ^ second).bit_count()
