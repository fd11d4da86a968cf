"""The caption beside the large picture, as one types."""

from __future__ import annotations

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dscore.catalog.connection import open_catalog
from dscore.config import Library
from dscore.pipeline.drafts import Draft, draft
from dscore.text.tokens import LIMITS
from dscore.web.protocol import json_body, number, text


def routes(library: Library) -> list[Route]:
    """`POST /api/caption` {dataset, item, prose}: the caption with that prose, its tokens, the limits of trainers."""
    return [Route("/api/caption", partial(_caption, library), methods=["POST"])]


async def _caption(library: Library, request: Request) -> Response:
    asked = await json_body(request)
    dataset, item, prose = number(asked, "dataset"), number(asked, "item"), text(asked, "prose")
    found = await run_in_threadpool(_draft, library, dataset, item, prose)
    return JSONResponse({"caption": found.caption, "tokens": found.tokens, "limits": LIMITS})


def _draft(library: Library, dataset: int, item: int, prose: str) -> Draft:
    with open_catalog(library) as db:
        return draft(db, dataset, item, prose)
