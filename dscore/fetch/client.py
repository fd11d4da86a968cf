"""Asking a site: redirects followed by hand, failures tried again, keys kept to the site that they are for."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urljoin

from dscore.errors import AddressError, FetchError, GoneError, StoppedError
from dscore.fetch import addresses
from dscore.fetch.addresses import Resolve, Target, resolved
from dscore.fetch.connection import Exchange
from dscore.fetch.limits import Limits, Pace, Retries, limit_reset, retry_after
from dscore.fetch.redaction import Redactor

log = logging.getLogger(__name__)

REDIRECTS = {301, 302, 303, 307, 308}
GONE = {404, 410}
BUSY = {429, 503}
AGAIN = {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524}
NO_PACE = Pace(0.0)
WAITING = "Waiting "
"""What `Fetcher.waiting` begins with."""

WORTH_SAYING = 2.0
"""Seconds; a shorter wait is over before somebody has read of it."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; header names in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Fetcher:
    """Asks sites; may be used by several threads at once.

    `local_hosts` may lie on this machine or the local network (see `addresses.check`). `secrets` are taken out of whatever is
    raised, and are never sent to another host by a redirect.
    """

    def __init__(
        self,
        *,
        local_hosts: Collection[str] = (),
        secrets: Iterable[str] = (),
        retries: Retries | None = None,
        resolve: Resolve = resolved,
    ) -> None:
        self._local_hosts, self._resolve = tuple(local_hosts), resolve
        self._retries = retries or Retries()
        self._redactor = Redactor(secrets)
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._live: set[Exchange] = set()
        self._waits: dict[int, tuple[float, str]] = {}

    def interrupt(self) -> None:
        """From another thread: break off whatever is under way, and refuse all that comes later."""
        self._stopped.set()
        with self._lock:
            for exchange in self._live:
                exchange.stop()

    def wait(self, seconds: float) -> None:
        """Wait, unless `interrupt` is called; then raises StoppedError."""
        if self._stopped.wait(seconds):
            raise StoppedError("It was stopped.")

    @property
    def waiting(self) -> str:
        """`Waiting 42 s: gelbooru.com was asked too often (429)` while it does, else ""."""
        with self._lock:
            until, why = max(self._waits.values(), default=(0.0, ""))
        left = until - time.monotonic()
        return f"{WAITING}{left:,.0f} s: {why}" if left > 0 else ""

    def ask(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        keys: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        pace: Pace = NO_PACE,
    ) -> Answer:
        """The whole answer, whatever its status is, once the site has answered; `keys` are headers for this host only.

        Secrets that the answer repeats are taken out of it. Raises AddressError, or FetchError after all tries.
        """
        return self.again(lambda: self.ask_once(url, headers=headers, keys=keys, limits=limits, pace=pace))

    def ask_once(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        keys: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        pace: Pace = NO_PACE,
    ) -> Answer:
        """The same by one try, for use within `again`."""
        pace.turn(self.wait)
        with self.opened(url, headers=headers, keys=keys, limits=limits) as exchange:
            return self._whole(exchange)

    def post(
        self,
        url: str,
        body: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        keys: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> Answer:
        """Send the body, and give the whole answer, whatever its status is; one try.

        A redirect is an error: what is sent is for the site that was named, and for no other. Raises AddressError, FetchError.
        """
        target = self._check(url)
        with self._exchange(target, {**(headers or {}), **(keys or {})}, limits or Limits(), body) as exchange:
            if exchange.status in REDIRECTS:
                raise FetchError(f"{target.host} sends dscore on to another address. Give the one that it answers at.")
            return self._whole(exchange)

    @contextmanager
    def opened(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        keys: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> Iterator[Exchange]:
        """An answer whose body is still to be read, after redirects; no second try. Raises FetchError for 429 and 5xx, too."""
        limits = limits or Limits()
        target, sent = self._check(url), {**(headers or {}), **(keys or {})}
        for _ in range(limits.hops + 1):
            with self._exchange(target, sent, limits) as exchange:
                if exchange.status not in REDIRECTS:
                    self._refuse_trouble(exchange)
                    yield exchange
                    return
                there = self._next(target, exchange.headers.get("location", ""))
            if there.place != target.place:
                sent = dict(headers or {})
            target = there
        raise FetchError(f"{target.host} sent dscore from page to page, more than {limits.hops} times.")

    def again(self, once: Callable[[], Result]) -> Result:
        """Do it, and do it again where that may help; raises the last FetchError, without keys, or StoppedError."""
        for number in range(1, self._retries.tries + 1):
            self.wait(0.0)
            try:
                return once()
            except FetchError as error:
                if self._stopped.is_set():
                    raise StoppedError("It was stopped.") from error
                error.args = (self._redactor.clean(str(error)),)
                wait, why = self._retries.pause(number, error.wait), str(error)
                if not error.again or number == self._retries.tries or wait > self._retries.longest:
                    raise
                log.info("try %d of %d, again in %.0f s: %s", number, self._retries.tries, wait, error)
            self._wait_saying(wait, why.partition(". ")[0].rstrip("."))
        raise AssertionError

    def _wait_saying(self, seconds: float, why: str) -> None:
        me = threading.get_ident()
        with self._lock:
            if seconds >= WORTH_SAYING:
                self._waits[me] = time.monotonic() + seconds, why
        try:
            self.wait(seconds)
        finally:
            with self._lock:
                self._waits.pop(me, None)

    def _whole(self, exchange: Exchange) -> Answer:
        body = self._redactor.scrub(b"".join(exchange.blocks()))
        names = {name.lower(): value for name, value in exchange.headers.items()}
        return Answer(exchange.target.shown, exchange.status, names, body)

    def _check(self, url: str) -> Target:
        return addresses.check(url, local_hosts=self._local_hosts, resolve=self._resolve)

    def _next(self, before: Target, location: str) -> Target:
        base = f"{before.scheme}://{before.authority}{before.path}"
        try:
            url = urljoin(base, location.strip())
        except ValueError as error:
            raise AddressError(f"{before.host} sent dscore to an address that is none.") from error
        scheme, host, port, _ = addresses.take_apart(url)
        if before.scheme == "https" and scheme != "https":
            raise AddressError(f"{before.host} sent dscore from https to http, which anybody on the way can read.")
        if (scheme, host, port) != before.place and self._redactor.holds(url):
            raise AddressError(f"{before.host} sent dscore to {host} with its key; it was not sent.")
        return self._check(url)

    @contextmanager
    def _exchange(
        self, target: Target, headers: Mapping[str, str], limits: Limits, body: bytes | None = None
    ) -> Iterator[Exchange]:
        exchange = Exchange(target, headers, limits, body=body)
        with self._lock:
            self._live.add(exchange)
        try:
            self.wait(0.0)
            with exchange:
                yield exchange
        finally:
            with self._lock:
                self._live.discard(exchange)

    def _refuse_trouble(self, exchange: Exchange) -> None:
        status, host = exchange.status, exchange.target.host
        if status not in AGAIN:
            return
        wait = retry_after(exchange.headers.get("retry-after")) if status in BUSY else None
        if status == 429:
            wait = limit_reset(exchange.headers.get("ratelimit")) if wait is None else wait
            wait = self._retries.busy if wait is None else wait
            until = f" It asks to wait {wait:,.0f} s." if wait > self._retries.longest else ""
            raise FetchError(f"{host} was asked too often (429).{until} Try again later.", again=True, wait=wait)
        raise FetchError(f"{host} answered that it has trouble ({status}). Try again later.", again=True, wait=wait)


def require_good(exchange: Exchange, what: str) -> None:
    """Raises GoneError or FetchError unless the status is 200 or 206."""
    if exchange.status in GONE:
        raise GoneError(f"{what} is not there any more ({exchange.status}).")
    if exchange.status not in {200, 206}:
        raise FetchError(f"{exchange.target.host} did not give {what} ({exchange.status}).")
