"""Work that is attended: the same steps, a sign of life while one takes long, and an end at once."""

from __future__ import annotations

import threading
import time

import pytest

from dscore.errors import SourceError, StoppedError
from dscore.fetch.client import Fetcher
from dscore.models import Progress
from dscore.pipeline.attended import attended
from dscore.pipeline.jobs import Work

STEPS = [Progress(number, 3, "working") for number in range(1, 4)]


def work(fetcher: Fetcher, *, wait: float, seen: list[str]) -> Work:
    try:
        yield STEPS[0]
        fetcher.wait(wait)
        yield from STEPS[1:]
    except StoppedError:
        seen.append("stopped")
        raise
    finally:
        seen.append(threading.current_thread().name)


def test_all_steps_are_made_by_one_thread_and_the_last_is_said_again() -> None:
    seen: list[str] = []
    fetcher = Fetcher()
    said = list(attended(work(fetcher, wait=0.5, seen=seen), fetcher))
    assert [step for number, step in enumerate(said) if step not in said[:number]] == STEPS
    assert said.count(STEPS[0]) >= 2
    assert len(seen) == 1
    assert seen[0].startswith("attended")


def test_closed_it_breaks_off_what_is_waited_for() -> None:
    seen: list[str] = []
    fetcher = Fetcher()
    running = attended(work(fetcher, wait=60, seen=seen), fetcher)
    assert [next(running), next(running)] == [STEPS[0], STEPS[0]]
    began = time.monotonic()
    running.close()
    assert time.monotonic() - began < 20
    assert seen[0] == "stopped"


def test_what_goes_wrong_is_raised() -> None:
    def failing() -> Work:
        yield STEPS[0]
        raise SourceError("It is gone.")

    running = attended(failing(), Fetcher())
    assert next(running) == STEPS[0]
    with pytest.raises(SourceError, match="gone"):
        list(running)
