"""A process that exports, and kills itself hard right before its n-th write to the disk.

`python -m tests.exporters.killed_export SPEC N LOG`: SPEC is a JSON file (kind, items, options,
target, library). Python tells an audit hook of every open, mkdir, rename, link and remove before it happens;
the n-th is written to LOG, fsynced, and then the process is gone. With another N it runs to the end, and LOG
holds every one of them.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from threading import Lock
from typing import Any

import psutil

from dscore.config import Library
from dscore.exporters.base import ExportOptions
from dscore.exporters.registry import exporter
from dscore.models import ExportItem

_WRITES = {"os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "os.truncate"}


def main(spec_path: str, moment: str, log_path: str) -> None:
    spec = json.loads(Path(spec_path).read_text(encoding="utf-8"))
    items = [ExportItem(**{**item, "tags": tuple(item["tags"])}) for item in spec["items"]]
    target = Path(spec["target"])
    chosen = exporter(spec["kind"])
    plan = chosen.plan(items, ExportOptions(**spec["options"]), target=target)
    _kill_before(int(moment), os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), beside=str(target))
    for _ in chosen.write(plan, library=Library(Path(spec["library"]))):
        pass


def _kill_before(moment: int, log: int, *, beside: str) -> None:
    seen = 0
    one_at_a_time = Lock()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        if not _is_write(event, arguments, beside):
            return
        with one_at_a_time:  # the other threads wait here for the end
            seen += 1
            os.write(log, f"{seen} {event} {arguments[0]}\n".encode())
            if seen == moment:
                os.fsync(log)
                psutil.Process().kill()
                time.sleep(60)

    sys.addaudithook(hook)


def _is_write(event: str, arguments: tuple[Any, ...], beside: str) -> bool:
    if event == "open":
        path, mode, flags = arguments
        writes = bool(set(mode) & set("wxa+")) if mode else bool(flags & (os.O_WRONLY | os.O_RDWR))
        return writes and str(path).startswith(beside)
    # shutil.rmtree names what it removes by folder handles, without the path
    return event in _WRITES and (str(arguments[0]).startswith(beside) or not Path(str(arguments[0])).is_absolute())


if __name__ == "__main__":
    main(*sys.argv[1:])
