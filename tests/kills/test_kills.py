from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pytest

from tests.kills.scenes import SCENES, make_scene
from tests.kills.shots import interrupt, shoot, undisturbed

TRIES = 10


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_a_killed_command_leaves_nothing_half_and_goes_on_to_the_same_end(tmp_path: Path, name: str) -> None:
    scene, home, chance = make_scene(name, tmp_path, pictures=150, items=5_000), tmp_path / "run", random.Random(1)
    goal = undisturbed(scene, home)
    for phase, road in zip(chance.sample(scene.phases, 2), ("worker", "again"), strict=True):
        hits = (shoot(scene, home, goal, phase=phase, chance=chance, road=road) for _ in range(TRIES))
        assert any(shot is not None for shot in hits), f"no kill hit {name} while {phase}"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to another process there")
@pytest.mark.parametrize("name", ["import", "tag", "edit", "export"])  # caption stops as tag does, undo as edit
def test_a_command_that_was_stopped_by_ctrl_c_says_so_and_goes_on_when_run_again(tmp_path: Path, name: str) -> None:
    scene, home = make_scene(name, tmp_path, pictures=150, items=9_000), tmp_path / "run"
    code, said = interrupt(scene, home, undisturbed(scene, home), how=signal.SIGINT)
    assert (code, said.strip()) == (
        130, "Stopped. What was done is safe; run the same command again, and it goes on.",
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there, a process cannot be asked to end")
def test_an_import_that_the_system_ends_leaves_no_process_behind_and_goes_on(tmp_path: Path) -> None:
    scene, home = make_scene("import", tmp_path, pictures=150), tmp_path / "run"
    code, _ = interrupt(scene, home, undisturbed(scene, home), how=signal.SIGTERM)
    assert code == -signal.SIGTERM
