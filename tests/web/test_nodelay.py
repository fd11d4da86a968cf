"""No answer waits for the browser to acknowledge its beginning: on a real uvicorn with a socket bound as Streamlit binds it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from websockets.sync.client import connect

from dscore.web.nodelay import NoDelay

seen: list[socket.socket] = []


class Watched(H11Protocol):
    """Keeps the sockets of those who connect."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As uvicorn's."""
        seen.append(transport.get_extra_info("socket"))
        super().connection_made(transport)


async def answering(scope: Scope, receive: Receive, send: Send) -> None:
    """Text for a request, a handshake for a WebSocket."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        await send({"type": "websocket.close"})
        return
    await PlainTextResponse("here")(scope, receive, send)


@contextmanager
def serving(app: ASGIApp) -> Iterator[int]:
    """The port of a server that runs the app, on a socket without the number of its protocol."""
    seen.clear()
    bound = socket.socket(socket.AF_INET)
    bound.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, http=Watched, ws="websockets-sansio", lifespan="off", log_level="error")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield bound.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def is_prompt(connection: socket.socket) -> bool:
    """Whether TCP sends at once here."""
    return bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def test_a_request_s_connection_sends_at_once() -> None:
    with serving(NoDelay(answering)) as port:
        client = HTTPConnection("127.0.0.1", port)
        client.request("GET", "/")
        assert client.getresponse().read() == b"here"
        assert [is_prompt(one) for one in seen] == [True]
        client.close()


def test_a_web_socket_sends_at_once() -> None:
    with serving(NoDelay(answering)) as port, connect(f"ws://127.0.0.1:{port}/") as client:
        assert [is_prompt(one) for one in seen] == [True]
        client.send("enough")
        assert list(client) == []


def test_without_it_uvicorn_would_wait() -> None:
    """Fails where uvicorn or asyncio has mended it: then this middleware can go."""
    with serving(answering) as port:
        client = HTTPConnection("127.0.0.1", port)
        client.request("GET", "/")
        client.getresponse().read()
        assert [is_prompt(one) for one in seen] == [False]
        client.close()


def test_another_server_is_left_alone() -> None:
    assert TestClient(NoDelay(answering)).get("/").text == "here"


class Gone:
    """A connection as uvicorn holds it, of somebody who has left."""

    def __init__(self) -> None:
        self.transport = self
        self._socket = socket.socket()
        self._socket.close()

    def get_extra_info(self, name: str) -> socket.socket:
        assert name == "socket"
        return self._socket

    async def receive(self) -> Message:
        return {"type": "http.disconnect"}


def test_who_has_left_is_no_error() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(NoDelay(PlainTextResponse("here"))({"type": "http"}, Gone().receive, send))
    assert sent[-1]["body"] == b"here"
