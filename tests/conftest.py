"""What every test may ask for."""

from pathlib import Path

import pytest

from tests.commands import Commands


@pytest.fixture
def dscore(tmp_path: Path) -> Commands:
    """The commands, on a library that is still empty; one process decodes, which starts sooner than several."""
    commands = Commands(tmp_path / "library")
    commands.home.mkdir()
    (commands.home / "settings.toml").write_text("decode_workers = 1\n", encoding="utf-8")
    return commands
