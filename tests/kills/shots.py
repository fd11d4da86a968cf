"""One kill: a command, shot at a chosen line of its log; then the damage, the way back, and the end."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from dscore.config import Library
from tests.kills import state
from tests.kills.run_logged import KILL
from tests.kills.scenes import Scene

COMMIT = "commit begins"
COMMITTED = "commit ends"
THROUGH = re.compile(r"job \d+: (\d+) pieces are through")
SECONDS = 120


@dataclass(frozen=True, slots=True)
class End:
    """A library when nothing is left to do, and the log that led there."""

    rows: dict[str, list[tuple[Any, ...]]]
    originals: dict[str, str]
    exported: dict[str, str]
    log: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shot:
    """What came of one kill that hit: where it was, by which road the work went on, and at what cost."""

    scene: str
    phase: str
    moment: int
    road: str
    through: int
    again: int
    seconds: float


def undisturbed(scene: Scene, home: Path) -> End:
    """The command without a kill."""
    library = scene.copy(home)
    log = home.with_suffix(".log")
    log.unlink(missing_ok=True)
    done = _run(scene, library, log)
    assert done.returncode == 0, done.stderr
    state.assert_whole(library)
    return _end(library, log)


def shoot(scene: Scene, home: Path, goal: End, *, phase: str, chance: random.Random, road: str) -> Shot | None:
    """Kill the command at some line of the phase; None where the shot came before the first write or after the last commit."""
    library = scene.copy(home)
    log = home.with_suffix(".log")
    log.unlink(missing_ok=True)
    older = state.tree(home / "exports")
    moment = chance.randint(1, sum(phase in line for line in goal.log))
    delay = chance.choice([0.0, chance.uniform(0, 0.02)])
    _run(scene, library, log, phase=phase, moment=moment, delay=delay)
    killed = _lines(log)
    if not any(KILL in line for line in killed) or not state.under_way(library):
        return None
    if not any(scene.first_write in line for line in killed[: _shot(killed)]):
        return None
    state.assert_whole(library)
    through = state.pieces_through(library)
    assert through >= _acknowledged(killed), "an acknowledged piece is lost"
    assert state.tree(home / "exports" / "pics") in ({}, older_export(older), goal.exported), "the export is half"
    began = time.monotonic()
    done = _worker(library, log) if road == "worker" else _run(scene, library, log)
    seconds = time.monotonic() - began
    assert done.returncode == 0, done.stderr
    state.assert_whole(library)
    _assert_same(goal, _end(library, log))
    again = sum(scene.work in line for line in _lines(log)) - sum(scene.work in line for line in goal.log)
    return Shot(scene.name, phase, moment, road, through, again, seconds)


def interrupt(scene: Scene, home: Path, goal: End, *, how: signal.Signals) -> tuple[int, str]:
    """Send the command a signal in the middle of its work, and run it again; returns what the first one said and with what code.

    Raises AssertionError where a child of it lives on, something is half, or the end is another one.
    """
    library = scene.copy(home)
    log = home.with_suffix(".log")
    log.unlink(missing_ok=True)
    running = subprocess.Popen(
        _command(scene, library, log), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    while sum(scene.work in line for line in _lines(log)) < 2 and running.poll() is None:
        time.sleep(0.005)
    children = psutil.Process(running.pid).children(recursive=True)
    running.send_signal(how)
    _, said = running.communicate(timeout=SECONDS)
    assert not psutil.wait_procs(children, timeout=SECONDS)[1], "a child lives on"
    state.assert_whole(library)
    if state.under_way(library):
        again = _run(scene, library, log)
        assert again.returncode == 0, again.stderr
    state.assert_whole(library)
    _assert_same(goal, _end(library, log))
    return running.returncode, said


def older_export(exports: dict[str, str]) -> dict[str, str]:
    """What was in the target before."""
    return {name.removeprefix("pics/"): digest for name, digest in exports.items() if name.startswith("pics/")}


def _shot(lines: list[str]) -> int:
    return next(number for number, line in enumerate(lines) if KILL in line)


def _acknowledged(lines: list[str]) -> int:
    """Pieces whose commit came back before the end."""
    sure, waiting = 0, 0
    for line in lines:
        if found := THROUGH.search(line):
            waiting += int(found[1])
        elif COMMITTED in line:
            sure, waiting = sure + waiting, 0
    return sure


def _run(
    scene: Scene, library: Library, log: Path, *, phase: str = "", moment: int = 0, delay: float = 0
) -> subprocess.CompletedProcess[str]:
    return _wait_for(_command(scene, library, log, phase=phase, moment=moment, delay=delay))


def _worker(library: Library, log: Path) -> subprocess.CompletedProcess[str]:
    return _wait_for(_logged(log, "", "0", "0", "worker", "--until-idle", "--home", str(library.home)))


def _command(
    scene: Scene, library: Library, log: Path, *, phase: str = "", moment: int = 0, delay: float = 0
) -> list[str]:
    command = [word.format(home=library.home) for word in scene.command]
    return _logged(log, phase, str(moment), str(delay), *command, "--home", str(library.home))


def _logged(log: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "tests.kills.run_logged", str(log), *arguments]


def _wait_for(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)


def _lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def _end(library: Library, log: Path) -> End:
    exported = state.tree(library.exports / "pics")
    return End(state.rows(library), state.originals(library), exported, tuple(_lines(log)))


def _assert_same(goal: End, found: End) -> None:
    assert found.originals == goal.originals
    assert found.exported == goal.exported
    for table, expected in goal.rows.items():
        extra, missing = Counter(found.rows[table]) - Counter(expected), Counter(expected) - Counter(found.rows[table])
        assert not extra, f"{table} has {len(extra)} rows too many: {list(extra)[:3]}, and misses {list(missing)[:3]}"
        assert not missing, f"{table} misses {len(missing)} rows: {list(missing)[:3]}"
