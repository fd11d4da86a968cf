"""What the server does before the first page is asked for."""

from __future__ import annotations

import gc
import importlib
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from dscore.config import Library
from dscore.errors import DscoreError
from dscore.web import inbox

SLOW_IMPORTS = ("pandas", "altair")
"""Two seconds that the first page with a chart would otherwise take."""

log = logging.getLogger(__name__)


def lifespan(library: Library) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """Sweeps old uploads and loads what is slow to import, both beside the serving, which does not wait."""

    @asynccontextmanager
    async def living(_app: Any) -> AsyncIterator[None]:
        threading.Thread(target=prepare, args=(library,), name="startup", daemon=True).start()
        yield

    return living


def prepare(library: Library) -> None:
    """What `lifespan` does; a catalog that cannot be opened is for the pages to tell."""
    for name in SLOW_IMPORTS:
        importlib.import_module(name)
    # Streamlit collects garbage after each run of a page; modules, which stay for ever, would make that 70 ms each time.
    gc.freeze()
    try:
        inbox.sweep(library)
    except DscoreError as error:
        log.warning("%s", error)
