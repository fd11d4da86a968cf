"""What an owner may set, read and written."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore.config import Library, Settings
from dscore.errors import WrongUseError


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    wanted = Settings(max_megapixels=200, decode_seconds=2.5, journal="truncate", local_hosts=("nas", "127.0.0.1:8"))
    library.save_settings(wanted)
    assert library.settings() == wanted


def test_only_what_differs_from_the_defaults_is_written(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.save_settings(Settings(decode_workers=2))
    assert library.settings_file.read_text(encoding="utf-8") == "decode_workers = 2\n"
    assert list(tmp_path.iterdir()) == [library.settings_file]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("max_megapixels = 0", "1 or more"),
        ("decode_seconds = -1.5", "1 or more"),
        ("decode_workers = -1", "0 or more"),
        ("max_megapixels = 99999999999", "2,147,483,647 or less"),
        ('journal = "fast"', "auto, wal or truncate"),
        ('max_megapixels = "big"', "should be a whole number"),
        ('local_hosts = "nas"', "should be a list of texts"),
        ("local_hosts = [1]", "should be a list of texts"),
        ("downloads = true", "should be a whole number"),
        ("downloads = 0", "1 or more"),
        ("api_seconds = nan", "0 or more"),
        ("colour = 1", "unknown"),
        ("= 1", "cannot be read"),
    ],
)
def test_what_makes_no_sense_is_named(tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "settings.toml").write_text(line, encoding="utf-8")
    with pytest.raises(WrongUseError, match=words):
        Library(tmp_path).settings()


def test_what_makes_no_sense_is_not_written(tmp_path: Path) -> None:
    library = Library(tmp_path)
    with pytest.raises(WrongUseError):
        library.save_settings(Settings(max_megapixels=0))
    assert not library.settings_file.exists()
