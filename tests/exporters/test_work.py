from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from dscore.config import Library
from dscore.errors import ExportError
from dscore.exporters.manifest import MANIFEST, read_manifest
from dscore.exporters.work import open_work, swap, sweep
from dscore.models import ExportItem
from tests.exporters.conftest import Exporting, ItemMaker, tree
from tests.exporters.test_manifest import inspect

ROOT = Path(__file__).parents[2]
OPTIONS = {"dataset": "My set", "replace": True}
EVERY = int(os.environ.get("DSCORE_KILL_EVERY", "6"))
"""Each n-th moment is killed at, besides every rename; 1 for all of them."""


def swept(target: Path) -> tuple[str, ...]:
    steps = sweep(target)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # what a generator returns is Any there


class Killer:
    """Runs exports in a process of their own, which dies before its n-th write."""

    def __init__(self, folder: Path, library: Library) -> None:
        self.folder = folder
        self.library = library

    def run(self, items: list[ExportItem], target: Path, *, moment: int) -> list[str]:
        """The log: one line per write, the last of which did not happen unless the process came to its end."""
        spec = {
            "kind": "kohya",
            "items": [asdict(item) for item in items],
            "options": OPTIONS,
            "target": str(target),
            "library": str(self.library.home),
        }
        (self.folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
        log = self.folder / "log"
        log.unlink(missing_ok=True)
        command = [sys.executable, "-m", "tests.exporters.killed_export", str(self.folder / "spec.json")]
        done = subprocess.run([*command, str(moment), str(log)], cwd=ROOT, check=False)
        lines = log.read_text(encoding="utf-8").splitlines()
        assert (done.returncode != 0) == (len(lines) == moment)
        return lines


@pytest.fixture
def killer(tmp_path: Path, library: Library) -> Killer:
    return Killer(tmp_path, library)


@pytest.fixture
def items(make_item: ItemMaker) -> list[ExportItem]:
    return [make_item(1), make_item(2), make_item(3, format="gif")]


def moments(log: list[str]) -> list[int]:
    """Every rename, each n-th of the other writes, and the moment after the last."""
    renames = {n for n, line in enumerate(log, start=1) if " os.rename " in line}
    return sorted({*range(1, len(log) + 1, EVERY), *renames, len(log) + 1})


def is_intact(folder: Path, items: list[ExportItem]) -> bool:
    """Whether the folder holds the whole export of those items."""
    manifest = read_manifest(folder)
    if manifest is None:
        return False
    standing = inspect(folder, manifest)
    captions = {content.decode() for path, content in tree(folder).items() if path.endswith(".txt")}
    return (
        not (standing.changed or standing.missing or standing.strange)
        and len(standing.unchanged) == 2 * len(items) + 1
        and captions == {item.caption for item in items}
    )


def test_a_first_export_killed_anywhere_is_there_whole_or_not_at_all(
    killer: Killer, items: list[ExportItem], export: Exporting, tmp_path: Path
) -> None:
    for moment in moments(killer.run(items, tmp_path / "rehearsal/out", moment=0)):
        target = tmp_path / f"kill {moment}" / "out"
        log = killer.run(items, target, moment=moment)
        assert is_intact(target, items) or not target.exists(), log[-1]
        export(items, target, kind="kohya", replace=True)
        assert is_intact(target, items), log[-1]
        assert [path.name for path in target.parent.iterdir()] == ["out"], log[-1]


def test_a_replacement_killed_anywhere_leaves_the_old_or_the_new(
    killer: Killer, items: list[ExportItem], export: Exporting, tmp_path: Path
) -> None:
    newer = [replace(item, caption=f"newer {item.item_id}") for item in items]
    older = [replace(item, caption=f"older {item.item_id}") for item in items]
    export(older, tmp_path / "rehearsal/out", kind="kohya")
    log = killer.run(newer, tmp_path / "rehearsal/out", moment=0)
    assert sum(" os.rename " in line for line in log) == 2
    between = 0
    for moment in moments(log):
        target = tmp_path / f"kill {moment}" / "out"
        export(older, target, kind="kohya")
        log = killer.run(newer, target, moment=moment)
        between += not target.exists()
        whole = target if target.exists() else next(target.parent.glob("out.partial-*")) / "old"
        assert is_intact(whole, older) or is_intact(whole, newer), log[-1]
        export(newer, target, kind="kohya", replace=True)
        assert is_intact(target, newer), log[-1]
        assert [path.name for path in target.parent.iterdir()] == ["out"], log[-1]
    assert between == 1


def test_after_a_kill_between_the_renames_the_next_run_without_replace_finds_the_new(
    killer: Killer, items: list[ExportItem], export: Exporting, tmp_path: Path
) -> None:
    export([replace(item, caption="older") for item in items], tmp_path / "rehearsal/out", kind="kohya")
    log = killer.run(items, tmp_path / "rehearsal/out", moment=0)
    second_rename = [n for n, line in enumerate(log, start=1) if " os.rename " in line][1]
    export([replace(item, caption="older") for item in items], tmp_path / "kill/out", kind="kohya")
    killer.run(items, tmp_path / "kill/out", moment=second_rename)
    assert not (tmp_path / "kill/out").exists()
    swept(tmp_path / "kill/out")
    assert is_intact(tmp_path / "kill/out", items[:0]) is False
    assert {text for p, text in tree(tmp_path / "kill/out").items() if p.endswith(".txt")} == {b"mychar, 1girl"}
    assert export(items, tmp_path / "kill/out", kind="kohya", replace=False).pictures == 3


def test_a_swap_that_fails_half_way_puts_the_old_back(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/old.png").write_bytes(b"old")
    work = open_work(tmp_path / "out")
    work.new.rmdir()
    with pytest.raises(FileNotFoundError):
        swap(work, replacing=True)
    assert tree(tmp_path / "out") == {"old.png": b"old"}
    assert not work.old.exists()


def test_a_living_export_is_not_swept(items: list[ExportItem], export: Exporting, tmp_path: Path) -> None:
    work = open_work(tmp_path / "out")
    with pytest.raises(ExportError, match="is running"):
        export(items, tmp_path / "out")
    assert work.marker.exists()
    assert work.new.exists()


def mark(folder: Path, *, host: str = platform.node(), pid: int, started: float) -> None:
    folder.mkdir()
    (folder / "dscore-work.json").write_text(json.dumps({"host": host, "pid": pid, "started": started}))
    (folder / "new").mkdir()
    (folder / "new/half.png").write_bytes(b"ha")


def test_a_number_that_another_process_got_is_no_life(tmp_path: Path) -> None:
    mark(tmp_path / "out.partial-00000000", pid=os.getpid(), started=psutil.Process().create_time() - 7200)
    swept(tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_a_folder_of_another_computer_is_taken_for_alive(tmp_path: Path) -> None:
    mark(tmp_path / "out.partial-00000000", host="elsewhere", pid=1, started=0)
    with pytest.raises(ExportError, match="is running"):
        swept(tmp_path / "out")


@pytest.mark.parametrize(
    "name", ["out.partial-mine", "out.partial-0000000", "other.partial-00000000", "out.old-00000000", "out"]
)
def test_other_names_are_nobodys_to_sweep(name: str, tmp_path: Path) -> None:
    mark(tmp_path / name, pid=1, started=0)
    before = tree(tmp_path)
    assert swept(tmp_path / "out") == ()
    assert tree(tmp_path) == before


@pytest.mark.parametrize("marker", ["", "{}", "[]", '{"host": 1}'])
def test_a_folder_without_our_marker_is_nobodys_to_sweep(marker: str, tmp_path: Path) -> None:
    folder = tmp_path / "out.partial-00000000"
    folder.mkdir()
    (folder / "film.mp4").write_bytes(b"precious")
    (folder / "dscore-work.json").write_text(marker)
    before = tree(tmp_path)
    assert swept(tmp_path / "out") == ()
    assert tree(tmp_path) == before


@pytest.mark.parametrize("marker", [None, "", '{"host": '])
def test_a_folder_killed_before_it_was_marked_goes(marker: str | None, tmp_path: Path) -> None:
    folder = tmp_path / "out.partial-00000000"
    folder.mkdir()
    if marker is not None:
        (folder / "dscore-work.json").write_text(marker)
    swept(tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_strangers_in_a_dead_runs_old_export_are_kept(
    killer: Killer, items: list[ExportItem], export: Exporting, tmp_path: Path
) -> None:
    target = tmp_path / "place/out"
    export(items[1:], target, kind="kohya")
    log = killer.run(items, target, moment=0)
    first_removal = next(n for n, line in enumerate(log, start=1) if "/old/" in line)
    export(items[1:], target, kind="kohya", replace=True)
    killer.run(items, target, moment=first_removal)
    (work,) = target.parent.glob("out.partial-*")
    (work / "old/10_My_set/000001_sdxl.npz").write_bytes(b"hours")
    result = export(items, target, kind="kohya")
    assert result.up_to_date
    assert "they are in" in result.warnings[0]
    (kept,) = target.parent.glob("out.old-*")
    assert tree(kept)["10_My_set/000001_sdxl.npz"] == b"hours"
    assert MANIFEST in tree(kept)
