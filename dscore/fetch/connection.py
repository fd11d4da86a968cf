"""One question and its answer, over a connection to an address that was checked."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache, partial
from typing import Self

import certifi
from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError, IncompleteRead

from dscore import __version__
from dscore.errors import FetchError
from dscore.fetch.addresses import Target
from dscore.fetch.dialling import Plain, Secret, dialled
from dscore.fetch.limits import Limits

AGENT = f"dscore/{__version__}"
BLOCK_BYTES = 64 << 10
TROUBLE = (HTTPError, http.client.HTTPException, OSError, ValueError)
"""All that a connection may raise; ValueError where it was shut down under the reader."""


@cache
def tls() -> ssl.SSLContext:
    """The system's authorities (SSL_CERT_FILE adds one's own), and those of certifi, for systems that bring none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class Exchange:
    """A GET, or a POST where there is a body, as a context manager; raises FetchError for all that goes wrong on the way.

    A watch ends it after `limits.seconds`, whatever it is doing then, and `stop` at once, from any thread.
    """

    def __init__(
        self, target: Target, headers: Mapping[str, str], limits: Limits, *, body: bytes | None = None
    ) -> None:
        self._target, self._limits, self._body = target, limits, body
        self._headers = {"Host": target.authority, "User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
        self._socket: socket.socket | None = None
        self._connection: HTTPConnection | None = None
        self._response: HTTPResponse | None = None
        self._end = ""
        self._watch = threading.Timer(limits.seconds, self.stop, (f"took longer than {limits.seconds:,.0f} s",))
        self._watch.daemon = True

    def __enter__(self) -> Self:
        self._watch.start()
        try:
            self._connect()
            assert self._connection is not None
            self._ask(self._connection)
            self._response = self._connection.getresponse()
        except TROUBLE as error:
            self.__exit__()
            raise self._failed(error) from error
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._watch.cancel()
        with suppress(*TROUBLE):
            if self._response is not None:
                self._response.close()
        if self._connection is not None:
            self._connection.close()

    @property
    def target(self) -> Target:
        """Where the answer comes from."""
        return self._target

    @property
    def status(self) -> int:
        """As the site sent it."""
        assert self._response is not None
        return self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        """Of the answer; names in any case."""
        assert self._response is not None
        return self._response.headers

    def blocks(self) -> Iterator[bytes]:
        """The body; raises FetchError where it is cut, too long (packed or unpacked), or too slow."""
        assert self._response is not None
        total = 0
        while True:
            try:
                block = self._response.read1(BLOCK_BYTES)
            except TROUBLE as error:
                raise self._failed(error) from error
            if self._end:
                raise self._failed(None)
            if not block:
                return
            total += len(block)
            if total > self._limits.bytes:
                raise FetchError(f"{self._target.host} sent more than the {self._limits.bytes:,} bytes that are taken.")
            yield block

    def stop(self, why: str = "was stopped") -> None:
        """Break it off."""
        self._end = self._end or why
        with suppress(OSError):
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)

    def _ask(self, connection: HTTPConnection) -> None:
        method = "GET" if self._body is None else "POST"
        if self._body is not None and self._socket is not None:
            self._socket.settimeout(self._limits.read_seconds)  # what is sent may take longer than to connect
        connection.request(method, self._target.path, body=self._body, headers=self._headers, preload_content=False)

    def _connect(self) -> None:
        for address in self._target.addresses[:-1]:
            with suppress(*TROUBLE):
                return self._open(address)
        return self._open(self._target.addresses[-1])

    def _open(self, address: str) -> None:
        if self._end:
            raise TimeoutError(self._end)
        target, seconds = self._target, self._limits.connect_seconds
        if target.scheme == "https":
            made: Plain | Secret = Secret(
                address, target.port, timeout=seconds, ssl_context=tls(), server_hostname=target.host
            )
        else:
            made = Plain(address, target.port, timeout=seconds)
        made.dial = partial(self._dial, address)
        self._connection = made
        made.connect()
        self._socket = made.sock
        self._connection.timeout = self._limits.read_seconds  # what it sets before it reads the answer

    def _dial(self, address: str) -> socket.socket:
        """Known to `stop` before TLS begins."""
        seconds = self._limits.connect_seconds
        self._socket = dialled(address, self._target.port, seconds=seconds, stopped=lambda: bool(self._end))
        return self._socket

    def _failed(self, error: Exception | None) -> FetchError:
        host = self._target.host
        if self._end:
            return FetchError(f"The answer of {host} {self._end}.", again=True)
        if _is(error, ssl.SSLCertVerificationError):
            return FetchError(f"{host} has no valid certificate, so nothing was sent to it.")
        if _is(error, TimeoutError):
            return FetchError(f"{host} was silent for too long.", again=True)
        if isinstance(error, IncompleteRead | http.client.IncompleteRead):
            return FetchError(f"The answer of {host} was cut short.", again=True)
        if self._response is not None:
            return FetchError(f"The answer of {host} broke off.", again=True)
        return FetchError(f"{host} cannot be reached. Check the connection.", again=True)


def _is(error: BaseException | None, kind: type[BaseException]) -> bool:
    """Whether the error is of the kind, or was caused by one; urllib3 wraps what the system says, and keeps it."""
    seen = 0
    while error is not None and seen < 8:
        if isinstance(error, kind) or any(isinstance(part, kind) for part in error.args):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False
