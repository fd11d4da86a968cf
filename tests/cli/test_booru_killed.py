"""An import from a booru that is killed goes on: the same result, and no finished file is loaded twice.

`python -m tests.cli.test_booru_killed 20 500` does it twenty times at random moments, over 500 posts with every fault.
"""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from dscore.config import Library, Settings
from tests.booru_server import Server, Site, make_trouble, picture, serving
from tests.commands import ROOT, Commands


def begin(home: Path, server: Server) -> subprocess.Popen[bytes]:
    words = [
        "import",
        "gelbooru:1girl",
        "--site",
        server.url,
        "--limit",
        "1000",
        "--dataset",
        "set",
        "--home",
        str(home),
    ]
    command = [sys.executable, "-m", "dscore", *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def finished(home: Path) -> set[int]:
    """The posts whose files lie whole in the folder of downloads."""
    folder = home / "booru"
    return {int(path.name.partition("_")[0]) for path in folder.rglob("*.png")} if folder.exists() else set()


def killed_after(home: Path, server: Server, moment: float) -> dict[int, int]:
    """Kill the import once the site has sent so many more files, or (below 1) ten times so many seconds after its first question.

    Returns how often each file that is whole by then was sent: it is not sent again.
    """
    sent, asked = server.site.whole.total() + moment, len(server.site.asked)
    process = begin(home, server)
    while process.poll() is None and len(server.site.asked) == asked:
        time.sleep(0.002)
    began = time.monotonic()
    while process.poll() is None and (
        server.site.whole.total() < sent if moment >= 1 else time.monotonic() - began < 10 * moment
    ):
        time.sleep(0.002)
    process.kill()
    process.wait()
    return {number: server.site.whole[number] for number in finished(home)}


def went_on(home: Path, moments: Sequence[float], *, posts: int, waits: bool = False) -> None:
    with serving(Site(posts=[])) as server:
        make_trouble(server.site, posts=posts)
        if not waits:  # for faults that pass
            server.site.api.clear()
            server.site.cut.clear()
        Library(home).save_settings(Settings(local_hosts=(server.host,), api_seconds=0.0, decode_workers=1))
        kept: dict[int, int] = {}
        for moment in moments:
            kept |= killed_after(home, server, moment)
        assert begin(home, server).wait() == 1  # three have failed
        assert {number: server.site.whole[number] for number in kept} == kept
        good, whole = server.site.good, server.site.whole
        assert sum(whole[number] for number in good) <= len(good) + 2 * len(
            moments
        )  # two are under way when it is killed
        again = Commands(home)(
            "import", "gelbooru:1girl", "--site", server.url, "--limit", 1000, "--dataset", "set", "--json"
        )
        assert (again.json["already_there"], again.json["imported"], again.json["gone"]) == (len(good), 0, 3)
    stored = sorted(path.stem for path in (home / "images").rglob("*.png"))
    assert stored == sorted(hashlib.sha256(picture(number)).hexdigest() for number in good)
    assert not finished(home)


def test_killed_half_way_it_goes_on_and_loads_nothing_twice(tmp_path: Path) -> None:
    went_on(tmp_path / "home", [20, 30], posts=100)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        kills, posts = (int(word) for word in sys.argv[1:])
        chance = random.Random()
        moments = [
            chance.choice((chance.randrange(1, 2 * posts // kills), chance.uniform(0.0, 0.2))) for _ in range(kills)
        ]
        began = time.monotonic()
        went_on(Path(folder) / "home", moments, posts=posts, waits=True)
        sys.stdout.write(
            f"killed {kills} times over {posts} posts in {time.monotonic() - began:.0f} s; the result is the same\n"
        )
