"""The gallery's page: the items that a search finds."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dscore.catalog.connection import open_catalog
from dscore.config import Library
from dscore.pipeline import cards
from dscore.web.protocol import number, text

MOST = 1000


def routes(library: Library) -> list[Route]:
    """`GET /api/items?dataset=ID&q=QUERY&after=ID&limit=200`."""
    return [Route("/api/items", partial(_items, library))]


def _items(library: Library, request: Request) -> Response:
    asked = request.query_params
    dataset, after = number(asked, "dataset"), number(asked, "after", default=0)
    limit = number(asked, "limit", default=200, most=MOST)
    with open_catalog(library) as db:
        page = cards.page(db, dataset, text(asked, "q", default=""), after=after, limit=limit)
    return JSONResponse({"items": [card.document() for card in page.cards], "count": page.count})
