"""What one answer may cost, and how long to wait before asking again."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

TOO_LONG_A_WAIT = 600.0
"""Seconds: a site that asks for more is not waited for."""

BUSY_SECONDS = 60.0
"""How long to wait where a site is asked too often (429) and does not say."""

Wait = Callable[[float], None]
"""Waits so many seconds; may raise FetchError where the wait was broken off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds of one answer. `bytes` counts what came in and what it was unpacked to alike; `seconds` is all of it, from the
    first connection to the last byte, so that a slow drip ends; `read_seconds` is one silence."""

    bytes: int = 32 << 20
    seconds: float = 120.0
    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    hops: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often to ask in all, and the first wait in seconds; it doubles each time. A site that asks for more than `longest` is
    not waited for."""

    tries: int = 5
    first: float = 1.0
    busy: float = BUSY_SECONDS
    longest: float = TOO_LONG_A_WAIT

    def pause(self, number: int, wait: float | None) -> float:
        """Seconds to wait after the failed try of that number, from 1: what the site asked for, else double with some chance."""
        if wait is not None:
            return wait
        return self.first * 2.0 ** (number - 1) * random.uniform(0.75, 1.25)  # noqa: S311 - no secret depends on it


def retry_after(header: str | None, *, at: float | None = None) -> float | None:
    """Seconds from a Retry-After header, as a number or a date; None where it says nothing that can be understood."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), 1e9)
    try:
        then = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.fromtimestamp(time.time() if at is None else at, UTC)).total_seconds())


_RESET = re.compile(r";\s*t=(\d{1,9})")


def limit_reset(header: str | None) -> float | None:
    """Seconds until more may be asked, from a RateLimit header (`"api";r=0;t=55`), as the Hugging Face hub sends it."""
    found = _RESET.search(header or "")
    return float(found[1]) if found else None


class Pace:
    """At most one question in so many seconds, over all threads that share it."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._next, self._lock = seconds, 0.0, threading.Lock()

    def turn(self, wait: Wait) -> None:
        """Wait until it is one's turn."""
        with self._lock:
            begin = max(self._next, time.monotonic())
            self._next = begin + self._seconds
        if (left := begin - time.monotonic()) > 0:
            wait(left)
