"""The doctor's eye for this machine: packages, card, driver, what a session ran on, and what limits the speed.

Packages are read from their metadata: neither onnxruntime nor torch is loaded here.
"""

from __future__ import annotations

import os
import platform
import re
import sqlite3
from collections.abc import Iterable, Iterator
from importlib import metadata, util
from pathlib import Path

from dscore import __version__
from dscore.pipeline import doctor_speed
from dscore.pipeline.doctor_speed import Row
from dscore.taggers.probe import Tried

RUNTIMES = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml", "onnxruntime-openvino")
SHOWN = (
    "onnxruntime-gpu",
    "onnxruntime",
    "torch",
    "transformers",
    "huggingface_hub",
    "numba",
    "numpy",
    "Pillow",
    "streamlit",
)


def findings(tried: Tried) -> Iterator[Row]:
    """Everything but the library and its disk."""
    installed = {name: found for name in RUNTIMES if (found := version(name))}
    yield packages(installed)
    yield card(tried)
    if tried.driver_cuda and "onnxruntime-gpu" in installed:
        yield from cuda(tried, installed["onnxruntime-gpu"], torch_cuda())
    yield session(tried)
    yield torch(tried, version("torch"), torchvision=version("torchvision"), wants=_wants_torch())
    yield from doctor_speed.speed(tried, cores=os.cpu_count() or 1)


def versions() -> str:
    """`dscore 0.1.0, Python 3.11.7, …`."""
    named = [f"{name} {found}" for name in SHOWN if (found := version(name))]
    system = f"{platform.system()} {platform.release()}"
    fixed = [f"dscore {__version__}", f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    return f"{', '.join([*fixed, *named])}, on {system}."


def version(package: str) -> str:
    """The installed version, or ""."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def packages(installed: dict[str, str]) -> Row:
    """Two builds of onnxruntime have the same files: the later one hides what the other could do."""
    topic, names = "onnxruntime", " and ".join(f"{name} {found}" for name, found in installed.items())
    if not installed:
        return topic, "bad", "onnxruntime is not installed: no tagger runs.", "pip install onnxruntime-gpu"
    if len(installed) > 1:
        every, keep = " ".join(installed), "onnxruntime-gpu"
        return (
            topic, "bad", f"{names} are both installed: they share their files, and the later one hides CUDA.",
            f"pip uninstall -y {every}, then pip install {keep}",
        )  # fmt: skip
    return topic, "good", f"{names} is installed, and nothing beside it.", ""


def card(tried: Tried) -> Row:
    """The driver and the cards that it sees."""
    topic = "Graphics card"
    if not tried.driver_cuda:
        return (
            topic, "fair", "There is no NVIDIA driver here: taggers run on the processor, some pictures a second.",
            "With an NVIDIA card, install its driver (on WSL: in Windows). Without one there is nothing to do.",
        )  # fmt: skip
    if not tried.gpus:
        return (
            topic, "bad", f"The NVIDIA driver (up to CUDA {tried.driver_cuda}) sees no card.",
            "Restart; look whether CUDA_VISIBLE_DEVICES is set to nothing, or the container was started without --gpus all.",
        )  # fmt: skip
    return topic, "good", f"{'; '.join(tried.gpus)}; the driver runs CUDA up to {tried.driver_cuda}.", ""


def cuda(tried: Tried, runtime: str, torch_built: str) -> Iterator[Row]:
    """The CUDA of the driver, of onnxruntime and of torch: by their first number, as their libraries are named."""
    wanted, topic = runtime_cuda(runtime), "CUDA"
    older = f'pip install "onnxruntime-gpu<1.27" (for CUDA 12){"" if wanted == 13 else ", or an older one"}'
    if int(tried.driver_cuda.split(".")[0]) < wanted:
        yield (
            topic, "bad", f"onnxruntime-gpu {runtime} needs CUDA {wanted}, and the driver runs CUDA {tried.driver_cuda} at most.",
            f"Update the NVIDIA driver, or {older}.",
        )  # fmt: skip
        return
    if torch_built and int(torch_built.split(".", maxsplit=1)[0]) != wanted:
        yield (
            topic, "fair",
            f"onnxruntime-gpu {runtime} is built for CUDA {wanted} and torch for CUDA {torch_built}: they share no libraries.",
            f'pip install "onnxruntime-gpu[cuda,cudnn]" brings those of CUDA {wanted}'
            + (f"; or {older}." if wanted == 13 else "."),
        )  # fmt: skip
        return
    beside = f", and torch for CUDA {torch_built}" if torch_built else "; torch is a build without CUDA"
    yield topic, "good", f"onnxruntime-gpu {runtime} is built for CUDA {wanted}{beside}.", ""


def session(tried: Tried) -> Row:
    """What a model really ran on; what is compiled in says nothing."""
    topic = "A model runs on"
    if not tried.device:
        return topic, "bad", f"Nothing: {tried.why}", "Install the requirements again: pip install -r requirements.txt"
    if tried.device != "cpu":
        return topic, "good", "The GPU.", ""
    if tried.gpus:
        return (
            topic, "bad", f"The processor, though there is a card: {tried.why}.",
            'pip install "onnxruntime-gpu[cuda,cudnn]", and look at what stands above.',
        )  # fmt: skip
    return topic, "good", "The processor, since there is no card.", ""


def torch(tried: Tried, installed: str, *, torchvision: str, wants: str) -> Row:
    """Captioners need it, and a torchvision of another torch breaks them all."""
    topic = "torch"
    if not installed:
        return (
            topic,
            "fair",
            "torch is not installed: taggers run, captioners do not.",
            "pip install -r requirements.txt",
        )
    if tried.torch_error:
        return (
            topic,
            "bad",
            f"torch {installed} cannot be loaded: {tried.torch_error}",
            "pip install --force-reinstall torch",
        )
    if torchvision and wants and not installed.startswith(wants):
        return (
            topic, "bad", f"torchvision {torchvision} is made for torch {wants}, and torch is {installed}: BLIP cannot load.",
            "pip uninstall -y torchvision (dscore does not need it), or install the one of this torch.",
        )  # fmt: skip
    return topic, "good", f"torch {installed} loads.", ""


def runtime_cuda(runtime: str) -> int:
    """What onnxruntime-gpu on PyPI was built for: CUDA 12 up to 1.26, CUDA 13 from 1.27 (the wheels' metadata)."""
    major, minor = (int(part) for part in re.findall(r"\d+", runtime)[:2])
    return 13 if (major, minor) >= (1, 27) else 12


def torch_cuda() -> str:
    """The CUDA that torch was built for, read from its `version.py`; "" for a build without, or no torch."""
    found = util.find_spec("torch")
    place = Path(found.origin).with_name("version.py") if found and found.origin else None
    if place is None or not place.is_file():
        return ""
    match = re.search(r"^cuda\b.*=\s*['\"]([\d.]+)['\"]", place.read_text(encoding="utf-8"), re.MULTILINE)
    return match[1] if match else ""


def _wants_torch() -> str:
    """The torch that the installed torchvision was made for, or ""."""
    return pinned_torch(metadata.requires("torchvision") or ()) if version("torchvision") else ""


def pinned_torch(requirements: Iterable[str]) -> str:
    """`2.14.0` of `torch==2.14.0`; "" where no version is pinned."""
    pins = (re.match(r"torch\s*\(?==\s*([\d.]+)", line) for line in requirements)
    return next((pin[1] for pin in pins if pin), "")
