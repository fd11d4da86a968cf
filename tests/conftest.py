"""What every test may ask for."""

import os
from pathlib import Path

import pytest

from dscore.config import HOME_VARIABLE
from tests.commands import Commands


@pytest.fixture(scope="session", autouse=True)
def nobodys_library(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever a test forgets to say, the library of the person who runs it is never touched."""
    os.environ[HOME_VARIABLE] = str(tmp_path_factory.mktemp("nobody"))


@pytest.fixture
def dscore(tmp_path: Path) -> Commands:
    """The commands, on a library that is still empty; one process decodes, which starts sooner than several."""
    commands = Commands(tmp_path / "library")
    commands.home.mkdir()
    (commands.home / "settings.toml").write_text("decode_workers = 1\n", encoding="utf-8")
    return commands
