"""What disks and systems make of a file's name."""

from __future__ import annotations

import unicodedata

# https://learn.microsoft.com/windows/win32/fileio/naming-a-file; superscripts 1 to 3 are digits there
_DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"
}


def fold_name(name: str) -> str:
    """The key under which two names are one file on a disk that ignores case and stores NFC or NFD."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def is_device(name: str) -> bool:
    """Whether Windows takes the name for a device (`CON`, `nul.png`), whatever folder it is in."""
    return name.partition(".")[0].strip().casefold() in _DEVICES
