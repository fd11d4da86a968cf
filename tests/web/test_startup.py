"""What the server does before the first page: old uploads go, slow imports are there."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient

from dscore.config import Library
from dscore.web import inbox
from dscore.web.startup import FIRST_IMPORTS, SLOW_IMPORTS, lifespan, prepare


def test_the_start_sweeps_old_uploads_and_loads_what_is_slow(tmp_path: Path) -> None:
    library = Library(tmp_path)
    upload = inbox.begin(library, name="a.zip", size=1)
    for path in (*upload.folder.iterdir(), upload.folder):
        os.utime(path, (0, 0))
    with TestClient(Starlette(lifespan=lifespan(library))):
        until = time.monotonic() + 60
        while upload.folder.exists() and time.monotonic() < until:
            time.sleep(0.05)
    assert not upload.folder.exists()
    assert {*FIRST_IMPORTS, *SLOW_IMPORTS} <= set(sys.modules)


def test_a_catalog_that_cannot_be_opened_does_not_stop_the_server(tmp_path: Path) -> None:
    library = Library(tmp_path)
    inbox.begin(library, name="a.zip", size=1)
    library.catalog.write_bytes(b"no catalog")
    prepare(library)
