from __future__ import annotations

import subprocess
import sys
import time

import psutil
import pytest

from dscore.catalog.owners import holds, is_alive, this_process

SCRIPT = "from dscore.catalog.owners import this_process; print(this_process(), flush=True); input()"


def test_a_process_is_known_until_it_dies() -> None:
    process = subprocess.Popen([sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    owner = process.stdout.readline().strip()
    assert is_alive(owner)
    process.kill()
    process.communicate()
    assert not is_alive(owner)


def test_a_later_process_with_the_same_number_is_another() -> None:
    host_and_pid, _, start = this_process().rpartition(":")
    assert is_alive(f"{host_and_pid}:{start}")
    assert not is_alive(f"{host_and_pid}:{int(start) + 1}")


def test_a_process_of_another_machine_counts_as_alive_while_its_lease_lasts() -> None:
    assert is_alive("another machine:1:1")
    assert holds("another machine:1:1", time.time() + 10)
    assert not holds("another machine:1:1", time.time() - 10)
    assert not holds(None, None)


@pytest.mark.skipif(not psutil.LINUX, reason="only Linux tells a start by ticks since boot")
def test_a_clock_that_is_set_makes_nobody_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = this_process()
    real = psutil.boot_time()
    monkeypatch.setattr(psutil, "boot_time", lambda: real - 3600.0)
    monkeypatch.setattr(psutil._pslinux, "boot_time", lambda: real - 3600.0)
    assert is_alive(owner)
