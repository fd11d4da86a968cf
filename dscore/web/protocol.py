"""What goes over the wire: how a request's values are read, and what an error looks like in an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dscore.errors import (
    BusyCatalogError,
    CatalogError,
    ConflictError,
    DiskFullError,
    DscoreError,
    NotFoundError,
    QueryError,
    UnreadableImageError,
    WrongUseError,
)

MAX_BODY = 4 << 20
"""Bytes of a JSON body; 500 edits of long captions take a tenth."""


class TooLongError(WrongUseError):
    """The request holds more than it may."""


# The nearest class of an error decides.
STATUS: dict[type[DscoreError], int] = {
    NotFoundError: 404,
    UnreadableImageError: 404,
    ConflictError: 409,
    TooLongError: 413,
    WrongUseError: 400,
    BusyCatalogError: 503,
    CatalogError: 500,
    DiskFullError: 507,
    DscoreError: 500,
}


def answer_error(_request: Request, error: Exception) -> Response:
    """`{"error": sentence}`, for a search also `start` and `end` of the words that cannot be read."""
    assert isinstance(error, DscoreError)
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    document: dict[str, Any] = {"error": str(error)}
    if isinstance(error, QueryError):
        document |= {"start": error.start, "end": error.end}
    return JSONResponse(document, status)


EXCEPTION_HANDLERS: Mapping[Any, Callable[[Request, Exception], Response]] = {DscoreError: answer_error}
"""For the application that has these routes."""


async def json_body(request: Request, *, limit: int = MAX_BODY) -> dict[str, Any]:
    """The request's JSON object; raises WrongUseError where it is none or too long."""
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > limit:
            raise TooLongError(f"The request is longer than {limit:,} bytes. Send less at once.")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WrongUseError("The request's body is not JSON.") from error
    if not isinstance(document, dict):
        raise WrongUseError("The request's body should be a JSON object.")
    return document


def number(values: Mapping[str, Any], name: str, *, default: int | None = None, most: int = 1 << 62) -> int:
    """A whole number from 0 to `most`, from a query or a body; raises WrongUseError."""
    value = values.get(name, default)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise WrongUseError(f"“{name}” should be a whole number" + (f" from 0 to {most:,}." if most < 1 << 40 else "."))
    return value


def text(values: Mapping[str, Any], name: str, *, default: str | None = None) -> str:
    """A text from a query or a body; raises WrongUseError."""
    value = values.get(name, default)
    if not isinstance(value, str):
        raise WrongUseError(f"“{name}” should be a text.")
    return value


def texts(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts from a body; empty where it is not there. Raises WrongUseError."""
    value = values.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise WrongUseError(f"“{name}” should be a list of texts.")
    return tuple(value)
