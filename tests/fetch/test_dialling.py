"""A connection that is being made: it comes, is refused, takes too long, or is broken off."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from dscore.errors import FetchError, StoppedError
from dscore.fetch.client import Fetcher
from dscore.fetch.dialling import dialled
from dscore.fetch.limits import Limits, Retries


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that answers nobody any more: its queue of callers is full."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        port: int = listening.getsockname()[1]
        callers = [socket.socket() for _ in range(8)]
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", port))
        yield port
        for caller in callers:
            caller.close()


def test_a_connection_is_made_and_blocks_for_so_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = dialled("127.0.0.1", listening.getsockname()[1], seconds=5, stopped=lambda: False)
        assert made.gettimeout() == 5
        made.close()


def test_nobody_there_is_said_at_once() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(OSError, match="refused"):
            dialled("127.0.0.1", free.getsockname()[1], seconds=5, stopped=lambda: False)


def test_silence_is_given_up(silent: int) -> None:
    one = Fetcher(local_hosts=("127.0.0.1",), retries=Retries(tries=1))
    with pytest.raises(FetchError, match="silent for too long"):
        one.ask(f"http://127.0.0.1:{silent}/", limits=Limits(connect_seconds=0.2))


def test_whoever_waits_for_a_connection_can_be_stopped(silent: int) -> None:
    one = Fetcher(local_hosts=("127.0.0.1",))
    threading.Timer(0.3, one.interrupt).start()
    began = time.monotonic()
    with pytest.raises(StoppedError):
        one.ask(f"http://127.0.0.1:{silent}/", limits=Limits(connect_seconds=60))
    assert time.monotonic() - began < 20
