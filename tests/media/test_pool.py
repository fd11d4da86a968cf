"""The pool: every picture that misbehaves costs itself and nothing else."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from dscore.errors import JobError, UnreadableImageError
from dscore.media.decode import DecodeLimits, decode
from dscore.media.pool import Decode, DecodePool
from dscore.models import DecodedImage
from tests.media.pictures import bytes_of, photo, saved

_ROOT = Path(__file__).resolve().parents[2]


def crash_on_bad(path: Path, *, name: str, limits: DecodeLimits) -> DecodedImage:
    """Decodes, unless the picture is called bad: that one kills its process."""
    if name.startswith("bad"):
        os.abort()
    return decode(path, name=name, limits=limits)


def hang_on_bad(path: Path, *, name: str, limits: DecodeLimits) -> DecodedImage:
    """Decodes, unless the picture is called bad: that one never ends."""
    if name.startswith("bad"):
        time.sleep(1000)
    return decode(path, name=name, limits=limits)


def eat_memory_on_bad(path: Path, *, name: str, limits: DecodeLimits) -> DecodedImage:
    """Decodes, unless the picture is called bad: that one asks for 8 GiB."""
    if name.startswith("bad"):
        bytearray(8 << 30)
    return decode(path, name=name, limits=limits)


def exit_on_bad(path: Path, *, name: str, limits: DecodeLimits) -> DecodedImage:
    """Decodes, unless the picture is called bad: that one ends its process with a code."""
    if name.startswith("bad"):
        os._exit(7)
    return decode(path, name=name, limits=limits)


def report_process(path: Path, *, name: str, limits: DecodeLimits) -> DecodedImage:
    """Decodes, and says in a note which process did it."""
    return replace(decode(path, name=name, limits=limits), notes=(str(os.getpid()),))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return saved(tmp_path / "a.png", bytes_of(photo(), "PNG"))


@pytest.mark.parametrize(
    ("misbehave", "said"),
    [
        (crash_on_bad, r"crashed the decoder \(Aborted\)"),
        (hang_on_bad, "took longer than 1.5 seconds"),
        pytest.param(
            eat_memory_on_bad,
            "needs more memory",
            marks=pytest.mark.skipif(not psutil.LINUX, reason="only Linux caps a process's memory"),
        ),
        (exit_on_bad, r"crashed the decoder \(exit code 7\)"),
    ],
)
def test_a_bad_picture_costs_only_itself(picture: Path, misbehave: Decode, said: str) -> None:
    names = ["1.png", "bad_2.png", "3.png", "bad_4.png", "5.png"]
    with DecodePool(2, limits=DecodeLimits(seconds=1.5), decode=misbehave) as pool:
        for name, future in zip(names, list(pool.map((picture, name) for name in names)), strict=True):
            if name.startswith("bad"):
                with pytest.raises(UnreadableImageError, match=rf"^{name} {said}"):
                    future.result(timeout=60)
            else:
                assert future.result(timeout=60).width == 160


def test_a_refusal_comes_back_as_it_was_said(tmp_path: Path) -> None:
    path = saved(tmp_path / "a", b"<html>")
    with (
        DecodePool(1) as pool,
        pytest.raises(UnreadableImageError, match=r"^cat\.png is a web page \(HTML\)"),
    ):
        pool.submit(path, name="cat.png").result(timeout=60)


def test_map_keeps_the_order_and_takes_only_a_little_ahead(picture: Path) -> None:
    taken = 0

    def endless() -> Iterator[tuple[Path, str]]:
        nonlocal taken
        while True:
            taken += 1
            yield picture, f"{taken}.jpg"

    with DecodePool(2) as pool:
        results = pool.map(endless())
        for number in range(1, 6):
            assert "ends in .jpg" in next(results).result(timeout=60).notes[0]
            assert taken <= number + 3 * pool.workers


def test_a_child_killed_while_idle_is_replaced(picture: Path) -> None:
    with DecodePool(1, decode=report_process) as pool:
        first = int(pool.submit(picture).result(timeout=60).notes[0])
        psutil.Process(first).kill()
        assert _all_end([psutil.Process(first)], 10)
        assert int(pool.submit(picture).result(timeout=60).notes[0]) != first


def test_one_child_takes_many_pictures(picture: Path) -> None:
    with DecodePool(1, decode=report_process) as pool:
        assert len({future.result(timeout=60).notes for future in list(pool.map([(picture, "a")] * 10))}) == 1


def test_leaving_after_an_error_stops_at_once(picture: Path) -> None:
    started = time.monotonic()
    with contextlib.suppress(KeyError), DecodePool(1, decode=hang_on_bad) as pool:
        running = pool.submit(picture, name="bad.png")
        waiting = pool.submit(picture, name="bad.png")
        while not running.running():
            time.sleep(0.01)
        raise KeyError
    assert time.monotonic() - started < 20
    assert waiting.cancelled()
    with pytest.raises(JobError, match="was stopped"):
        running.result(timeout=0)


_PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from dscore.media.pool import DecodePool
from tests.media.test_pool import {decode}

HERE, WARM = Path(sys.argv[0]).parent, {warm}

if __name__ == "__main__":
    with DecodePool(2, decode={decode}) as pool:
        if WARM:
            pool.submit(Path(sys.argv[1]), name="good.png").result()
        while not WARM and len(list(HERE.glob("*.starting"))) < 2:
            time.sleep(0.01)
        pool.submit(Path(sys.argv[1]), name="bad.png")
        print("ready", flush=True)
        time.sleep(1000)
elif not WARM:
    note = HERE / str(os.getpid())
    note.write_text(str(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])))
    note.rename(note.with_suffix(".starting"))
    time.sleep(2)
"""


def _started(
    tmp_path: Path, picture: Path, decode_name: str, *, warm: bool = True
) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """A program in a process group of its own, and its decoding processes: at work when warm, else only just begun."""
    script = tmp_path / "program.py"
    script.write_text(_PROGRAM.format(decode=decode_name, warm=warm), encoding="utf-8")
    program = subprocess.Popen(
        [sys.executable, str(script), str(picture)],
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    return program, psutil.Process(program.pid).children(recursive=True)


def _all_end(processes: list[psutil.Process], seconds: float) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return all(process.status() == psutil.STATUS_ZOMBIE for process in alive)


@pytest.mark.parametrize("decode_name", ["hang_on_bad", "crash_on_bad"])
def test_no_child_outlives_a_killed_parent(tmp_path: Path, picture: Path, decode_name: str) -> None:
    program, children = _started(tmp_path, picture, decode_name)
    assert len(children) >= 2
    program.kill()
    program.communicate(timeout=10)
    assert _all_end(children, 20)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups to interrupt like this")
@pytest.mark.parametrize("warm", [True, False], ids=["at-work", "starting"])
def test_ctrl_c_ends_the_parent_and_its_children_quietly(tmp_path: Path, picture: Path, warm: bool) -> None:
    program, children = _started(tmp_path, picture, "hang_on_bad", warm=warm)
    os.killpg(program.pid, signal.SIGINT)
    _, said = program.communicate(timeout=20)
    assert said.count("KeyboardInterrupt") == 1
    assert "Process " not in said
    assert {path.read_text() for path in tmp_path.glob("*.starting")} == (set() if warm else {"True"})
    assert _all_end(children, 10)
