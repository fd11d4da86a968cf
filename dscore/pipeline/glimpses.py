"""Small pictures of what a look has found, asked for by dscore's own checked client, so that the browser asks no other site."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from dscore.errors import SourceError, UnreadableImageError
from dscore.fetch.client import Fetcher
from dscore.media.decode import DecodeLimits
from dscore.media.pool import DecodePool

SECONDS = 8.0
"""A person waits for them, and can do without."""

SMALL = 100_000
"""Bytes of a picture that is no burden to the page."""

SHOWN = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF")
"""What the pictures begin with that every browser shows."""

Key = TypeVar("Key")


def gathered(fetcher: Fetcher, asked: Mapping[Key, Callable[[], bytes]], *, at_once: int) -> dict[Key, bytes]:
    """What could be had of these within `SECONDS`; the fetcher is of no use afterwards."""
    timer = threading.Timer(SECONDS, fetcher.interrupt)
    timer.daemon = True
    timer.start()
    try:
        with ThreadPoolExecutor(at_once, thread_name_prefix="glimpse") as pool:
            waiting = {key: pool.submit(once) for key, once in asked.items()}
        found: dict[Key, bytes] = {}
        for key, future in waiting.items():
            with suppress(SourceError, UnreadableImageError):
                found[key] = future.result()
        return found
    finally:
        timer.cancel()


def shrunk(pictures: Mapping[Key, bytes]) -> dict[Key, bytes]:
    """Thumbnails (WebP) of pictures from anywhere, made in a child process; what is no picture is missing.

    Small ones stay as they are: starting the child takes longer than a browser takes for all of them.
    """
    small = {key: content for key, content in pictures.items() if len(content) <= SMALL and content.startswith(SHOWN)}
    made = _made({key: content for key, content in pictures.items() if len(content) > SMALL})
    return {key: found for key in pictures if (found := small.get(key) or made.get(key))}


def _made(pictures: Mapping[Key, bytes]) -> dict[Key, bytes]:
    if not pictures:
        return {}
    found: dict[Key, bytes] = {}
    with tempfile.TemporaryDirectory() as folder, DecodePool(1, limits=DecodeLimits(seconds=SECONDS)) as pool:
        waiting = {}
        for number, (key, content) in enumerate(pictures.items()):
            path = Path(folder) / str(number)
            path.write_bytes(content)
            waiting[key] = pool.submit(path)
        until = time.monotonic() + SECONDS
        for key, future in waiting.items():
            with suppress(UnreadableImageError, TimeoutError, CancelledError):
                found[key] = future.result(max(0.0, until - time.monotonic())).thumbnail
            future.cancel()
    return found
