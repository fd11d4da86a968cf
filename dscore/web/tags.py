"""Completion of a tag as it is typed."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dscore.catalog import tags
from dscore.catalog.connection import open_catalog
from dscore.config import Library
from dscore.web.protocol import number, text

MOST = 200


def routes(library: Library) -> list[Route]:
    """`GET /api/tags?dataset=ID&q=TYPED&limit=20`."""
    return [Route("/api/tags", partial(_tags, library))]


def _tags(library: Library, request: Request) -> Response:
    asked = request.query_params
    dataset, limit = number(asked, "dataset"), number(asked, "limit", default=20, most=MOST)
    with open_catalog(library) as db:
        found = tags.completions(db, dataset, text(asked, "q", default=""), limit=limit)
    return JSONResponse({"tags": [{"name": tag.name, "category": tag.category, "items": tag.items} for tag in found]})
