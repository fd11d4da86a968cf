"""The commands, with every debug line of dscore in a file, and a kill at one of them.

`python -m tests.kills.run_logged LOG PHASE N DELAY COMMAND…`: at the N-th line that holds PHASE, DELAY seconds later, the
process kills itself hard; PHASE "" never does. Each line is on its way to the file before the program goes on.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time

import psutil

KILL = "KILL"


class KillingHandler(logging.Handler):
    """Writes each line at once, and counts those of the phase."""

    def __init__(self, path: str, phase: str, moment: int, delay: float) -> None:
        super().__init__()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._phase, self._left, self._delay = phase, moment, delay

    def emit(self, record: logging.LogRecord) -> None:
        """Called under the handler's lock, so that no other thread comes between the line and the kill."""
        message = record.getMessage()
        self._write(message)
        if self._phase and self._phase in message:
            self._left -= 1
            if self._left == 0:
                self._kill()

    def _kill(self) -> None:
        if not self._delay:
            self._die()
        threading.Timer(self._delay, self._die).start()

    def _die(self) -> None:
        self._write(KILL)
        psutil.Process().kill()
        time.sleep(60)

    def _write(self, message: str) -> None:
        os.write(self._file, f"{time.monotonic():.6f} {message}\n".encode())


def main(log: str, phase: str, moment: str, delay: str, *command: str) -> None:
    """Run one command of dscore."""
    from dscore.cli import main as commands

    logger = logging.getLogger("dscore")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(KillingHandler(log, phase, int(moment), float(delay)))
    commands(list(command))


if __name__ == "__main__":
    main(*sys.argv[1:])
