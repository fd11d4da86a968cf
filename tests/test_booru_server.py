"""The stand-in booru, judged by a foreign client: what gallery-dl accepts is no mock."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.booru_server import Site, picture, serving


def test_gallery_dl_reads_it_and_loads_its_files(tmp_path: Path) -> None:
    with serving(Site(posts=list(range(1, 31)), cut=Counter({5: 1}))) as server:
        config = {"extractor": {"gelbooru_v02": {"standin": {"root": server.url}}}}
        (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
        url = f"{server.url}/index.php?page=post&s=list&tags=1girl"
        command = [sys.executable, "-m", "gallery_dl", "--config-ignore", "-c", str(tmp_path / "config.json")]
        done = subprocess.run(
            [*command, "-D", str(tmp_path / "out"), url], capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 0, done.stderr
    found = sorted(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert found == sorted(picture(number) for number in range(1, 31))
