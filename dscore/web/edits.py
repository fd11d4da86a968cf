"""Edits from the gallery, without a run of the page: none is lost when a tab closes, and none is done twice."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.pipeline.hand_edits import HandEdit, edit_items
from dscore.web.protocol import json_body, number, text, texts

MOST = 500
"""Edits in one request; a larger selection is the business of the Edit page."""

_CLIENT = re.compile("[A-Za-z0-9_-]{1,64}")


def routes(library: Library) -> list[Route]:
    """`POST /api/edits` {client, seq, dataset, edits: [{item, rev, add, remove, order, prose, mark, stars}]}.

    200 with the items as they now are; 409 where somebody changed some of them first: the answer lists those, and the
    others are done.
    """
    return [Route("/api/edits", partial(_edits, library), methods=["POST"])]


async def _edits(library: Library, request: Request) -> Response:
    asked = await json_body(request)
    client = text(asked, "client")
    if not _CLIENT.fullmatch(client):
        raise WrongUseError("“client” should be 1 to 64 letters, digits, - and _.")
    seq, dataset = number(asked, "seq"), number(asked, "dataset")
    edits = _read(asked.get("edits"))
    answer = await run_in_threadpool(edit_items, library, dataset, edits, client=client, seq=seq)
    return JSONResponse(answer, 409 if answer["conflicts"] else 200)


def _read(asked: Any) -> list[HandEdit]:
    if not isinstance(asked, list) or not 0 < len(asked) <= MOST or not all(isinstance(one, dict) for one in asked):
        raise WrongUseError(f"“edits” should be a list of 1 to {MOST} edits.")
    return [
        HandEdit(
            item=number(one, "item"),
            rev=number(one, "rev"),
            add=texts(one, "add"),
            remove=texts(one, "remove"),
            order=texts(one, "order") if one.get("order") is not None else None,
            prose=text(one, "prose") if one.get("prose") is not None else None,
            mark=text(one, "mark") if one.get("mark") is not None else None,
            stars=number(one, "stars") if one.get("stars") is not None else None,
        )
        for one in asked
    ]
