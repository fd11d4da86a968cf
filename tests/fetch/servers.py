"""Servers on loopback that answer as they are told, over HTTP or HTTPS."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Act = Callable[[BaseHTTPRequestHandler], None]


class Told(ThreadingHTTPServer):
    """Does `acts[path]` (without the query) for each question; `asked` are (path with query, headers), `sent` the bodies."""

    daemon_threads = True

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.acts: dict[str, Act] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.sent: list[bytes] = []
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """A client that goes away is no news."""


class Handler(BaseHTTPRequestHandler):
    """One question; `body` is what was sent with it."""

    protocol_version = "HTTP/1.1"
    body = b""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        assert isinstance(self.server, Told)
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.sent.append(self.body)
        self.do_GET()

    def do_GET(self) -> None:
        assert isinstance(self.server, Told)
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.close_connection = True
        self.server.acts.get(self.path.partition("?")[0], answer(b"no such page", 404))(self)


@contextmanager
def told(tls: ssl.SSLContext | None = None) -> Iterator[Told]:
    """A server that runs until the block ends."""
    with Told(tls) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def answer(body: bytes = b"ok", status: int = 200, **headers: str) -> Act:
    """That answer; `Content_Length` is the body's unless it is given."""

    def act(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return act


def redirect(location: str, status: int = 302) -> Act:
    return answer(b"", status, Location=location)


def in_turn(*acts: Act) -> Act:
    """Each for one question; the last for all that follow."""
    left = list(acts)

    def act(request: BaseHTTPRequestHandler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(request)

    return act


def reset(request: BaseHTTPRequestHandler) -> None:
    """The connection breaks at once."""
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    request.connection.close()
