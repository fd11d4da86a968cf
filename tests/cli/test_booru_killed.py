"""An import from a booru that is killed goes on: the same result, and no finished file is loaded twice.

`python -m tests.cli.test_booru_killed 20` does it twenty times at random moments.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from dscore.config import Library, Settings
from tests.booru_server import Server, Site, serving
from tests.commands import ROOT, Commands

POSTS = 120


def begin(home: Path, server: Server) -> subprocess.Popen[bytes]:
    words = [
        "import",
        "gelbooru:1girl",
        "--site",
        server.url,
        "--limit",
        "500",
        "--dataset",
        "set",
        "--home",
        str(home),
    ]
    return subprocess.Popen(
        [sys.executable, "-m", "dscore", *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def finished(home: Path) -> set[int]:
    """The posts whose files lie whole in the folder of downloads."""
    folder = home / "booru"
    return {int(path.name.partition("_")[0]) for path in folder.rglob("*.png")} if folder.exists() else set()


def killed_after(home: Path, server: Server, files: int) -> None:
    """Kill the import once the site has sent so many more files; what was whole then is not sent again."""
    sent = server.site.whole.total() + files
    process = begin(home, server)
    while process.poll() is None and server.site.whole.total() < sent:
        time.sleep(0.002)
    process.kill()
    process.wait()
    server.site.kept = {number: server.site.whole[number] for number in finished(home)}


def went_on(home: Path, moments: list[int]) -> None:
    with serving(Site(posts=list(range(1, POSTS + 1)))) as server:
        Library(home).save_settings(Settings(local_hosts=(server.host,), api_seconds=0.0))
        kept: dict[int, int] = {}
        for files in moments:
            killed_after(home, server, files)
            kept |= server.site.kept
        assert begin(home, server).wait() == 0
        assert {number: server.site.whole[number] for number in kept} == kept
        again = Commands(home)(
            "import", "gelbooru:1girl", "--site", server.url, "--limit", 500, "--dataset", "set", "--json"
        )
        assert (again.json["already_there"], again.json["imported"]) == (POSTS, 0)
        assert server.site.whole.total() <= POSTS + 2 * len(moments)
    assert len(list((home / "images").rglob("*.png"))) == POSTS


@pytest.mark.parametrize("moments", [[20, 30]])
def test_killed_half_way_it_goes_on_and_loads_nothing_twice(tmp_path: Path, moments: list[int]) -> None:
    went_on(tmp_path / "home", moments)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        times = int(sys.argv[1])
        went_on(Path(folder) / "home", [random.randrange(1, 2 * POSTS // times) for _ in range(times)])
        sys.stdout.write(f"killed {times} times; the result is the same\n")
