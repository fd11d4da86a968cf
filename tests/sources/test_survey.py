"""From files to a survey: what goes in, what is listed, what is only counted."""

from collections.abc import Iterator

from dscore.models import Skipped, SourceFile, Survey
from dscore.sources.limits import SourceLimits
from dscore.sources.survey import no_pictures, take_stock
from tests.sources.crafting import names, reasons


def _survey(*found: str, size: int = 3, refused: tuple[Skipped, ...] = ()) -> Survey:
    def read(_: SourceFile) -> Iterator[bytes]:
        yield b"tag"

    files = [SourceFile(str(number), name, size) for number, name in enumerate(found)]
    return take_stock(files, refused=refused, read=read, limits=SourceLimits(picture_bytes=100))


def test_pictures_come_in_natural_order() -> None:
    assert names(_survey("10.png", "b/1.png", "9.png", "a/1.png")) == ["9.png", "10.png", "a/1.png", "b/1.png"]


def test_found_is_pictures_and_skipped() -> None:
    """Captions that were taken are part of their pictures; other files are counted in one note."""
    refused = (Skipped("x.png", "No."),)
    survey = _survey("a.png", "a.txt", "b.txt", "c.heic", "d.pdf", "e.json", "f.pdf", "i.zip", refused=refused)
    assert names(survey) == ["a.png"]
    assert set(reasons(survey)) == {"x.png", "b.txt", "c.heic", "i.zip"}
    assert survey.notes == ("3 other files left out, neither pictures nor captions (2 .pdf, 1 .json).",)
    assert dict(survey.counts) == {".png": 2, ".txt": 2, ".pdf": 2, ".heic": 1, ".json": 1, ".zip": 1}


def test_clutter_is_ignored_silently_and_hidden_files_are_counted() -> None:
    survey = _survey("a.png", "__MACOSX/._a.png", ".DS_Store", "Thumbs.db", "desktop.ini", ".cache/b.png")
    assert names(survey) == ["a.png"]
    assert not survey.skipped
    assert survey.notes == ("1 hidden file left out (names that begin with a dot).",)


def test_empty_and_oversized_pictures_are_listed() -> None:
    assert "0 bytes" in reasons(_survey("a.png", size=0))["a.png"]
    assert "100 bytes" in reasons(_survey("a.png", size=101))["a.png"]


def test_a_skipped_pictures_caption_says_so() -> None:
    survey = _survey("a.heic", "a.txt", "b.txt")
    assert "was skipped, so" in reasons(survey)["a.txt"]
    assert "without its picture" in reasons(survey)["b.txt"]


def test_archives_inside_are_one_line() -> None:
    survey = _survey(*(f"{n}.zip" for n in range(16)))
    assert [line.name for line in survey.skipped] == ["0.zip and 15 more"]


def test_no_pictures_says_what_was_found_and_what_to_do() -> None:
    text = no_pictures("a.zip", _survey("a.heic", "b.heic", "c.txt"))
    assert text.startswith("No images found in a.zip: it holds 3 files (2 .heic, 1 .txt).")
    assert "convert" in text
    assert "holds no files" in no_pictures("a.zip", _survey())
    assert "skipped files says why" in no_pictures("a.zip", _survey("a.png", size=0))


def test_no_pictures_names_the_commonest_extensions_only() -> None:
    text = no_pictures("a.zip", _survey(*(f"x.{letter}" for letter in "abcdefg"), "y.g", "noextension"))
    assert "(2 .g, 1 without extension, 1 .a, 1 .b, 1 .c, 3 more)" in text
