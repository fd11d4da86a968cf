"""An ONNX model opened on the device that really runs it; the only place that knows onnxruntime's ways."""

from __future__ import annotations

import contextlib
import io
import mmap
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from dscore.errors import DeviceError, ModelError
from dscore.taggers.gpus import NO_CARD, ask_driver, devices

CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"
# One shape more (the last, smaller batch) then costs no exhaustive search, and memory is not taken in
# doubling steps.
CUDA_OPTIONS = {"cudnn_conv_algo_search": "HEURISTIC", "arena_extend_strategy": "kSameAsRequested"}
QUIET = 4  # fatal only: what goes wrong is raised, and said by us
EXTERNAL = re.compile(rb"\x0a\x08location\x12")  # the protobuf entry that names another file for a tensor's data


@dataclass(frozen=True, slots=True)
class OpenModel:
    """A session, the device that it runs on ("cpu" or "cuda"), and why not on the better one, or ""."""

    session: Any
    device: str
    note: str


def open_model(
    path: Path,
    *,
    device: str = "auto",
    threads: int = 0,
    bytes_for: Callable[[Any], bytes | None] | None = None,
) -> OpenModel:
    """Open an ONNX file on "auto", "cpu", "cuda" or one GPU, "cuda:1"; `threads` is for the CPU, 0 for all cores.

    `bytes_for` is asked, on CUDA only, for the same model in a form that sends less to the GPU; None where there is none.
    Raises ModelError, and DeviceError where CUDA was asked for and does not run.
    """
    (name,) = devices(device, gpus=1)
    _refuse_external_data(path)
    if name == "cpu":
        return OpenModel(_session(path, [CPU], threads), "cpu", "")
    number = int(name.partition(":")[2] or 0)
    session, why = _try_cuda(path, number, threads)
    if session is not None and not why:
        return OpenModel(_lighter(session, bytes_for, number, threads), name if ":" in name else "cuda", "")
    if not ask_driver().gpus:
        why = NO_CARD
    if name != "auto":
        raise DeviceError(f"{path.parent.name} does not run on {name.upper()}: {why}.")
    return OpenModel(session or _session(path, [CPU], threads), "cpu", f"Runs on the CPU, since {why}.")


def _lighter(session: Any, bytes_for: Callable[[Any], bytes | None] | None, number: int, threads: int) -> Any:
    """A session of the lighter form; the one that is there where that form does not load."""
    try:
        content = bytes_for(session) if bytes_for else None
        return session if content is None else _session(content, _on_cuda(number), threads)
    except (ModelError, OSError, MemoryError):
        return session


def runtime_errors() -> tuple[type[Exception], ...]:
    """All that onnxruntime raises; its classes share no base but Exception."""
    state = _runtime().capi.onnxruntime_pybind11_state
    own = [known for known in vars(state).values() if isinstance(known, type) and issubclass(known, Exception)]
    return (*own, RuntimeError, ValueError, MemoryError)


def is_out_of_memory(error: Exception) -> bool:
    """Whether a run did not fit in memory: onnxruntime has no class for it, on any device."""
    text = str(error).casefold()
    signs = (
        "out of memory",
        "failed to allocate",
        "bad_alloc",
        "bad allocation",
        "cudaerrormemoryallocation",
    )
    return isinstance(error, MemoryError) or any(sign in text for sign in signs)


def _runtime() -> Any:
    """onnxruntime, imported when the first model is opened."""
    return import_module("onnxruntime")


def _on_cuda(number: int) -> list[Any]:
    return [(CUDA, {**CUDA_OPTIONS, "device_id": str(number)}), CPU]


def _session(model: Path | bytes, providers: list[Any], threads: int) -> Any:
    runtime = _runtime()
    options = runtime.SessionOptions()
    options.log_severity_level = QUIET
    options.intra_op_num_threads = threads
    # Waiting threads would burn the cores that prepare the next pictures.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    runtime.set_default_logger_severity(QUIET)
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints when a provider fails
            return runtime.InferenceSession(
                model if isinstance(model, bytes) else str(model), options, providers=providers
            )
    except runtime_errors() as error:
        path = "The model" if isinstance(model, bytes) else model
        if is_out_of_memory(error):
            raise ModelError(
                f"{path} does not fit in memory. Close other programs, or take a smaller model."
            ) from error
        raise ModelError(
            f"{path} cannot be loaded as an ONNX model: {sentence(error)} Download it again; "
            f"onnxruntime here is {runtime.__version__}."
        ) from error


def sentence(error: Exception) -> str:
    """onnxruntime's own words, without its codes and the places in its source."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return f"{text.rpartition('] : ')[2].strip().rstrip('.')[:300]}."


def _refuse_external_data(path: Path) -> None:
    """Weights in other files are not covered by the model's hash, and could be any file on this machine."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            found = EXTERNAL.search(content)
            where = content[found.end() + 1 : found.end() + 61].split(b"\n")[0] if found else b""
    except (OSError, ValueError) as error:  # ValueError: an empty file cannot be mapped
        raise ModelError(f"{path} cannot be read as an ONNX model: {error}.") from error
    if found:
        name = re.sub(r"[^\x20-\x7e].*", "", where.decode("ascii", "replace"))
        raise ModelError(
            f'{path} keeps weights in another file ("{name}"). A tagger must be one file: nothing was loaded.'
        )


def _try_cuda(path: Path, number: int, threads: int) -> tuple[Any | None, str]:
    """A session that asked for CUDA, and why it has none, or ""; onnxruntime itself falls back in silence."""
    runtime = _runtime()
    if CUDA not in runtime.get_available_providers():
        return None, _without_cuda()
    missing = _preload(runtime)
    try:
        session = _session(path, _on_cuda(number), threads)
    except ModelError as error:
        return None, str(error).rstrip(".")
    if session.get_providers()[0] == CUDA:
        return session, ""
    return session, (
        f"{missing or 'CUDA'} cannot be loaded; onnxruntime-gpu {runtime.__version__} needs an NVIDIA GPU, "
        f"its driver, {_cuda_version(runtime.__version__)} and cuDNN 9 "
        '(`pip install "onnxruntime-gpu[cuda,cudnn]"`)'
    )


def _preload(runtime: Any) -> str:
    """Load CUDA's libraries from where pip installed them; the names of those that cannot be, or ""."""
    if not hasattr(runtime, "preload_dlls"):  # before 1.21
        return ""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):  # it prints what is missing, and raises nothing
        runtime.preload_dlls()
    return ", ".join(re.findall(r"Failed to load ([^:\s]+)", said.getvalue()))


def _without_cuda() -> str:
    both = {"onnxruntime", "onnxruntime-gpu"} <= {str(found.name).lower() for found in metadata.distributions()}
    if both:
        return (
            "both onnxruntime and onnxruntime-gpu are installed and the first hides CUDA "
            "(uninstall both, then install onnxruntime-gpu)"
        )
    return "the installed onnxruntime has no CUDA (install onnxruntime-gpu)"


def _cuda_version(version: str) -> str:
    """What the package on PyPI was built for, by its metadata: CUDA 12 up to 1.26, CUDA 13 from 1.27."""
    major, minor = (int(part) for part in re.findall(r"\d+", version)[:2])
    return "CUDA 13" if (major, minor) >= (1, 27) else "CUDA 12"
