"""The scripts and styles of the components, as files without a build step."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "browser"


def joined(*names: str) -> str:
    """Those files as one text, in their order."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)
