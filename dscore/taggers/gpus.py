"""The NVIDIA GPUs of this machine and their driver, asked of the driver's own library: no torch, no program to start."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from typing import Any

from dscore.errors import WrongUseError

NO_CARD = "no NVIDIA card with its driver is found here"
"""Why nothing runs on CUDA where that is so: which library is missing besides helps nobody."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU: its number as CUDA counts them, its name, and its memory in bytes."""

    number: int
    name: str
    memory: int


@dataclass(frozen=True, slots=True)
class Driver:
    """What the driver says: the newest CUDA that it can run, as (major, minor), or None where there is none; the GPUs."""

    cuda: tuple[int, int] | None
    gpus: tuple[Gpu, ...] = ()


def ask_driver() -> Driver:
    """What is there now; `CUDA_VISIBLE_DEVICES` counts."""
    try:
        library: Any = getattr(ctypes, "WinDLL", ctypes.CDLL)("nvcuda.dll" if os.name == "nt" else "libcuda.so.1")
    except OSError:
        return Driver(None)
    version, count = ctypes.c_int(), ctypes.c_int()
    if library.cuDriverGetVersion(ctypes.byref(version)):
        return Driver(None)
    cuda = (version.value // 1000, version.value % 1000 // 10)
    if library.cuInit(0) or library.cuDeviceGetCount(ctypes.byref(count)):
        return Driver(cuda)
    return Driver(cuda, tuple(_gpu(library, number) for number in range(count.value)))


def _gpu(library: Any, number: int) -> Gpu:
    device, memory, name = ctypes.c_int(), ctypes.c_size_t(), ctypes.create_string_buffer(128)
    library.cuDeviceGet(ctypes.byref(device), number)
    library.cuDeviceGetName(name, len(name), device)
    library.cuDeviceTotalMem_v2(ctypes.byref(memory), device)
    return Gpu(number, name.value.decode("utf-8", "replace"), memory.value)


def devices(asked: str, *, gpus: int | None = None) -> tuple[str, ...]:
    """The devices that "auto", "cpu", "cuda", "cuda:1" or several with commas stand for; one worker goes to each.

    "auto" and "cuda" are every GPU there is (`gpus`, asked of the driver where it is None). Raises WrongUseError.
    """
    named = tuple(part.strip().casefold() for part in asked.split(","))
    for name in named:
        kind, colon, number = name.partition(":")
        if kind not in {"auto", "cpu", "cuda"} or (colon and (kind != "cuda" or not number.isdecimal())):
            raise WrongUseError(
                f'There is no device "{name}"; give auto, cpu, cuda, one GPU by its number (cuda:0), or several with commas.'
            )
    if named not in {("auto",), ("cuda",)}:
        return named
    count = len(ask_driver().gpus) if gpus is None else gpus
    if count < 2:
        return named
    return (named[0], *(f"cuda:{number}" for number in range(1, count)))
