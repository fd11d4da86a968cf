"""What the look before an import tells of the pictures themselves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from dscore.config import Library
from dscore.errors import NoPicturesError
from dscore.pipeline import foretaste, glimpses, ingest
from tests.made_sets import fill, pack, scored

PICTURE = scored({"1girl": 0.9})
CONTENT: dict[str, bytes | str] = {"a.png": PICTURE, "b.png": "no picture at all", "b.txt": "its caption"}


@pytest.mark.parametrize("make", [fill, pack])
def test_a_text_that_is_called_a_picture_is_told_by_the_look(tmp_path: Path, make: object) -> None:
    place = fill(tmp_path / "heap", CONTENT) if make is fill else pack(tmp_path / "heap.zip", CONTENT)
    survey = ingest.look(Library(tmp_path / "library"), [str(place)]).survey
    assert [picture.name for picture in survey.pictures] == ["a.png"]
    (skipped,) = survey.skipped
    assert (skipped.name, skipped.reason.startswith("b.png is plain text, not a")) == ("b.png", True)


def test_where_nothing_is_a_picture_the_look_says_why(tmp_path: Path) -> None:
    with pytest.raises(NoPicturesError) as told:
        ingest.look(Library(tmp_path / "library"), [str(fill(tmp_path / "heap", {"b.png": "text"}))])
    assert [name for name, _ in told.value.skipped] == ["b.png"]


def test_only_so_many_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foretaste, "MOST_HEADS", 1)
    survey = ingest.look(Library(tmp_path / "library"), [str(fill(tmp_path / "heap", CONTENT))]).survey
    assert [picture.name for picture in survey.pictures] == ["a.png", "b.png"]


def test_thumbnails_are_small_and_what_is_damaged_has_none(tmp_path: Path) -> None:
    folder = fill(tmp_path / "heap", {"damaged.png": PICTURE[:40] + os.urandom(glimpses.SMALL)})
    Image.effect_noise((800, 600), 90).save(folder / "large.png")
    library = Library(tmp_path / "library")
    pictures = ingest.look(library, [str(folder)]).survey.pictures
    found = foretaste.thumbnails(library, [str(folder)], pictures)
    names = {picture.key: picture.name for picture in pictures}
    assert [names[key] for key in found] == ["large.png"]
    assert next(iter(found.values())).startswith(b"RIFF")
    assert not library.catalog.exists()
