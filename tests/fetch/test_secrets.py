from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.fetch import secrets


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    for name in secrets.ENVIRONMENT.values():
        monkeypatch.delenv(name, raising=False)
    return Library(tmp_path / "library")


def test_keys_are_kept_by_site_and_forgotten(library: Library) -> None:
    assert secrets.find(library, "gelbooru.com") == {}
    secrets.save(library, "gelbooru.com", {"user_id": "9", "api_key": "k"})
    secrets.save(library, "huggingface.co", {"token": "t"})
    assert secrets.find(library, "gelbooru.com") == {"user_id": "9", "api_key": "k"}
    assert secrets.sites(library) == ("gelbooru.com", "huggingface.co")
    secrets.save(library, "gelbooru.com", {})
    assert secrets.find(library, "gelbooru.com") == {}
    assert secrets.find(library, "huggingface.co") == {"token": "t"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_only_its_owner_can_ever_read_the_file(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    fsync = os.fsync

    def seen_fsync(number: int) -> None:
        seen.append(stat.S_IMODE(os.fstat(number).st_mode))
        fsync(number)

    monkeypatch.setattr("os.fsync", seen_fsync)
    mask = os.umask(0)
    try:
        secrets.save(library, "a", {"token": "t"})
    finally:
        os.umask(mask)
    assert seen == [0o600]
    assert stat.S_IMODE(secrets.path(library).stat().st_mode) == 0o600
    assert [path.name for path in library.home.iterdir()] == ["keys.json"]


def test_the_environment_comes_first(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets.save(library, "gelbooru.com", {"user_id": "9", "api_key": "file"})
    monkeypatch.setenv("GELBOORU_API_KEY", " environment ")
    assert secrets.find(library, "gelbooru.com") == {"user_id": "9", "api_key": "environment"}
    assert secrets.variables("gelbooru.com") == ("GELBOORU_API_KEY",)
    assert secrets.variables("huggingface.co") == ()


@pytest.mark.parametrize("content", ['{"gelbooru.com": "canary"}', "canary", '["canary"]', "\udcff canary"])
def test_a_damaged_file_is_said_and_not_quoted(library: Library, content: str) -> None:
    library.home.mkdir()
    secrets.path(library).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(WrongUseError) as caught:
        secrets.find(library, "gelbooru.com")
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None
