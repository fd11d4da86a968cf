"""The doors of the server, all in one place."""

from __future__ import annotations

from pathlib import Path

from dscore.config import Library
from dscore.web.routes import routes


def test_every_route_stands_below_api_and_says_what_it_takes(tmp_path: Path) -> None:
    found = routes(Library(tmp_path))
    assert all(route.path.startswith("/api/") and route.methods for route in found)
    assert len({(route.path, frozenset(route.methods or ())) for route in found}) == len(found)
