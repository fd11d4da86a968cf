"""Pictures one by one: their format, size, file, and what their pixels measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dscore.media.buckets import SD15, SDXL, BucketManager, BucketSettings
from dscore.quality.findings import Case
from dscore.quality.subjects import Picture

Pictures = Sequence[Picture]

TRAINED = frozenset({"jpeg", "png", "webp"})
"""Formats that every trainer reads; an export writes the others as PNG."""

NARROW = 64
"""A side under the steps of kohya's buckets makes it divide by nothing."""

HEAVY_BYTES = 20_000_000
LIGHT_BYTES, LIGHT_PIXELS = 10_000, 256 * 256
LIGHT_PER_PIXEL = 0.04
"""Bytes for each pixel of a JPEG or WebP; quality 30 of a photo is about twice that."""

WIDEST = 2.0
ENLARGED = 1.1
"""A picture that a trainer makes larger by more than a tenth is under its resolution."""

BLURRED = 5.0
DARK, BRIGHT = 0.35, 0.7
"""The lightest hundredth of a dark picture is still dark, the darkest of a bright one still bright; of luma, 0 to 1."""

FLAT_ENTROPY, FLAT_SPAN = 1.0, 0.06


def _where(holds: Callable[[Picture], bool]) -> Callable[[Pictures], list[Case]]:
    return lambda pictures: [Case(tuple(one.item for one in pictures if holds(one)))]


def is_flat(one: Picture) -> bool:
    """Whether there is next to nothing to see: one colour, or two. Such pictures all have one hash."""
    if one.entropy is None or one.light is None or one.dark is None:
        return False
    return one.entropy < FLAT_ENTROPY or one.light - one.dark < FLAT_SPAN


def _is_dark(one: Picture) -> bool:
    return not is_flat(one) and one.light is not None and one.light < DARK


def _is_bright(one: Picture) -> bool:
    return not is_flat(one) and one.dark is not None and one.dark > BRIGHT


def _is_blurred(one: Picture) -> bool:
    """Dark and flat pictures are low in sharpness, too, and are said to be that instead."""
    is_soft = one.sharpness is not None and one.sharpness < BLURRED
    return is_soft and not (is_flat(one) or _is_dark(one) or _is_bright(one))


def _is_light(one: Picture) -> bool:
    """A small file for what it shows: squeezed hard, or broken off."""
    pixels = one.width * one.height
    if is_flat(one) or pixels < LIGHT_PIXELS:
        return False
    return one.bytes < LIGHT_BYTES or (one.format in {"jpeg", "webp"} and one.bytes < LIGHT_PER_PIXEL * pixels)


foreign = _where(lambda one: one.format not in TRAINED)
several_frames = _where(lambda one: one.frames > 1)
narrow = _where(lambda one: min(one.width, one.height) < NARROW)
heavy = _where(lambda one: one.bytes > HEAVY_BYTES)
light = _where(_is_light)
odd_aspect = _where(lambda one: max(one.width, one.height) > WIDEST * min(one.width, one.height))
see_through = _where(lambda one: one.alpha)
blurred = _where(_is_blurred)
dark = _where(_is_dark)
bright = _where(_is_bright)
flat = _where(is_flat)


def below(settings: BucketSettings) -> Callable[[Pictures], list[Case]]:
    """Pictures that kohya's buckets of this resolution would enlarge by more than a tenth; too narrow ones are left out."""
    manager = BucketManager(settings)
    known: dict[tuple[int, int], bool] = {}

    def is_below(one: Picture) -> bool:
        size = (one.width, one.height)
        if size not in known:
            fit = manager.fit(*size)
            known[size] = fit is not None and fit.scale > ENLARGED
        return known[size] and min(size) >= NARROW

    return _where(is_below)


below_sdxl, below_sd15 = below(SDXL), below(SD15)


def elsewhere(pictures: Pictures) -> list[Case]:
    """The same bytes in other datasets, each with its names there."""
    return [
        Case((one.item,), f"“{one.name}” is “{name}” in {dataset}")
        for one in pictures
        for dataset, name in one.elsewhere[:1]
    ]
