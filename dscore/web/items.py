"""The gallery's page: the items that a search finds."""

from __future__ import annotations

from functools import partial, reduce

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dscore.catalog.connection import open_catalog
from dscore.config import Library
from dscore.pipeline import cards
from dscore.text import terms
from dscore.web.protocol import number, text

MOST = 1000


def routes(library: Library) -> list[Route]:
    """`GET /api/items?dataset=ID&q=QUERY&after=ID&limit=200`; each `toggle=TAG` puts a tag into the query, or takes it out."""
    return [Route("/api/items", partial(_items, library))]


def _items(library: Library, request: Request) -> Response:
    asked = request.query_params
    dataset, after = number(asked, "dataset"), number(asked, "after", default=0)
    limit = number(asked, "limit", default=200, most=MOST)
    query = reduce(terms.toggled, asked.getlist("toggle"), text(asked, "q", default=""))
    with open_catalog(library) as db:
        page = cards.page(db, dataset, query, after=after, limit=limit)
    return JSONResponse({"q": query, "items": [card.document() for card in page.cards], "count": page.count})
