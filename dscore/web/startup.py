"""What the server does before the first page is asked for."""

from __future__ import annotations

import gc
import importlib
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from dscore.config import Library
from dscore.errors import DscoreError
from dscore.web import inbox

FIRST_IMPORTS = ("dscore.pipeline.checking", "dscore.fetch.client")
"""What the first page needs, numpy among it: loaded while the browser still loads the page's own scripts."""

SLOW_IMPORTS = ("pandas",)
"""Half a second that the first page with a chart would otherwise take."""

AFTER_SECONDS = 3.0
"""The first page is not to wait for what it does without."""

log = logging.getLogger(__name__)


def lifespan(library: Library) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """Loads what is slow to import, and sweeps old uploads, beside the serving; what the first page does without comes later."""

    @asynccontextmanager
    async def living(_app: Any) -> AsyncIterator[None]:
        threading.Thread(target=load, args=(FIRST_IMPORTS,), name="first imports", daemon=True).start()
        preparing = threading.Timer(AFTER_SECONDS, prepare, (library,))
        preparing.daemon = True
        preparing.start()
        yield
        preparing.cancel()

    return living


def load(names: Iterable[str]) -> None:
    """Import these modules."""
    for name in names:
        importlib.import_module(name)


def prepare(library: Library) -> None:
    """What `lifespan` does behind the first page; a catalog that cannot be opened is for the pages to tell."""
    load(SLOW_IMPORTS)
    # A collection of garbage looks at all that there is, in 70 ms, while nothing else runs; modules stay for ever.
    gc.freeze()
    try:
        inbox.sweep(library)
    except DscoreError as error:
        log.warning("%s", error)
