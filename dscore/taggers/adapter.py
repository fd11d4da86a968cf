"""A loaded ONNX model of any family, checked against its contract: one input of pictures, one output of scores.

Names, size and batch are read from the file; what no file tells is in `families`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from dscore.errors import ModelError, ModelMemoryError
from dscore.taggers import front, preparation
from dscore.taggers.base import Label, ModelIdentity, Pixels, Scores, TaggerFiles, TaggerSpec, Thresholds
from dscore.taggers.families import FAMILIES, Family
from dscore.taggers.labels import read_labels
from dscore.taggers.session import OpenModel, is_out_of_memory, open_model, runtime_errors, sentence

TYPES: dict[str, Any] = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8}


def load_onnx(
    spec: TaggerSpec,
    files: TaggerFiles,
    *,
    device: str = "auto",
    threads: int = 0,
    speed: preparation.Speed = "exact",
) -> OnnxTagger:
    """Open, check and try a model. Raises ModelError where it breaks its family's contract, DeviceError."""
    labels, family = read_labels(files.labels), FAMILIES[spec.family]
    opened = open_model(files.model, device=device, threads=threads, bytes_for=partial(_with_front, files, family))
    speed, slower = _at_speed(speed)
    tagger = OnnxTagger(
        name=spec.name,
        labels=labels,
        identity=files.identity,
        defaults=spec.thresholds,
        device=opened.device,
        note=" ".join(note for note in (files.note, opened.note, slower) if note),
        family=family,
        contract=read_contract(opened, files, family, labels=len(labels)),
        speed=speed,
    )
    _try(tagger, files)
    return tagger


def _at_speed(speed: preparation.Speed) -> tuple[preparation.Speed, str]:
    """The speed that can be had here, and why not the one that was asked for, or ""."""
    why = ""
    if speed == "fast":
        try:
            preparation.ready_quick()
        except (ImportError, OSError) as error:  # a library of torch's own is missing
            why = f"Pictures are prepared the exact way, since torch cannot be loaded ({error})."
        else:
            return "fast", ""
    return "exact", why


@dataclass(frozen=True, slots=True)
class Contract:
    """What the file itself says: the session with the names and shapes of its input and output.

    `takes_bytes`: pixels go in as they are, channels last, whatever the family.
    """

    session: Any
    input: str
    output: str
    size: int
    batch: int | None
    dtype: Any
    takes_bytes: bool = False


@dataclass(slots=True)
class OnnxTagger:
    """A loaded model; see `base.Tagger`."""

    name: str
    labels: tuple[Label, ...]
    identity: ModelIdentity
    defaults: Thresholds
    device: str
    note: str
    family: Family
    contract: Contract
    speed: preparation.Speed = "exact"
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
        return preparation.version(self.size, family=self.family, speed=self.speed)

    def prepare(self, image: Image.Image, out: Pixels) -> None:
        """Write the picture, of any mode and shape, into `out`: uint8 [size, size, 3], in the family's order, upright."""
        preparation.prepare(image, out, family=self.family, speed=self.speed)

    def score(self, batch: Pixels) -> Scores:
        """Float32 [n, labels], 0 to 1, of uint8 [n, size, size, 3]; a fixed batch is split and filled up."""
        step = self.contract.batch or len(batch)
        with self._running:
            parts = [self._run(batch[start : start + step]) for start in range(0, len(batch), step)]
        found = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return _sigmoid(found) if self.family.sigmoid else found

    def raw(self, batch: Pixels) -> Scores:
        """What the model itself gives, before the sigmoid of its family."""
        with self._running:
            return self._run(batch)

    def _run(self, pixels: Pixels) -> Scores:
        """One run of the session. The buffer is kept: to make one costs more than to fill it."""
        count = self.contract.batch or len(pixels)
        if count > len(self._buffer):
            self._buffer = self._room(count)
        filled = self._buffer[:count]
        self._fill(filled[: len(pixels)], pixels)
        try:
            (scores,) = self.contract.session.run([self.contract.output], {self.contract.input: filled})
        except runtime_errors() as error:
            raise self._failed(error, count) from error
        return np.asarray(scores[: len(pixels)], np.float32)

    def _fill(self, filled: np.ndarray[Any, Any], pixels: Pixels) -> None:
        """The numbers that the model wants: bytes or floats, channels first or last, around its mean."""
        if self.contract.takes_bytes:
            np.copyto(filled, pixels)
            return
        planes = filled if self.family.channels_first else filled.transpose(0, 3, 1, 2)
        np.copyto(planes, pixels.transpose(0, 3, 1, 2))
        if not self.family.plain:
            for channel in range(3):
                planes[:, channel] -= np.float32(self.family.mean[channel])
                planes[:, channel] /= np.float32(self.family.deviation[channel])

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
        last = (self.size, self.size, 3)
        sides = (3, self.size, self.size) if self.family.channels_first and not self.contract.takes_bytes else last
        return np.zeros((count, *sides), self.contract.dtype)


def read_contract(opened: OpenModel, files: TaggerFiles, family: Family, *, labels: int) -> Contract:
    """What the session says of its input and output; raises ModelError where that is not the family's way."""
    inputs = opened.session.get_inputs()
    if len(inputs) != 1:
        raise ModelError(f"{files.model} takes {len(inputs)} inputs; {family.title} takes one, the pictures.")
    name, shape, kind = inputs[0].name, list(inputs[0].shape), inputs[0].type
    if kind not in TYPES or (kind == "tensor(uint8)" and not family.plain and name != front.INPUT):
        numbers = "float32 (or uint8) from 0 to 255" if family.plain else "float32"
        raise ModelError(f"{files.model} takes {kind}; {family.title} takes {numbers}.")
    first = family.channels_first and name != front.INPUT
    if not _is_square(shape, channels_first=first):
        wanted = "[batch, 3, size, size]" if first else "[batch, size, size, 3]"
        turned = " first" if shape[1:2] == [3] else " last"
        other = f" Its channels come{turned}: it is another kind of tagger." if _is_square(shape, not first) else ""
        raise ModelError(f"{files.model} takes {_shape(shape)}; {family.title} takes {wanted}.{other}")
    batch = shape[0] if isinstance(shape[0], int) else None
    output = _find_output(opened, files, family, labels)
    takes_bytes = kind == "tensor(uint8)" and not first
    return Contract(opened.session, name, output, shape[2], batch, TYPES[kind], takes_bytes)


def _is_square(shape: list[Any], channels_first: bool) -> bool:
    if len(shape) != 4:
        return False
    channels, *sides = shape[1:] if channels_first else (shape[3], *shape[1:3])
    return channels == 3 and isinstance(sides[0], int) and sides[0] == sides[1] and sides[0] > 0


def _find_output(opened: OpenModel, files: TaggerFiles, family: Family, labels: int) -> str:
    """The output with a score for each label; there are copies of the models with an embedding beside it."""
    outputs = opened.session.get_outputs()
    fitting = [
        str(output.name)
        for output in outputs
        if output.type == "tensor(float)" and len(output.shape) == 2 and output.shape[1] == labels
    ]
    if family.output in fitting:
        return family.output
    if fitting and (len(fitting) == 1 or not family.output):
        return fitting[0]
    shapes = " and ".join(_shape(output.shape) for output in outputs)
    if fitting:
        raise ModelError(f'{files.model} gives {shapes}, and none of them is called "{family.output}".')
    raise ModelError(
        f"{files.model} gives {shapes}, and {files.labels.name} lists {labels:,} tags: "
        "they are not of one model. Download both again."
    )


def _with_front(files: TaggerFiles, family: Family, session: Any) -> bytes | None:
    """The model that takes bytes; None where it does already, or is none of the family."""
    wanted = session.get_inputs()[0]
    if wanted.type != "tensor(float)" or not _is_square(list(wanted.shape), family.channels_first):
        return None
    batch = wanted.shape[0] if isinstance(wanted.shape[0], int) else None
    return front.with_byte_front(files.model, family, input_name=wanted.name, batch=batch, size=wanted.shape[2])


def _sigmoid(logits: Scores) -> Scores:
    with np.errstate(over="ignore"):  # far below nought it is nought
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


def _shape(shape: list[Any]) -> str:
    return f"[{', '.join(str(side) for side in shape)}]"


def probe(size: int) -> Pixels:
    """A made picture, uint8 [1, size, size, 3]: ramps from black to white, another in each channel."""
    ramp = np.linspace(0, 255, size, dtype=np.uint8)
    across = np.broadcast_to(ramp, (size, size))
    return np.ascontiguousarray(np.stack([across, across.T, 255 - across], axis=-1)[None])


def _try(tagger: OnnxTagger, files: TaggerFiles) -> None:
    """One run on a made picture: proves that the model runs here at all, and that its scores are scores."""
    given = tagger.raw(probe(tagger.size))
    if given.shape != (1, len(tagger.labels)):
        raise ModelError(
            f"{files.model} gave {_shape([*given.shape])} for one picture and {len(tagger.labels):,} tags."
        )
    inside = bool(given.min() >= 0 and given.max() <= 1)
    title = tagger.family.title[0].upper() + tagger.family.title[1:]
    if not np.isfinite(given).all() or (not inside and not tagger.family.sigmoid):
        raise ModelError(
            f"{files.model} gives numbers from {given.min():.2f} to {given.max():.2f}, not scores "
            f"from 0 to 1: they look like logits. {title} has its sigmoid inside."
        )
    if inside and tagger.family.sigmoid:
        raise ModelError(
            f"{files.model} gives scores from 0 to 1 already; {tagger.family.title} gives logits, and a second sigmoid "
            "would press all scores together. Look for the author's own file."
        )
