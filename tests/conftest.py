"""What every test may ask for."""

from pathlib import Path

import pytest

from tests.commands import Commands


@pytest.fixture
def dscore(tmp_path: Path) -> Commands:
    """The commands, on a library that is still empty."""
    return Commands(tmp_path / "library")
