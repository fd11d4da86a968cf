"""Decoding in child processes: a picture that crashes, hangs or eats its child costs only itself."""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import multiprocessing
import os
import queue
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import psutil

from dscore.errors import JobError, UnreadableImageError
from dscore.media.decode import DecodeLimits, decode
from dscore.media.formats import OUT_OF_MEMORY
from dscore.models import DecodedImage

START_SECONDS = 120.0
"""How long a child may take to start, on a slow disk; not counted against any picture."""

_MOST_WORKERS = 8
_STOPPED = "The decoding of pictures was stopped."
_SPAWN = multiprocessing.get_context("spawn")  # the only start that is safe beside threads on every system


class Decode(Protocol):
    """What a child runs for each picture; a function that can be imported by its name."""

    def __call__(self, path: Path, *, name: str, limits: DecodeLimits) -> DecodedImage: ...


class DecodePool:
    """A few decoding processes; a context manager, safe to submit to from several threads.

    Each child takes one picture at a time, and is replaced when it dies, or when a picture takes longer than
    `limits.seconds`. On Linux a child cannot allocate more than `limits.memory_bytes` on top of what it starts with;
    elsewhere only the check of the header bounds it. A child ends with its parent, even a parent that was killed.
    """

    def __init__(
        self, workers: int | None = None, *, limits: DecodeLimits | None = None, decode: Decode = decode
    ) -> None:
        self.workers = workers or min(os.cpu_count() or 1, _MOST_WORKERS)
        self._children = [_Child(decode, limits or DecodeLimits()) for _ in range(self.workers)]
        self._idle: queue.SimpleQueue[_Child] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(self.workers, thread_name_prefix="decode")
        for child in self._children:
            self._idle.put(child)

    def __enter__(self) -> Self:
        for child in self._children:
            child.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Waits for what was submitted; after an error or Ctrl-C it stops at once instead."""
        try:
            self._threads.shutdown(wait=error is None, cancel_futures=error is not None)
        finally:
            for child in self._children:
                child.kill()
            self._threads.shutdown(wait=True, cancel_futures=True)
            for child in self._children:
                child.discard()

    def submit(self, path: Path, *, name: str = "") -> Future[DecodedImage]:
        """Decodes one picture; the future raises UnreadableImageError for a bad one, JobError where no child can start."""
        return self._threads.submit(self._decode, path, name or path.name)

    def map(self, pictures: Iterable[tuple[Path, str]]) -> Iterator[Future[DecodedImage]]:
        """One future for each (path, name), in order; takes pictures from the iterable only a little ahead of the reader."""
        waiting: deque[Future[DecodedImage]] = deque()
        for path, name in pictures:
            waiting.append(self.submit(path, name=name))
            if len(waiting) > 3 * self.workers:
                yield waiting.popleft()
        yield from waiting

    def _decode(self, path: Path, name: str) -> DecodedImage:
        child = self._idle.get()
        try:
            return child.decode(path, name)
        finally:
            self._idle.put(child)


class _Child:
    """One decoding process and the pipe to it; used by one thread at a time, killed by any."""

    def __init__(self, decode: Decode, limits: DecodeLimits) -> None:
        self._decode = decode
        self._limits = limits
        self._lock = threading.Lock()
        self._stopped = False
        self._ready = False
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def start(self) -> None:
        """Begins to start the process, in the background."""
        with self._lock:
            if self._stopped:
                raise JobError(_STOPPED)
            self._pipe, theirs = _SPAWN.Pipe()
            self._ready = False
            self._process = _SPAWN.Process(
                target=_serve, args=(theirs, self._decode, self._limits), name="dscore-decode", daemon=True
            )
            with _interrupts_held_back():
                self._process.start()
            theirs.close()

    def decode(self, path: Path, name: str) -> DecodedImage:
        """Has the child decode a picture, starting or restarting the child where needed."""
        pipe = self._given(path, name)
        try:
            if not pipe.poll(self._limits.seconds):
                self.discard()
                raise UnreadableImageError(
                    f"{name} took longer than {self._limits.seconds:g} seconds to decode and was given up. "
                    "Save it again in another program."
                )
            reply = pipe.recv()
        except (EOFError, OSError) as error:
            if self._stopped:
                raise JobError(_STOPPED) from error
            raise UnreadableImageError(f"{name} {self._cause_of_death()}") from error
        if isinstance(reply, UnreadableImageError):
            raise reply
        decoded: DecodedImage = reply
        return decoded

    def kill(self) -> None:
        """Ends the process for good, whatever it is doing."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()
                self._process.join()

    def _given(self, path: Path, name: str) -> Connection:
        """The pipe, once the child has the picture; a child that died while idle is replaced first."""
        if self._pipe is not None:
            pipe = self._ready_pipe()
            with contextlib.suppress(OSError):
                pipe.send((path, name))
                return pipe
            self.discard()
        self.start()
        pipe = self._ready_pipe()
        pipe.send((path, name))
        return pipe

    def _ready_pipe(self) -> Connection:
        pipe = self._pipe
        if pipe is None:
            raise JobError(_STOPPED)
        with contextlib.suppress(EOFError, OSError):
            self._ready = self._ready or (pipe.poll(START_SECONDS) and pipe.recv() == "ready")
        if not self._ready:
            self.discard()
            if self._stopped:
                raise JobError(_STOPPED)
            raise JobError("A process for decoding pictures did not start. Try again with less running beside it.")
        return pipe

    def discard(self, *, patience: float = 0.0) -> int | None:
        """Ends and forgets the process, leaving it a moment to end by itself; returns its exit code."""
        with self._lock:
            process, self._process = self._process, None
            pipe, self._pipe = self._pipe, None
        if pipe is not None:
            pipe.close()
        if process is None:
            return None
        process.join(patience)
        process.kill()
        process.join()
        return process.exitcode

    def _cause_of_death(self) -> str:
        code = self.discard(patience=1.0) or 0
        if -code == getattr(signal, "SIGKILL", 9):
            return "could not be decoded: the system stopped the decoder, most likely for lack of memory."
        how = signal.strsignal(-code) if code < 0 else f"exit code {code}"
        return f"crashed the decoder ({how}). It is damaged or hostile; save it again in another program."


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """What starts in here is deaf to Ctrl-C from its first moment, before it can say so itself; not so on Windows."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # it would start with the first of them, and let signals through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection, decode: Decode, limits: DecodeLimits) -> None:
    """The child's life: one picture after the other, until the parent closes the pipe or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # numpy would start a thread for each core, and a decode uses none of them
    importlib.import_module("numpy")  # what a decode needs anyway does not count against a picture
    _limit_memory(limits.memory_bytes)
    _keep_freed_memory()
    with contextlib.suppress(EOFError, OSError), Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        pipe.send("ready")
        while True:
            path, name = pipe.recv()
            # Ends even a child that hangs in C code with the interpreter locked, after its parent was killed.
            faulthandler.dump_traceback_later(2 * limits.seconds + 1, exit=True, file=nowhere)
            reply = _reply(decode, path, name, limits)
            faulthandler.cancel_dump_traceback_later()
            pipe.send(reply)


def _reply(decode: Decode, path: Path, name: str, limits: DecodeLimits) -> DecodedImage | UnreadableImageError:
    try:
        return decode(path, name=name, limits=limits)
    except UnreadableImageError as error:
        return error
    except MemoryError:
        return UnreadableImageError(f"{name} {OUT_OF_MEMORY}")


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _keep_freed_memory() -> None:
    """Has glibc keep what one picture frees for the next one, which saves a tenth of the time; does nothing elsewhere.

    Freeing one large block raises its threshold for giving memory back to twice that: mallopt(3), M_MMAP_THRESHOLD.
    """
    block = bytearray(31 << 20)
    del block


def _limit_memory(room: int) -> None:
    """Caps what this process may allocate from now on, and leaves no core dumps; only Linux can."""
    if psutil.LINUX:
        own = psutil.Process()
        most = own.memory_info().vms + room
        own.rlimit(psutil.RLIMIT_AS, (most, most))
        own.rlimit(psutil.RLIMIT_CORE, (0, 0))
