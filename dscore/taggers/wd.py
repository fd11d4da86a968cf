"""The WD taggers' contract: one NHWC input in BGR 0 to 255, one output of scores 0 to 1, labels in a CSV.

Source: the models' cards and their own space (SmilingWolf/wd-tagger). Any model in that contract is one:
names, size and batch are read from the file.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from dscore.errors import ModelError, ModelMemoryError
from dscore.taggers import preparation
from dscore.taggers.base import Label, ModelIdentity, Pixels, Scores, TaggerFiles, TaggerSpec, Thresholds
from dscore.taggers.labels import read_labels
from dscore.taggers.session import OpenModel, is_out_of_memory, open_model, runtime_errors, sentence

TYPES: dict[str, Any] = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8}


def load_wd(spec: TaggerSpec, files: TaggerFiles, *, device: str = "auto", threads: int = 0) -> WdTagger:
    """Open, check and try a WD model. Raises ModelError where it breaks the contract, DeviceError."""
    labels = read_labels(files.labels)
    opened = open_model(files.model, device=device, threads=threads)
    tagger = WdTagger(
        name=spec.name,
        labels=labels,
        identity=files.identity,
        defaults=spec.thresholds,
        device=opened.device,
        note=" ".join(note for note in (files.note, opened.note) if note),
        contract=_read_contract(opened, files, labels=len(labels)),
    )
    _try(tagger, files)
    return tagger


@dataclass(frozen=True, slots=True)
class Contract:
    """What the file itself says: the session with the names and shapes of its input and output."""

    session: Any
    input: str
    output: str
    size: int
    batch: int | None
    dtype: Any


@dataclass(slots=True)
class WdTagger:
    """A loaded WD model; see `base.Tagger`."""

    name: str
    labels: tuple[Label, ...]
    identity: ModelIdentity
    defaults: Thresholds
    device: str
    note: str
    contract: Contract
    _buffer: np.ndarray[Any, Any] = field(init=False, repr=False)
    _running: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._buffer = self._room(self.contract.batch or 1)

    @property
    def size(self) -> int:
        """The side of the model's square input, in pixels."""
        return self.contract.size

    @property
    def batch(self) -> int | None:
        """The fixed batch of the file, or None if any number will do."""
        return self.contract.batch

    @property
    def preparation(self) -> str:
        """The version of what `prepare` does."""
        return preparation.version(self.size)

    def prepare(self, image: Image.Image, out: Pixels) -> None:
        """Write the picture, of any mode and shape, into `out`: uint8 [size, size, 3], BGR, upright."""
        preparation.prepare_square(image, out)

    def score(self, batch: Pixels) -> Scores:
        """Float32 [n, labels], 0 to 1, of uint8 [n, size, size, 3]; a fixed batch is split and filled up."""
        step = self.contract.batch or len(batch)
        with self._running:
            parts = [self._run(batch[start : start + step]) for start in range(0, len(batch), step)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _run(self, pixels: Pixels) -> Scores:
        """One run of the session. The buffer is kept: to make one costs more than to fill it."""
        count = self.contract.batch or len(pixels)
        if count > len(self._buffer):
            self._buffer = self._room(count)
        filled = self._buffer[:count]
        np.copyto(filled[: len(pixels)], pixels)
        try:
            (scores,) = self.contract.session.run([self.contract.output], {self.contract.input: filled})
        except runtime_errors() as error:
            raise self._failed(error, count) from error
        return np.asarray(scores[: len(pixels)], np.float32)

    def _failed(self, error: Exception, count: int) -> ModelError:
        device = self.device.upper()
        if not is_out_of_memory(error):
            return ModelError(f"{self.name} stopped on the {device}: {sentence(error)}")
        pictures = "one picture" if count == 1 else f"{count} pictures at once"
        return ModelMemoryError(
            f"{self.name} needs more memory than the {device} has for {pictures}. Close other programs, "
            "or take a smaller batch or model."
        )

    def _room(self, count: int) -> np.ndarray[Any, Any]:
        return np.zeros((count, self.size, self.size, 3), self.contract.dtype)


def _read_contract(opened: OpenModel, files: TaggerFiles, *, labels: int) -> Contract:
    inputs = opened.session.get_inputs()
    if len(inputs) != 1:
        raise ModelError(f"{files.model} takes {len(inputs)} inputs; a WD tagger takes one, the pictures.")
    name, shape, kind = inputs[0].name, inputs[0].shape, inputs[0].type
    if kind not in TYPES:
        raise ModelError(f"{files.model} takes {kind}; a WD tagger takes float32 (or uint8) from 0 to 255.")
    if len(shape) != 4 or shape[3] != 3 or not isinstance(shape[1], int) or shape[1] != shape[2] or shape[1] < 1:
        order = " Its channels come first: it is another kind of tagger." if list(shape[1:2]) == [3] else ""
        raise ModelError(f"{files.model} takes {_shape(shape)}; a WD tagger takes [batch, size, size, 3].{order}")
    batch = shape[0] if isinstance(shape[0], int) else None
    return Contract(opened.session, name, _find_output(opened, files, labels), shape[1], batch, TYPES[kind])


def _find_output(opened: OpenModel, files: TaggerFiles, labels: int) -> str:
    """The output with a score for each label; there are copies of the models with an embedding beside it."""
    outputs = opened.session.get_outputs()
    for output in outputs:
        if output.type == "tensor(float)" and len(output.shape) == 2 and output.shape[1] == labels:
            return str(output.name)
    shapes = " and ".join(_shape(output.shape) for output in outputs)
    raise ModelError(
        f"{files.model} gives {shapes}, and {files.labels.name} lists {labels:,} tags: "
        "they are not of one model. Download both again."
    )


def _shape(shape: list[Any]) -> str:
    return f"[{', '.join(str(side) for side in shape)}]"


def _try(tagger: WdTagger, files: TaggerFiles) -> None:
    """One run on a made picture: proves that the model runs here at all, and that its scores are scores."""
    ramp = np.linspace(0, 255, tagger.size, dtype=np.uint8)
    probe = np.stack(
        [
            np.broadcast_to(ramp, (tagger.size, tagger.size)),
            np.broadcast_to(ramp[:, None], (tagger.size, tagger.size)),
        ]
    )
    picture = np.stack([probe[0], probe[1], 255 - probe[0]], axis=-1)[None]
    scores = tagger.score(np.ascontiguousarray(picture))
    if scores.shape != (1, len(tagger.labels)):
        raise ModelError(
            f"{files.model} gave {_shape([*scores.shape])} for one picture and {len(tagger.labels):,} tags."
        )
    if not (np.isfinite(scores).all() and scores.min() >= 0 and scores.max() <= 1):
        raise ModelError(
            f"{files.model} gives numbers from {scores.min():.2f} to {scores.max():.2f}, not scores "
            "from 0 to 1: they look like logits. A WD tagger has its sigmoid inside."
        )
