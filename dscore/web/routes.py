"""All routes of the server beside the pages."""

from __future__ import annotations

from starlette.routing import Route

from dscore.config import Library
from dscore.web import captions, edits, exports, items, jobs, tags, thumbnails, uploads

ROOMS = (thumbnails, uploads, tags, edits, jobs, items, exports, captions)


def routes(library: Library) -> list[Route]:
    """Everything below `/api/`, for this library."""
    return [route for room in ROOMS for route in room.routes(library)]
