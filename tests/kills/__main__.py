"""`python -m tests.kills [COMMAND…]`: ten kills in each phase (of these commands only), and a table of what they cost.

`python -m tests.kills concurrency`: two writers and a reader beside an edit of 300,000 items, in both journal modes.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import mean

from tests.kills.scenes import SCENES, Scene, make_scene
from tests.kills.shots import End, Shot, shoot, undisturbed

say = partial(print, flush=True)


KILLS = 10


def main(names: list[str]) -> None:
    """Kill until every phase was hit so often; a line for each."""
    chance, total = random.Random(), 0
    say(f"{'command':8} {'phase':14} {'kills':>5} {'through':>8} {'again':>6} {'seconds':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for name in names or SCENES:
            scene = make_scene(name, Path(folder) / name)
            home = Path(folder) / name / "run"
            goal = undisturbed(scene, home)
            for phase in scene.phases:
                hits = list(_hits(scene, home, goal, phase=phase, chance=chance))
                total += len(hits)
                _say_phase(hits)
    say(f"{total} kills: nothing half, nothing acknowledged lost, each went on to the same end.")


def _hits(scene: Scene, home: Path, goal: End, *, phase: str, chance: random.Random) -> Iterator[Shot]:
    for road in islice(cycle(("worker", "again")), KILLS):
        shot = None
        while shot is None:
            shot = shoot(scene, home, goal, phase=phase, chance=chance, road=road)
        yield shot


def _say_phase(hits: list[Shot]) -> None:
    """Means: pieces through when it was killed, pieces of work done twice, seconds from the new start to the end."""
    through, again, seconds = (mean(of) for of in zip(*((h.through, h.again, h.seconds) for h in hits), strict=True))
    say(f"{hits[0].scene:8} {hits[0].phase:14} {len(hits):5} {through:8.0f} {again:6.0f} {seconds:8.1f}")


if __name__ == "__main__":
    if sys.argv[1:] == ["concurrency"]:
        from tests.kills.concurrency import measure

        measure()
    else:
        main(sys.argv[1:])
