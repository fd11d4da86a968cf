"""Writing a picture anew for an export: upright, without metadata, in a format that trainers read."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any, Literal

from PIL import Image

from dscore.errors import DiskFullError, ExportError
from dscore.media.formats import open_picture, readable, reading
from dscore.media.view import eight_bit_grey, flat, orientation_of, sixteen_bit_grey, upright

Format = Literal["png", "jpeg", "webp"]

# Which of Pillow's modes each format holds as they are; any other becomes 8-bit RGB (or RGBA, where there is room for it).
_MODES: dict[Format, frozenset[str]] = {
    "png": frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}),
    "jpeg": frozenset({"L", "RGB"}),
    "webp": frozenset({"RGB", "RGBA"}),
}
_DEEP = frozenset({"I", "F", "I;16", "I;16B", "I;16L", "I;16N"})
_OPTIONS: dict[Format, dict[str, Any]] = {
    "png": {"compress_level": 6},
    "jpeg": {"quality": 95, "subsampling": 0},
    "webp": {"lossless": True, "exact": True, "method": 4},
}


def write_upright(source: Path, target: Path, *, format: Format, name: str = "") -> tuple[int, int]:  # noqa: A002
    """Writes the first frame of `source` to `target` upright, and returns its width and height.

    The EXIF orientation is applied and no EXIF, text or comment written, so that no reader turns the picture again. PNG and
    WebP are lossless and keep alpha, PNG keeps 16-bit grey too; JPEG is quality 95, 4:4:4, with what is see-through on white.
    The colour profile stays where the colours do. Raises UnreadableImageError, ExportError or DiskFullError.
    """
    name = name or source.name
    with readable(source, name=name) as (opened, _), reading(name), open_picture(opened) as image:
        image.load()
        stored = _storable(image, format)
        profile = image.info.get("icc_profile") if _same_colours(image, stored) else None
        picture = upright(stored, orientation_of(image))
    options = dict(_OPTIONS[format])
    if picture.mode == "P" and "transparency" in image.info:
        options["transparency"] = image.info["transparency"]
    picture.info = {}
    _save(picture, target, format=format, icc_profile=profile, **options)
    return picture.size


def _storable(image: Image.Image, target: Format) -> Image.Image:
    modes = _MODES[target]
    if image.mode in {"I;16B", "I;16L", "I;16N"} and "I;16" in modes:
        return Image.fromarray(sixteen_bit_grey(image))
    if image.mode in _DEEP and image.mode not in modes:
        grey = eight_bit_grey(image)
        return grey if "L" in modes else grey.convert("RGB")
    if image.has_transparency_data and image.mode not in {"P", "LA", "I;16"} & modes:
        return image.convert("RGBA") if "RGBA" in modes else flat(image)
    return image if image.mode in modes else flat(image)


def _same_colours(before: Image.Image, after: Image.Image) -> bool:
    """Whether a colour profile of the one is right for the other: grey stays grey, RGB stays RGB."""
    grey = {"1", "L", "LA", "I", "F", "I;16", "I;16B"}
    colour = {"P", "PA", "RGB", "RGBA", "RGBX"}
    return any({before.mode, after.mode} <= family for family in (grey, colour))


def _save(picture: Image.Image, target: Path, *, format: Format, **options: Any) -> None:  # noqa: A002
    try:
        picture.save(target, format.upper(), **options)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFullError(f"There is no room left on the disk for {target}. Free some and try again.") from error
        raise ExportError(f"{target} could not be written: {error.strerror or error}.") from error
