"""How sizes on a disk are said, everywhere alike."""

from __future__ import annotations

UNITS = ("kB", "MB", "GB", "TB")


def readable_size(size: int) -> str:
    """`3 bytes`, `48 kB`, `1.5 GB`, `379 MB`: powers of 1000, as disks and downloads are sold; a decimal below 100."""
    if size < 1000:
        return "1 byte" if size == 1 else f"{size} bytes"
    value = float(size)
    for unit in UNITS:
        value /= 1000
        if value < 999.5 or unit == UNITS[-1]:
            break
    text = f"{value:,.1f}" if value < 99.95 else f"{value:,.0f}"
    return f"{text.removesuffix('.0')} {unit}"
