"""What a file is by its name."""

import pytest

from dscore.sources.kinds import Kind, extension, kind_of, unreadable_reason


@pytest.mark.parametrize(
    "suffix", ["jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff", "JPG", "Png"]
)
def test_pictures_in_any_case(suffix: str) -> None:
    assert kind_of(f"a/b.{suffix}") is Kind.PICTURE


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.txt", Kind.CAPTION),
        ("a.TXT", Kind.CAPTION),
        ("a.png.caption", Kind.CAPTION),
        ("inner.zip", Kind.ARCHIVE),
        ("x/set.tar.gz", Kind.ARCHIVE),
        ("a.heic", Kind.UNREADABLE),
        ("a.SVG", Kind.UNREADABLE),
        ("notes.pdf", Kind.OTHER),
        ("png", Kind.OTHER),
        ("a.png.", Kind.OTHER),
        (".png", Kind.HIDDEN),
        (".git/logo.png", Kind.HIDDEN),
        ("__MACOSX/a/._b.png", Kind.CLUTTER),
        ("a/.DS_Store", Kind.CLUTTER),
        ("THUMBS.DB", Kind.CLUTTER),
        ("a/desktop.ini", Kind.CLUTTER),
        ("a/._b.png", Kind.CLUTTER),
    ],
)
def test_kind_by_name(name: str, kind: Kind) -> None:
    assert kind_of(name) is kind


def test_the_extension_is_the_last_one_in_lower_case() -> None:
    assert [extension(name) for name in ("a.b.PNG", "a.b/c", ".png", "a.")] == [".png", "", "", "."]


def test_an_unreadable_picture_says_what_to_do() -> None:
    assert unreadable_reason("a.HEIC") == "This is HEIC, which dscore cannot read; convert it to JPG or PNG."
