"""Pictures written anew: upright, flag gone, profile and alpha kept where there is room for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from dscore.errors import ExportError, UnreadableImageError
from dscore.media.convert import Format, write_upright
from dscore.media.view import TURNS, open_upright
from tests.media.pictures import bytes_of, exif_of, photo, saved

_PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _turned(orientation: int) -> Image.Image:
    back = {6: TURNS[8], 8: TURNS[6]}.get(orientation, TURNS[orientation])
    return photo(64, 40).transpose(back)


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("target", ["png", "webp", "jpeg"])
def test_orientation_is_baked_in_and_the_flag_is_gone(tmp_path: Path, orientation: int, target: Format) -> None:
    source = saved(
        tmp_path / "a.png",
        bytes_of(_turned(orientation), "PNG", exif=exif_of(orientation), icc_profile=_PROFILE),
    )
    out = tmp_path / f"b.{target}"
    assert write_upright(source, out, format=target) == (64, 40)
    with Image.open(out) as image:
        assert image.size == (64, 40)
        assert dict(image.getexif()) == {}
        assert image.info["icc_profile"] == _PROFILE
        difference = np.asarray(image.convert("RGB"), dtype=float) - np.asarray(photo(64, 40), dtype=float)
    assert np.abs(difference).max() <= (40 if target == "jpeg" else 0)


def test_jpeg_is_written_at_quality_95_with_full_colour(tmp_path: Path) -> None:
    source = saved(tmp_path / "a.jpg", bytes_of(_turned(6), "JPEG", exif=exif_of(6), comment=b"x" * 1000))
    write_upright(source, tmp_path / "b.jpg", format="jpeg")
    with Image.open(tmp_path / "b.jpg") as image:
        assert "comment" not in image.info
        assert isinstance(image, JpegImageFile)
        assert get_sampling(image) == 0
        with Image.open(saved(tmp_path / "c.jpg", bytes_of(photo(), "JPEG", quality=95))) as reference:
            assert isinstance(reference, JpegImageFile)
            assert image.quantization == reference.quantization


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_png_keeps_what_it_can_hold_pixel_for_pixel(tmp_path: Path, mode: str) -> None:
    image = photo().convert("L").convert("I").point(lambda value: value * 250) if mode == "I;16" else photo()
    image = image.convert(mode)
    source = saved(tmp_path / "a.tif", bytes_of(image, "TIFF"))
    write_upright(source, tmp_path / "b.png", format="png")
    with Image.open(tmp_path / "b.png") as written:
        assert written.mode == mode
        assert written.tobytes() == image.tobytes()


def test_big_endian_sixteen_bit_stays_sixteen_bit(tmp_path: Path) -> None:
    values = np.arange(48, dtype=np.uint16).reshape(6, 8) * 1000
    image = Image.frombytes("I;16B", (8, 6), values.astype(">u2").tobytes())
    write_upright(saved(tmp_path / "a.tif", bytes_of(image, "TIFF")), tmp_path / "b.png", format="png")
    with Image.open(tmp_path / "b.png") as written:
        assert np.array_equal(np.asarray(written), values)


@pytest.mark.parametrize("mode", ["CMYK", "LAB", "YCbCr", "F"])
def test_what_png_cannot_hold_becomes_the_training_view(tmp_path: Path, mode: str) -> None:
    image = photo().convert("RGB")
    if mode == "LAB":
        image = Image.new("LAB", (8, 6), (128, 10, 20))
    else:
        image = image.convert("L").convert("F") if mode == "F" else image.convert(mode)
    source = saved(tmp_path / "a.tif", bytes_of(image, "TIFF", icc_profile=_PROFILE if mode == "CMYK" else None))
    write_upright(source, tmp_path / "b.png", format="png")
    with Image.open(tmp_path / "b.png") as written:
        assert "icc_profile" not in written.info
        assert written.convert("RGB").tobytes() == open_upright(source).tobytes()


def test_a_gif_keeps_its_transparency_as_png_and_stands_on_white_as_jpeg(tmp_path: Path) -> None:
    image = Image.new("P", (8, 6), 1)
    image.putpalette([255, 0, 0, 0, 0, 0])
    source = saved(tmp_path / "a.gif", bytes_of(image, "GIF", transparency=1))
    write_upright(source, tmp_path / "b.png", format="png")
    write_upright(source, tmp_path / "b.webp", format="webp")
    write_upright(source, tmp_path / "b.jpg", format="jpeg")
    for name in ("b.png", "b.webp"):
        with Image.open(tmp_path / name) as written:
            assert written.convert("RGBA").getpixel((0, 0))[3] == 0  # type: ignore[index]  # RGBA has four bands
    with Image.open(tmp_path / "b.jpg") as written:
        assert written.getpixel((0, 0)) == (255, 255, 255)


def test_of_an_animation_the_first_frame_is_written(tmp_path: Path) -> None:
    content = bytes_of(photo(), "GIF", save_all=True, append_images=[photo(seed=1)])
    write_upright(saved(tmp_path / "a.gif", content), tmp_path / "b.png", format="png")
    with Image.open(tmp_path / "b.png") as written:
        assert not getattr(written, "is_animated", False)


def test_faults_are_told_apart(tmp_path: Path) -> None:
    source = saved(tmp_path / "a.png", bytes_of(photo(), "PNG"))
    with pytest.raises(ExportError, match=r"b\.png could not be written: No such file"):
        write_upright(source, tmp_path / "none" / "b.png", format="png")
    broken = saved(tmp_path / "c.png", bytes_of(photo(), "PNG")[:500])
    with pytest.raises(UnreadableImageError, match=r"^cat\.png is damaged"):
        write_upright(broken, tmp_path / "b.png", format="png", name="cat.png")
    assert not (tmp_path / "b.png").exists()
