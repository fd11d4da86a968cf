"""Pillow's own resize, compiled: bit for bit its pixels, in less than half of its time.

The algorithm is that of Pillow 13 (`libImaging/Resample.c`): weights in double precision, rounded to 22 bits behind the
point; across, then down, or the other way round where the height shrinks by far more, with a byte kept in between. Only the
order of work is another. A pass takes `LANES` rows at once and turns them, so that
their pixels at one place lie side by side, which a compiler makes vector code of; what it writes is turned, too, so two equal
passes make a picture that is upright.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from itertools import count, product
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from dscore.taggers.families import Filter, Order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Words = NDArray[np.uint32]
    Numbers = NDArray[np.int32]
    Doubles = NDArray[np.float64]
    Squeeze = Callable[[Words, Numbers, Numbers, Words, int], None]

BITS = 22  # behind the point of a weight: PRECISION_BITS
HALF = 1 << (BITS - 1)
LANES = 24  # rows together; of 8, 16, 24 and 32 the quickest
AT_ONCE = 5  # weights in one go over the lanes; of 4, 5, 6 and 8 the quickest
STRIP = 10 * LANES  # rows of a picture that are copied at a time
FEW = 64  # pictures that Pillow resizes sooner than a compiler is loaded

_PILLOWS: dict[Filter, Image.Resampling] = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
}


def resize(image: Image.Image, out: Bytes, *, method: Filter, order: Order) -> None:
    """Write an RGB picture, stretched to its shape, into `out`: uint8 [height, width, 3] in that order of channels.

    The first FEW pictures of a process go to Pillow, then it compiles, see `ready`. Safe in threads, and they run at the
    same time.
    """
    squeeze = _compiled()[0] if next(_ASKED) >= FEW or _compile.cache_info().currsize else None
    height, width = out.shape[:2]
    if squeeze is None:
        small = image.resize((width, height), _PILLOWS[method])
        np.copyto(out, np.frombuffer(small.tobytes("raw", order), np.uint8).reshape(out.shape))
    else:
        _resize(squeeze, image, out, method, order)


def ready() -> str:
    """Compile, or load what was compiled before; returns why Pillow's own resize is used instead, or "".

    It takes two seconds once for each version of numba and kind of processor, half a second after that.
    """
    return _compiled()[1]


def _resize(squeeze: Squeeze, image: Image.Image, out: Bytes, method: Filter, order: Order) -> None:
    height, width = out.shape[:2]
    lower, narrower = image.height - height, image.width - width
    if lower > max(0, 2 * narrower):  # Pillow does the columns first
        image, out = image.transpose(Image.Transpose.TRANSPOSE), out.transpose(1, 0, 2)
        height, width = width, height
    turned = np.empty((width, image.height), np.uint32)
    across = weights(image.width, width, method)
    for top in range(0, image.height, STRIP):  # all at once would need fresh memory, which is slow
        strip = image.crop((0, top, image.width, min(top + STRIP, image.height)))
        pixels = np.frombuffer(strip.tobytes("raw", "RGBX"), np.uint32).reshape(strip.height, strip.width)
        squeeze(pixels, *across, turned, top)
    done = np.empty((height, width), np.uint32)
    squeeze(turned, *weights(image.height, height, method), done, 0)
    planes = done.view(np.uint8).reshape(height, width, 4)
    for place, channel in enumerate((2, 1, 0) if order == "BGR" else (0, 1, 2)):
        out[:, :, place] = planes[:, :, channel]


@lru_cache(64)
def weights(inside: int, outside: int, method: Filter) -> tuple[Numbers, Numbers]:
    """For each of the `outside` pixels: the first of the `inside` ones that count, int32 [outside], and the weight of it and
    those behind it in 2**-22, int32 [outside, n]; beyond what Pillow looks at they are 0, and n is a multiple of AT_ONCE.
    """
    curve, reach = _CURVES[method]
    scale = inside / outside
    stretch = max(scale, 1.0)
    support = reach * stretch
    centre = (np.arange(outside) + 0.5) * scale
    first = np.maximum((centre - support + 0.5).astype(np.int64), 0)
    count = np.minimum((centre + support + 0.5).astype(np.int64), inside) - first
    wide = -(-int(count.max()) // AT_ONCE) * AT_ONCE
    shares, total = np.zeros((wide, outside)), np.zeros(outside)
    for place in range(wide):  # one after the other, as Pillow adds them up
        share = curve(np.abs((place + first - centre + 0.5) * (1.0 / stretch)))
        shares[place] = np.where(place < count, share, 0.0)
        total += shares[place]
    shares /= np.where(total == 0.0, 1.0, total)
    fixed = np.trunc(shares * (1 << BITS) + np.where(shares < 0, -0.5, 0.5)).astype(np.int32)
    return first.astype(np.int32), np.ascontiguousarray(fixed.T)


def _bicubic(x: Doubles) -> Doubles:
    near = ((-0.5 + 2.0) * x - (-0.5 + 3.0)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * -0.5
    return np.where(x < 1.0, near, np.where(x < 2.0, far, 0.0))


def _bilinear(x: Doubles) -> Doubles:
    return np.where(x < 1.0, 1.0 - x, 0.0)


_CURVES: dict[Filter, tuple[Callable[[Doubles], Doubles], float]] = {
    "bicubic": (_bicubic, 2.0),
    "bilinear": (_bilinear, 1.0),
}
"""Of each filter: its height at a distance, and how far it reaches, in pixels."""

_ASKED = count()
_COMPILING = threading.Lock()


def _compiled() -> tuple[Squeeze | None, str]:
    with _COMPILING:
        return _compile()


@cache
def _compile() -> tuple[Squeeze | None, str]:
    """The compiled pass and ""; or None, and why not. It is kept beside this file or, where that is read-only, at the user's."""
    why = ""
    for kept in (True, False):  # what was kept may be damaged, or there is no place to keep it
        try:
            squeeze = _by_numba(kept)
            _compare(squeeze)
        except Exception as error:  # noqa: BLE001 - whatever stops a compiler, Pillow gives the same pixels
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
        else:
            return squeeze, ""
    return None, why


def _by_numba(kept: bool) -> Squeeze:
    numba = import_module("numba")
    array, word, number = numba.types.Array, numba.uint32, numba.int32
    pixels, rows = array(word, 2, "C", readonly=True), array(number, 1, "C")
    signature = numba.void(pixels, rows, array(number, 2, "C"), array(word, 2, "C"), numba.int64)
    compiled: Squeeze = numba.njit(signature, nogil=True, cache=kept)(_squeeze)
    return compiled


def _compare(squeeze: Squeeze) -> None:
    """Raises ArithmeticError where it does not give Pillow's pixels."""
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (97, 61, 3), np.uint8))
    for method, size in product(_PILLOWS, ((80, 40), (40, 80))):  # columns first, rows first
        out = np.empty((size[1], size[0], 3), np.uint8)
        _resize(squeeze, noise, out, method, "RGB")
        if not np.array_equal(out, np.asarray(noise.resize(size, _PILLOWS[method]))):
            raise ArithmeticError("what was compiled gives other pixels than Pillow")


def _squeeze(pixels: Words, first: Numbers, shares: Numbers, out: Words, top: int) -> None:
    """One pass: [height, width] words of four bytes → `out` [len(first), all rows], of it the columns from `top` on."""
    height, width = pixels.shape
    across = LANES * 4
    turned = np.zeros((width + shares.shape[1], LANES), np.uint32)  # beyond the last pixel weights are 0
    rows = turned.view(np.uint8)
    done = np.empty(LANES, np.uint32)
    clipped = done.view(np.uint8)
    sums = np.empty(across, np.int32)
    for y in range(0, height, LANES):
        count = min(LANES, height - y)
        for lane in range(count):
            for x in range(width):
                turned[x, lane] = pixels[y + lane, x]
        for x in range(len(first)):
            sums[:] = HALF
            for k in range(0, shares.shape[1], AT_ONCE):
                at = first[x] + k
                a, b, c, d, e = rows[at], rows[at + 1], rows[at + 2], rows[at + 3], rows[at + 4]
                u, v, w = shares[x, k], shares[x, k + 1], shares[x, k + 2]  # a slice would be kept count of
                r, s = shares[x, k + 3], shares[x, k + 4]
                for j in range(across):
                    sums[j] += a[j] * u + b[j] * v + c[j] * w + d[j] * r + e[j] * s
            for j in range(across):
                clipped[j] = min(max(sums[j] >> BITS, 0), 255)
            for lane in range(count):
                out[x, top + y + lane] = done[lane]
