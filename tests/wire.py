"""Sessions of the dashboard without a browser: the real WebSocket, routes and protocol, but nobody who draws."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import urlopen

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.browser.server import Server


class Session:
    """One person's session on a page; used by one thread at a time."""

    def __init__(self, socket: ClientConnection, url: str, page: str) -> None:
        self._socket, self._url, self._page = socket, url, page

    def get(self, path: str) -> None:
        """Read what one of the server's own routes answers."""
        with urlopen(self._url + path) as answer:
            assert answer.read()

    def ask(self, query: str) -> list[ForwardMsg]:
        """Run the page for this query string; all that the server said to it."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = self._page
        self._socket.send(message.SerializeToString())
        said = []
        while True:
            answer = self._socket.recv()
            assert isinstance(answer, bytes)
            said.append(come := ForwardMsg.FromString(answer))
            if come.WhichOneof("type") == "script_finished":
                assert come.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY, come
                return said


@contextmanager
def session(server: Server, page: str) -> Iterator[Session]:
    """A session of its own on one of the server's pages, `explore` for one."""
    address = server.url.replace("http", "ws", 1) + "/_stcore/stream"
    with connect(address, origin=Origin(server.url), subprotocols=[Subprotocol("streamlit")], max_size=None) as socket:
        yield Session(socket, server.url, page)
