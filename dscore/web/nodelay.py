"""Sends every answer at once.

Streamlit binds its socket itself and leaves the protocol's number out, so asyncio does not know it for TCP and leaves Nagle's
algorithm on: what follows an answer's first packet then waits for the browser's delayed acknowledgement, 40 ms on Linux
(https://github.com/Kludex/uvicorn/issues/3149).
"""

from __future__ import annotations

import socket
from contextlib import suppress

from starlette.types import ASGIApp, Receive, Scope, Send


class NoDelay:
    """Sets TCP_NODELAY on the connection of each request; leaves alone what is no TCP connection of uvicorn's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI interface."""
        # ASGI names no connection; uvicorn's `receive` is a method of what holds it.
        transport = getattr(getattr(receive, "__self__", None), "transport", None)
        connection = transport.get_extra_info("socket") if transport else None
        if connection is not None and connection.family in {socket.AF_INET, socket.AF_INET6}:
            with suppress(OSError):  # who asked may be gone
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await self._app(scope, receive, send)
