"""Work that is killed after its first chunk, in this process: its job stands as a killed command leaves it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library
from dscore.models import Progress
from dscore.pipeline.jobs import OnProgress


class _KilledError(Exception):
    """Nothing in dscore catches it, as nothing catches a kill."""


def killed(library: Library, work: Callable[[OnProgress], object], *, after: int = 1) -> None:
    """Do `work`, which gets what it is to tell its progress to, until it has told so often."""
    left = after

    def tell(_: Progress) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise _KilledError

    with pytest.raises(_KilledError):
        work(tell)
    with open_catalog(library) as db, writing(db):
        db.execute("update job set owner = 'nobody:1:1', lease_until = 0 where state = 'running'")
