"""How much memory an import of 1 GB of parquet takes: `python -m tests.bench.hub_parquet [MB]`, with a hub on the loopback."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil

from tests.commands import ROOT, Commands
from tests.dataset_hub import serving
from tests.media.pictures import bytes_of

GROUP_MB = 100


def make(path: Path, megabytes: int) -> int:
    """A parquet file of pictures of 1 MB each, in groups of 100; returns how many pictures."""
    arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    from PIL import Image

    kind = arrow.struct([("bytes", arrow.binary()), ("path", arrow.string())])
    schema = arrow.schema([("image", kind), ("text", arrow.string())])
    with parquet.ParquetWriter(path, schema, compression="none") as out:
        for start in range(0, megabytes, GROUP_MB):
            rows = range(start, min(start + GROUP_MB, megabytes))
            images = [Image.frombytes("RGB", (590, 592), os.urandom(590 * 592 * 3)) for _ in rows]
            data = [
                {"bytes": bytes_of(image, "PNG"), "path": f"{row}.png"} for row, image in zip(rows, images, strict=True)
            ]
            out.write_table(arrow.table({"image": data, "text": [f"picture {row}" for row in rows]}, schema), GROUP_MB)
    return megabytes


def main() -> None:
    """Print pictures, seconds, and the peak of resident memory: of the importing process alone, and with its decoders."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder, serving() as hub:
        file = Path(folder) / "train.parquet"
        make(file, megabytes)
        hub.publish("me/big", {"data/train-00000-of-00001.parquet": file.read_bytes()})
        dscore = Commands(Path(folder) / "library")
        dscore.library.save_settings(replace(dscore.library.settings(), local_hosts=hub.local_hosts))
        command = [
            sys.executable,
            "-m",
            "dscore",
            "import",
            "hf:me/big",
            "--endpoint",
            hub.url,
            "--home",
            str(dscore.home),
        ]
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=ROOT)
        peaks = [0, 0]
        watcher = threading.Thread(target=_watch, args=(psutil.Process(process.pid), peaks))
        watcher.start()
        code = process.wait()
        watcher.join()
        size = file.stat().st_size
    print(  # noqa: T201
        f"exit {code}, {size / 1e6:,.0f} MB in {time.monotonic() - began:.0f} s; peak {peaks[0] / 1e6:,.0f} MB, "
        f"with the decoders {peaks[1] / 1e6:,.0f} MB"
    )


def _watch(process: psutil.Process, peaks: list[int]) -> None:
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        try:
            own = process.memory_info().rss
            family = own + sum(child.memory_info().rss for child in process.children(recursive=True))
        except psutil.NoSuchProcess:
            continue
        peaks[0], peaks[1] = max(peaks[0], own), max(peaks[1], family)
        time.sleep(0.05)


if __name__ == "__main__":
    main()
