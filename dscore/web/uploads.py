"""Uploads in chunks, straight to the disk: a broken one goes on where it stopped, and none fills the memory."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dscore.config import Library
from dscore.errors import ConflictError
from dscore.web.inbox import MAX_BYTES, Part, Upload, begin, find, remove
from dscore.web.protocol import TooLongError, json_body, number, text

BLOCK_BYTES = 1 << 20
"""What is gathered before it is written."""


def routes(library: Library) -> list[Route]:
    """Begin, go on with, look at, finish and drop an upload.

    `POST /api/uploads` {name, size, session?} → {id, session, …}; `PUT /api/uploads/{id}?offset=N`; `GET` the same;
    `POST /api/uploads/{id}/finish`; `DELETE /api/uploads/{id}`. Uploads of one session land in one folder, so that captions
    stay beside their pictures; `inbox.places` is what an import takes.
    """
    one = "/api/uploads/{id}"
    doors = _Doors()
    return [
        Route("/api/uploads", partial(_begin, library), methods=["POST"]),
        Route(one, partial(_look, library), methods=["GET"]),
        Route(one, partial(_receive, library, doors), methods=["PUT"]),
        Route(one, partial(_remove, library, doors), methods=["DELETE"]),
        Route(f"{one}/finish", partial(_finish, library, doors), methods=["POST"]),
    ]


class _Doors:
    """Lets one request at a time change an upload."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[str] = set()

    @contextmanager
    def through(self, upload: Upload) -> Iterator[None]:
        with self._lock:
            if upload.id in self._open:
                raise ConflictError(f"{upload.name} is being sent by another request. Wait for that one.")
            self._open.add(upload.id)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(upload.id)


async def _begin(library: Library, request: Request) -> Response:
    asked = await json_body(request)
    name, size, session = text(asked, "name"), number(asked, "size", most=MAX_BYTES), text(asked, "session", default="")
    upload = await run_in_threadpool(begin, library, name=name, size=size, session=session)
    return JSONResponse(_state(upload), 201)


def _look(library: Library, request: Request) -> Response:
    return JSONResponse(_state(find(library, request.path_params["id"])))


async def _receive(library: Library, doors: _Doors, request: Request) -> Response:
    """Write the body behind what is there; what came before a broken connection or a full disk is kept."""
    upload = await run_in_threadpool(find, library, request.path_params["id"])
    offset = number(request.query_params, "offset")
    with doors.through(upload):
        if offset != upload.offset or upload.finished:
            return _misplaced(upload, f"{upload.name} goes on at {upload.offset:,}, not at {offset:,}.")
        announced = request.headers.get("content-length", "0")
        if announced.isdigit() and offset + int(announced) > upload.size:
            raise TooLongError(_too_long(upload))
        with await run_in_threadpool(upload.part, offset) as part:
            await _write(part, upload, request)
        return JSONResponse(_state(await run_in_threadpool(find, library, upload.id)))


async def _write(part: Part, upload: Upload, request: Request) -> None:
    try:
        async for block in _blocks(request):
            if part.end + len(block) > upload.size:
                await run_in_threadpool(part.take_back)
                raise TooLongError(_too_long(upload))
            await run_in_threadpool(part.write, block)
    except ClientDisconnect:
        return  # nobody hears the answer; what came stays, and the next request asks how much that was


async def _blocks(request: Request) -> AsyncIterator[bytes]:
    """The body in blocks that are worth a write; what came before the connection broke is given, too."""
    gathered = bytearray()
    try:
        async for piece in request.stream():
            gathered += piece
            if len(gathered) >= BLOCK_BYTES:
                yield bytes(gathered)
                gathered.clear()
    except ClientDisconnect:
        yield bytes(gathered)
        raise
    if gathered:
        yield bytes(gathered)


def _finish(library: Library, doors: _Doors, request: Request) -> Response:
    upload = find(library, request.path_params["id"])
    with doors.through(upload):
        if upload.offset != upload.size:
            return _misplaced(
                upload, f"{upload.name} is not whole yet: {upload.offset:,} of {upload.size:,} bytes are here."
            )
        return JSONResponse(_state(upload.finish()))


def _remove(library: Library, doors: _Doors, request: Request) -> Response:
    upload = find(library, request.path_params["id"])
    with doors.through(upload):
        remove(library, upload)
    return Response(status_code=204)


def _misplaced(upload: Upload, sentence: str) -> Response:
    return JSONResponse({"error": sentence} | _state(upload), 409)


def _too_long(upload: Upload) -> str:
    return f"{upload.name} was said to have {upload.size:,} bytes, and more came. Begin the upload anew."


def _state(upload: Upload) -> dict[str, object]:
    return {
        "id": upload.id,
        "session": upload.session,
        "name": upload.name,
        "size": upload.size,
        "offset": upload.offset,
        "finished": upload.finished,
    }
