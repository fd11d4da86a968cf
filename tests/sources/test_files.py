"""Single files as a source."""

from pathlib import Path

import pytest

from dscore.errors import SourceError
from dscore.sources.files import FilesSource
from dscore.sources.limits import SourceLimits
from tests.sources.crafting import PNG, content, names, reasons


@pytest.fixture
def heap(tmp_path: Path) -> Path:
    folder = tmp_path / "heap"
    folder.mkdir()
    for name in ("a.png", "b.png", "c.png"):
        (folder / name).write_bytes(PNG)
    for name in ("a.txt", "B.caption", "c.txt"):
        (folder / name).write_text(f"text of {name}")
    return folder


def _open(*paths: Path) -> FilesSource:
    return FilesSource(paths, SourceLimits())


def test_only_the_chosen_come_and_their_captions_with_them(heap: Path) -> None:
    source = _open(heap / "b.png", heap / "a.png")
    survey = source.look()
    assert names(survey) == ["a.png", "b.png"]
    assert [p.caption.text for p in survey.pictures if p.caption] == ["text of a.txt", "text of B.caption"]
    assert not survey.skipped
    assert content(source, survey.pictures[1]) == PNG


def test_a_caption_may_be_chosen_itself(heap: Path) -> None:
    survey = _open(heap / "a.png", heap / "a.txt", heap / "c.txt").look()
    assert names(survey) == ["a.png"]
    assert set(reasons(survey)) == {"c.txt"}


def test_a_chosen_file_that_is_no_picture_is_listed(heap: Path) -> None:
    (heap / "notes.pdf").write_bytes(b"%PDF")
    survey = _open(heap / "a.png", heap / "notes.pdf", heap / "gone.png").look()
    assert names(survey) == ["a.png"]
    assert "no picture by its name" in reasons(survey)["notes.pdf"]
    assert "no such file any more" in reasons(survey)["gone.png"]


def test_labels_and_names(heap: Path) -> None:
    assert _open(heap / "a.png").label == "a.png"
    source = _open(heap / "a.png", heap / "b.png", heap / "c.png")
    assert (source.label, source.suggested_name) == ("a.png and 2 more", "heap")
    source.close()


def test_a_folder_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be opened"):
        _open(tmp_path / "nowhere" / "a.png")
