"""The training view: what a picture looks like to a tagger and a trainer. 8-bit RGB, upright, alpha on white."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PIL import ExifTags, Image

from dscore.media.formats import FAULTS, open_picture, quiet, readable, reading

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture of each EXIF orientation upright; 1 is upright."""

_SIXTEEN_BIT = {"I;16": "<u2", "I;16L": "<u2", "I;16B": ">u2", "I;16N": "=u2"}


def training_view(image: Image.Image) -> Image.Image:
    """The picture as 8-bit RGB, upright, what is see-through on white; the same object where it is that already.

    16-bit grey keeps its high byte; CMYK, LAB, palettes and bilevel become RGB as Pillow has it. Colour profiles are not
    applied: taggers and trainers ignore them too.
    """
    return upright(flat(image), orientation_of(image))


def flat(image: Image.Image) -> Image.Image:
    """The training view, not yet turned upright."""
    if image.mode in _SIXTEEN_BIT or image.mode in {"I", "F"}:
        return eight_bit_grey(image).convert("RGB")
    if image.has_transparency_data:
        return _on_white(image)
    return image if image.mode == "RGB" else image.convert("RGB")


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The picture turned as EXIF says, without its metadata, so that nobody turns it twice."""
    turn = TURNS.get(orientation)
    if turn is None:
        return image
    turned = image.transpose(turn)
    turned.info = {}
    return turned


def orientation_of(image: Image.Image) -> int:
    """EXIF's orientation, 1 to 8; 1 where it has none, or none that can be read. A loaded TIFF is upright already."""
    with quiet():
        try:
            orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        except FAULTS:
            return 1
    return orientation if isinstance(orientation, int) and orientation in TURNS else 1


def shows_through(image: Image.Image) -> bool:
    """Whether any pixel is not wholly opaque; an alpha channel alone does not make it so."""
    if image.mode in _SIXTEEN_BIT or not image.has_transparency_data:
        return False
    return _least_alpha(_with_alpha(image)) < 255


def eight_bit_grey(image: Image.Image) -> Image.Image:
    """A deep grey picture (I;16 and its kin, I, F) as "L".

    16 bit keeps the high byte. 32-bit whole numbers and floats have no agreed white: it is 1, 255 or 65,535, the first that
    holds the brightest pixel, or else that pixel.
    """
    import numpy as np

    if image.mode in _SIXTEEN_BIT:
        return Image.fromarray((sixteen_bit_grey(image) >> 8).astype(np.uint8))
    values = np.nan_to_num(np.asarray(image, dtype=np.float64), posinf=0.0, neginf=0.0)
    brightest = float(values.max(initial=0.0))
    whites = (1.0, 255.0, 65535.0) if image.mode == "F" else (255.0, 65535.0)
    white = next((white for white in whites if brightest <= white), brightest)
    return Image.fromarray((values / white * 255).clip(0, 255).astype(np.uint8))


def sixteen_bit_grey(image: Image.Image) -> npt.NDArray[np.uint16]:
    """The values of an I;16 picture of any byte order, (height, width); Pillow's own conversions clip them at 255."""
    import numpy as np

    words = np.frombuffer(image.tobytes(), dtype=_SIXTEEN_BIT[image.mode])
    return words.reshape(image.height, image.width).astype(np.uint16)


def open_upright(path: Path, *, name: str = "") -> Image.Image:
    """Reads a picture's first frame as its training view; raises UnreadableImageError where that fails. Safe in threads."""
    name = name or path.name
    with readable(path, name=name) as (source, _), reading(name), open_picture(source) as image:
        image.load()
        return training_view(image)


def _with_alpha(image: Image.Image) -> Image.Image:
    if image.mode == "La":
        image = image.convert("LA")
    return image if image.mode == "RGBA" else image.convert("RGBA")


def _least_alpha(image: Image.Image) -> int:
    least, _ = image.getchannel("A").getextrema()
    return int(least) if isinstance(least, (int, float)) else 0


def _on_white(image: Image.Image) -> Image.Image:
    rgba = _with_alpha(image)
    if _least_alpha(rgba) < 255:
        rgba = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    view = rgba.convert("RGB")
    view.info.pop("transparency", None)
    return view
