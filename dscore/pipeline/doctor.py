"""The doctor: what is well with this machine and this library, what is not, and the cure of each in plain words.

What needs onnxruntime or torch is tried in processes of their own (`taggers.probe`, `captioners.probe`); the rest is only
looked at.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from dscore.captioners import probe as captioner_probe
from dscore.catalog import backup, runs
from dscore.catalog.connection import open_catalog, wal_bytes
from dscore.catalog.journal import on_network, wanted
from dscore.config import Library
from dscore.errors import DscoreError, ModelError
from dscore.pipeline import doctor_captioners, doctor_machine
from dscore.pipeline.doctor_speed import Row
from dscore.taggers import hub
from dscore.taggers.files import is_here
from dscore.taggers.probe import Tried
from dscore.taggers.registry import TAGGERS, find_tagger
from dscore.text.sizes import readable_size

CODE = Path(__file__).resolve().parents[2]
TRY_SECONDS = 300.0
NAMED = 3
"""Damaged backups by name."""

AGAIN = "Install the requirements again."
LITTLE, SCARCE = 10e9, 2e9
"""Bytes free: below the first a model or two may not fit, below the second nothing does."""


class Level(StrEnum):
    """How a finding is: nothing to do; works, and could be better; does not work."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: its topic, how it is, what was found, and what to do, or ""."""

    topic: str
    level: Level
    found: str
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All findings in their order, and the figures that the last ones are made of."""

    findings: tuple[Finding, ...]
    tried: Tried = field(default_factory=Tried)
    captioning: captioner_probe.Tried = field(default_factory=captioner_probe.Tried)

    @property
    def worst(self) -> Level:
        """The level of the worst finding."""
        levels = [finding.level for finding in self.findings]
        return max(levels, key=list(Level).index, default=Level.GOOD)


def examine(library: Library) -> Report:
    """Look at everything; some seconds, a minute where a large model is tried on a processor."""
    tried, captioning, rows = Tried(), captioner_probe.Tried(), list[Row]()
    try:
        values = _tried("dscore.taggers.probe", tagger_here(library), str(library.hashes))
        tried = Tried(**{**values, "gpus": tuple(values["gpus"])})
        rows += doctor_machine.findings(tried)
    except ModelError as error:
        rows.append(("Trial run", "bad", str(error), AGAIN))
    try:
        captioning = captioner_probe.Tried(**_tried("dscore.captioners.probe"))
        rows += doctor_captioners.findings(captioning, cards=bool(tried.gpus))
    except ModelError as error:
        rows.append(("Trial run of BLIP", "bad", str(error), AGAIN))
    findings = [
        *(Finding(topic, Level(level), found, cure) for topic, level, found, cure in rows),
        *_library(library),
        *_backups(library),
        *_disks(library),
        Finding("Versions", Level.GOOD, doctor_machine.versions()),
    ]
    return Report(tuple(findings), tried, captioning)


def _tried(module: str, *arguments: str) -> dict[str, Any]:
    """What a process of its own found. Raises ModelError with a sentence on how it ended."""
    try:
        ran = subprocess.run(
            [sys.executable, "-m", module, *arguments], cwd=CODE,
            capture_output=True, text=True, encoding="utf-8", timeout=TRY_SECONDS, check=False,
        )  # fmt: skip
        values: dict[str, Any] = json.loads(ran.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"The trial run of a model gave no answer in {TRY_SECONDS:.0f} s, and was ended.") from error
    except (ValueError, IndexError) as error:
        last = (ran.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise ModelError(f"The trial run of a model ended with code {ran.returncode}: {last[:300]}.") from error
    return values


def tagger_here(library: Library) -> str:
    """The tagger to try: the one that ran last, if it is still here, else any that is downloaded, else ""."""
    with open_catalog(library) as db:
        used = [str(run.params.get("tagger", "")) for run in runs.finished(db, kinds=("tag", "sample"), limit=1)]
    for name in used:
        try:
            if is_here(find_tagger(name)):
                return name
        except DscoreError:
            continue  # the folder is gone
    return next((spec.name for spec in TAGGERS if is_here(spec)), "")


def _library(library: Library) -> Iterator[Finding]:
    settings = library.settings()
    journal = wanted(library)
    if on_network(library.home) and journal == "wal":
        yield Finding(
            "Library", Level.BAD, f"{library.home} is on a network share, and its catalog is written as a local disk needs it.",
            'Set "How the catalog is written" to "Look at the disk" in Settings, or move the library to a local disk.',
        )  # fmt: skip
    elif journal == "truncate":
        share = "is on a network share" if on_network(library.home) else f"is set to “{settings.journal}”"
        yield Finding(
            "Library", Level.FAIR,
            f"{library.home} {share}: pages wait while something is written (a large edit holds them for seconds), "
            "and a page that is still reading holds every write.",
            "Move the library to a disk of this machine: copy the folder, and name it with DSCORE_HOME."
            if on_network(library.home)
            else 'On a disk of this machine, set "How the catalog is written" to "Look at the disk" in Settings.',
        )  # fmt: skip
    else:
        size = library.catalog.stat().st_size + wal_bytes(library.catalog)
        yield Finding(
            "Library", Level.GOOD, f"{library.home} is on a disk of this machine; its catalog is {readable_size(size)}."
        )


def _backups(library: Library) -> Iterator[Finding]:
    """A catalog there that cannot be read holds up the sweep of originals."""
    damaged = backup.unreadable(library)
    if damaged:
        names = ", ".join(path.name for path in damaged[:NAMED])
        more = f" and {len(damaged) - NAMED:,} more" if len(damaged) > NAMED else ""
        yield Finding(
            "Backups", Level.FAIR,
            f"{names}{more} in {library.backups} cannot be read. Nobody can tell which pictures it needs, so what a killed "
            "import has left behind in the library is not cleared away.",
            "Put a whole copy in its place, or delete it, or move it elsewhere, together with files of its name beside it.",
        )  # fmt: skip


def _disks(library: Library) -> Iterator[Finding]:
    models = hub.cache_folder()
    for topic, folder, cure in (
        ("Disk of the library", library.home, "Empty the trash, or delete old exports and backups."),
        ("Disk of the models", models, "Free some room, or set HF_HOME to a folder on another disk."),
    ):
        existing = next(one for one in (folder, *folder.parents) if one.exists())
        free = shutil.disk_usage(existing).free
        level = Level.BAD if free < SCARCE else Level.FAIR if free < LITTLE else Level.GOOD
        said = f"{readable_size(free)} are free in {folder}"
        if folder == models:
            used = _used(models)
            said += f"; the models there take {readable_size(used)}" if used else "; no model is there yet"
            said += ", and a tagger needs 0.3 to 1.5 GB"
        yield Finding(topic, level, f"{said}.", "" if level is Level.GOOD else cure)


def _used(folder: Path) -> int:
    """What lies there; links into the same cache are not counted twice."""
    files = (path for path in folder.glob("models--*/**/*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files)
