"""How kohya's sd-scripts would bucket pictures, equal to its `BucketManager` (library/train_util.py) number for number.

Other trainers bucket otherwise (1920 x 1080 at 512: kohya 640 x 384, OneTrainer 704 x 384), so whoever shows this names kohya.
Sizes are (width, height) in pixels, upright, as an export writes them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dscore.errors import WrongUseError

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class BucketSettings:
    """kohya's `resolution`, `min_bucket_reso`, `max_bucket_reso`, `bucket_reso_steps`, `bucket_no_upscale`, `enable_bucket`.

    The least and the most are taken to multiples of the steps first, down and up, as kohya does.
    """

    resolution: Size = (1024, 1024)
    least: int = 256
    most: int = 2048
    steps: int = 64
    no_upscale: bool = False
    enabled: bool = True


SDXL = BucketSettings()
SD15 = BucketSettings(resolution=(512, 512), most=1024)
PRESETS = {"SDXL, 1024": SDXL, "SD 1.5, 512": SD15}


@dataclass(frozen=True, slots=True)
class Fit:
    """What becomes of a picture: resized so, then cut in the middle to the bucket.

    `scale` is of the width (1.5: made half as wide again); `cropped` is the share of the resized picture that is cut off, 0 to 1.
    """

    bucket: Size
    resized: Size
    scale: float
    cropped: float


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket: how many pictures it gets, and how many batches its entries (pictures times repeats) make."""

    size: Size
    pictures: int
    batches: int


@dataclass(frozen=True, slots=True)
class Buckets:
    """A dataset in buckets: the fullest first; what becomes of each size; and sizes that kohya cannot take (under the steps)."""

    buckets: tuple[Bucket, ...]
    fits: Mapping[Size, Fit]
    refused: tuple[Size, ...]

    @property
    def batches(self) -> int:
        """Batches of one epoch."""
        return sum(bucket.batches for bucket in self.buckets)

    def alone(self) -> tuple[Size, ...]:
        """The buckets with a single picture: it trains only beside copies of itself."""
        return tuple(bucket.size for bucket in self.buckets if bucket.pictures == 1)

    def sizes_in(self, bucket: Size) -> list[Size]:
        """The sizes of pictures that go into this bucket."""
        return [size for size, fit in self.fits.items() if fit.bucket == bucket]


def make_bucket_resolutions(resolution: Size, least: int, most: int, steps: int) -> list[Size]:
    """The buckets of equal area that kohya offers: 41 for SDXL at 1024, 17 for SD 1.5 at 512; sorted."""
    area = resolution[0] * resolution[1]
    side = int(math.sqrt(area) // steps) * steps
    found = {(side, side)}
    for width in range(least, most + 1, steps):
        height = min(most, area // width // steps * steps)
        if height >= least:
            found |= {(width, height), (height, width)}
    return sorted(found)


class BucketManager:
    """Chooses the bucket of a picture. Raises WrongUseError for settings that kohya would refuse."""

    def __init__(self, settings: BucketSettings) -> None:
        import numpy as np

        _refuse(settings)
        steps = settings.steps
        self._settings = settings
        self._area = settings.resolution[0] * settings.resolution[1]
        self._offered = make_bucket_resolutions(
            settings.resolution, settings.least // steps * steps, -(-settings.most // steps) * steps, steps
        )
        self._known = set(self._offered)
        self._ratios = np.array([width / height for width, height in self._offered])

    def fit(self, width: int, height: int) -> Fit | None:
        """What becomes of a picture of this size; None for one that kohya cannot take, since a side is less than the steps."""
        settings = self._settings
        if settings.enabled and settings.no_upscale:
            resized = self._shrunk(width, height)
            bucket = (self._floored(resized[0]), self._floored(resized[1])) if resized else (0, 0)
        else:
            bucket = self._nearest(width, height) if settings.enabled else settings.resolution
            resized = _covering(width, height, bucket)
        if resized is None or 0 in bucket:
            return None
        kept = min(bucket[0], resized[0]) * min(bucket[1], resized[1])
        return Fit(bucket, resized, resized[0] / width, max(0.0, 1 - kept / (resized[0] * resized[1])))

    def _nearest(self, width: int, height: int) -> Size:
        """The bucket of the nearest ratio (of the ratio itself, not its logarithm); the first of equally near ones."""
        if (width, height) in self._known:
            return width, height
        return self._offered[int(abs(self._ratios - width / height).argmin())]

    def _shrunk(self, width: int, height: int) -> Size | None:
        """The size without ever growing: one side a multiple of the steps where the area is too large, else as it is."""
        if width * height <= self._area:
            return width, height
        ratio = width / height
        wide = math.sqrt(self._area * ratio)
        by_width = self._rounded(wide)
        by_height = self._rounded(self._area / wide)
        width_error = _error(by_width, self._rounded(by_width / ratio), ratio)
        height_error = _error(self._rounded(by_height * ratio), by_height, ratio)
        if width_error is None or height_error is None:
            return None
        if width_error < height_error:
            return by_width, int(by_width / ratio + 0.5)
        return int(by_height * ratio + 0.5), by_height

    def _rounded(self, value: float) -> int:
        return self._floored(int(value + 0.5))

    def _floored(self, value: int) -> int:
        return value - value % self._settings.steps


def assign(
    sizes: Sequence[tuple[int, int, int]], settings: BucketSettings, *, batch_size: int = 1, repeats: int = 1
) -> Buckets:
    """Pictures, given as (width, height, how many), in buckets."""
    manager = BucketManager(settings)
    found = {(width, height): manager.fit(width, height) for width, height, _ in sizes}
    fits = {size: fit for size, fit in found.items() if fit is not None}
    numbers: dict[Size, int] = {}
    for width, height, pictures in sizes:
        if (width, height) in fits:
            bucket = fits[width, height].bucket
            numbers[bucket] = numbers.get(bucket, 0) + pictures
    buckets = [Bucket(size, count, -(-count * repeats // batch_size)) for size, count in numbers.items()]
    buckets.sort(key=lambda bucket: (-bucket.pictures, bucket.size))
    return Buckets(tuple(buckets), fits, tuple(size for size, fit in found.items() if fit is None))


def _covering(width: int, height: int, bucket: Size) -> Size:
    """Scaled until it just covers the bucket."""
    scale = bucket[1] / height if width / height > bucket[0] / bucket[1] else bucket[0] / width
    return int(width * scale + 0.5), int(height * scale + 0.5)


def _error(width: int, height: int, ratio: float) -> float | None:
    """How far a size is from the ratio; None where kohya would divide by nothing."""
    return abs(width / height - ratio) if height else None


def _refuse(settings: BucketSettings) -> None:
    wide, high = settings.resolution
    steps, least, most = settings.steps, settings.least, settings.most
    if not (1 <= steps <= 1024 and all(1 <= side <= 16384 for side in (wide, high, least, most))):
        raise WrongUseError("Bucket sizes go from 1 to 16,384 pixels, and steps from 1 to 1,024.")
    if min(wide, high) < max(steps, least // steps * steps) or max(wide, high) > -(-most // steps) * steps:
        raise WrongUseError(
            f"kohya refuses these buckets: {wide} x {high} has to lie between the least ({least:,}) and the most ({most:,})."
        )
    if least < steps:
        raise WrongUseError(f"The least bucket side ({least:,}) cannot be under the steps ({steps:,}).")
