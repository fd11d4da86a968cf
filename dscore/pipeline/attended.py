"""Work that waits for a site, attended: it says what it waits for, and stops within a moment when that is asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait

from dscore.fetch.client import Fetcher
from dscore.models import Progress
from dscore.pipeline.jobs import Work

LOOK_SECONDS = 0.2


def attended(work: Work, fetcher: Fetcher) -> Work:
    """The same steps, all made by one thread; while a step takes long, the last one is said again, or what is waited for.

    So whoever drives it can stop it at any time: closed, it breaks off what the fetcher does, and then the work.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="attended") as thread:
        try:
            last = Progress(0, 0, "")
            while True:
                step = thread.submit(next, work, None)
                while not wait([step], LOOK_SECONDS).done:
                    waiting = fetcher.waiting
                    yield Progress(0, 0, waiting) if waiting else last
                progress = step.result()
                if progress is None:
                    return
                last = progress
                yield last
        finally:
            fetcher.interrupt()
            thread.submit(work.close).result()
