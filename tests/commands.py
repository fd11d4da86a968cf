"""Commands run as a person runs them, and what a library holds afterwards."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from dscore.cli import main
from dscore.config import Library

ROOT = Path(__file__).parent.parent
JOBS = {"job", "job_item", "sqlite_sequence"}
"""What a command that changes nothing may still write: that it ran."""


@dataclass(frozen=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Commands:
    """The commands on one library; called, one runs in this process."""

    home: Path

    def __call__(self, *words: object) -> Ran:
        result = CliRunner().invoke(main, [*map(str, words), "--home", str(self.home)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    def good(self, *words: object) -> Any:
        """The document of a command that does all it should."""
        ran = self(*words, "--json")
        assert ran.code == 0, ran
        return ran.json

    def process(self, *words: object, **environment: str) -> Ran:
        """In a process of its own, with the library named by the environment."""
        done = subprocess.run(
            [sys.executable, "-m", "dscore", *map(str, words)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            env={**os.environ, "DSCORE_HOME": str(self.home), **environment},
            check=False,
            timeout=120,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    @property
    def library(self) -> Library:
        return Library(self.home)

    def rows(self, query: str, *values: object) -> list[Any]:
        """What the catalog answers."""
        with closing(sqlite3.connect(f"{self.library.catalog.as_uri()}?mode=ro", uri=True)) as db:
            return db.execute(query, values).fetchall()

    def content(self) -> dict[str, list[Any]]:
        """Every table but the jobs', whole."""
        names = [name for (name,) in self.rows("select name from sqlite_schema where type = 'table'")]
        return {name: sorted(self.rows(f"select * from {name}"), key=repr) for name in names if name not in JOBS}

    def captions(self, dataset: str, query: str = "") -> dict[str, str]:
        """Name → caption of what a search finds."""
        found = self.good("search", dataset, query, "--limit", 100_000)["items"]
        return {item["name"]: item["caption"] for item in found}

    def tags(self, dataset: str) -> dict[str, list[str]]:
        """Name → tags, in order, of all pictures outside the trash."""
        rows = self.rows(
            """select item.name, tag.name from item join dataset on dataset.id = item.dataset_id
            left join item_tag on item_tag.item_id = item.id left join tag on tag.id = item_tag.tag_id
            where dataset.name = ? and trashed_at is null order by item.id, position, tag.id""",
            dataset,
        )
        found: dict[str, list[str]] = {}
        for name, tag in rows:
            found.setdefault(name, []).extend([tag] if tag is not None else [])
        return found


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file below, with its size and its time of change: equal only where nothing was written."""
    below = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns) for path in below}


def texts(folder: Path, extension: str = ".txt") -> dict[str, str]:
    """Stem → content, byte for byte, of an export's captions."""
    return {path.stem: path.read_bytes().decode() for path in folder.rglob(f"*{extension}")}
