"""Connections that can be broken off while they are being made: a host that is silent holds nobody up."""

from __future__ import annotations

import os
import selectors
import socket
import time
from collections.abc import Callable

from urllib3.connection import HTTPConnection, HTTPSConnection

LOOK_SECONDS = 0.1

Dial = Callable[[], socket.socket]


class Plain(HTTPConnection):
    """Asks `dial` for its socket."""

    dial: Dial

    def _new_conn(self) -> socket.socket:
        return self.dial()


class Secret(HTTPSConnection):
    """The same with TLS over it."""

    dial: Dial

    def _new_conn(self) -> socket.socket:
        return self.dial()


def dialled(address: str, port: int, *, seconds: float, stopped: Callable[[], bool]) -> socket.socket:
    """A connection to an IP address; raises OSError (TimeoutError after `seconds`, and once `stopped` says so)."""
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        made.connect_ex((address, port))
        _wait(made, time.monotonic() + seconds, stopped)
        made.settimeout(seconds)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        made.close()
        raise
    return made


def _wait(made: socket.socket, until: float, stopped: Callable[[], bool]) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(made, selectors.EVENT_WRITE)
        while not selector.select(LOOK_SECONDS):
            if stopped() or time.monotonic() > until:
                raise TimeoutError
    if code := made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise OSError(code, os.strerror(code))
