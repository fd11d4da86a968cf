"""Small sets of pictures with captions, whose tags a made tagger can tell (see `made_models`)."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from tests.made_models import make_tagger, picture_for
from tests.media.pictures import bytes_of

SIZE = 64
"""Pixels on a side: the tagger sees a picture of this size as it is, and no note calls it too narrow."""

Scores = Mapping[str, float]


def scored(scores: Scores, *, kind: str = "PNG", rest: int = 0) -> bytes:
    """A picture's file that the made tagger gives these scores; `rest`, 0 to 255, tells it from others."""
    return bytes_of(picture_for(scores, size=SIZE, rest=rest), kind)


def tagger(folder: Path) -> Path:
    """The folder of a made tagger for such pictures."""
    return make_tagger(folder, size=SIZE)


def fill(folder: Path, content: Mapping[str, bytes | str]) -> Path:
    """A folder with these files."""
    for name, data in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def pack(path: Path, content: Mapping[str, bytes | str]) -> Path:
    """A ZIP with these files."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path
