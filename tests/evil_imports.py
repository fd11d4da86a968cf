"""An import of hostile things, looked at from outside."""

from __future__ import annotations

import re
from pathlib import Path

from tests.commands import Commands, files
from tests.media.pictures import bytes_of, photo

STORED = re.compile(r"(images/[0-9a-f]{2}/[0-9a-f]{64}\.(jpg|png|webp|gif|bmp|tif)|thumbs/.*[0-9a-f]{64}\.webp)")
OWN = re.compile(r"(catalog\.db(-wal|-shm)?|.*\.lock)")


def good(seed: int) -> bytes:
    """A picture without fault, like no other."""
    return bytes_of(photo(70, 70, seed=1000 + seed), "PNG")


class Imported:
    """One import by command, with its numbers checked, and that nothing but the library was written."""

    def __init__(self, folder: Path, *places: Path) -> None:
        self.dscore = Commands(folder / "library")
        before = outside(folder)
        ran = self.dscore("import", *places, "--dataset", "evil", "--json")
        assert outside(folder) == before
        self.document = ran.json
        assert ran.code == (1 if self.document["skipped"] else 0)
        numbers = [self.document[number] for number in ("imported", "already_there", "skipped")]
        assert self.document["found"] == sum(numbers)
        assert self.document["skipped"] == len(self.document["skipped_files"])
        for name in files(self.dscore.home):
            assert STORED.fullmatch(name) or OWN.fullmatch(name), name
        self.skipped = {line["name"]: line["reason"] for line in self.document["skipped_files"]}
        self.remarks = {line["name"]: line["reason"] for line in self.document["remarks"]}
        self.names = {path for (path,) in self.dscore.rows("select path from origin")}


def outside(folder: Path) -> dict[str, tuple[int, int]]:
    return {name: state for name, state in files(folder).items() if not name.startswith("library/")}
