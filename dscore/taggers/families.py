"""The kinds of taggers that can be run, as data: what each wants of a picture, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from dscore.taggers.base import Thresholds

Triple = tuple[float, float, float]
Order = Literal["BGR", "RGB"]
Filter = Literal["bicubic", "bilinear"]


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of model: its files, how a picture is prepared for it, and how its numbers become scores.

    `model_files`: the names that its model goes by, the usual one first. `labels_file` tells a folder of this kind from
    others; where two share it, `column` is one of its columns that only this kind has. `fit`: the picture is padded with
    white to a square, or stretched to one. `resize` is Pillow's filter. `revision` counts the ways in which pictures were
    prepared for it: raised whenever a number that reaches the model may come out different. `mean` and `deviation` are
    in the order of the channels, of 0 to 255: the model gets (pixel - mean) / deviation. `output` names the output with
    the scores where several have as many numbers as there are tags.
    """

    name: str
    title: str
    labels_file: str = "selected_tags.csv"
    model_files: tuple[str, ...] = ("model.onnx",)
    column: str = ""
    channels_first: bool = True
    order: Order = "RGB"
    fit: Literal["pad", "stretch"] = "pad"
    resize: Filter = "bicubic"
    revision: int = 1
    mean: Triple = (0.0, 0.0, 0.0)
    deviation: Triple = (1.0, 1.0, 1.0)
    sigmoid: bool = False
    output: str = ""
    thresholds: Thresholds = field(default_factory=Thresholds)

    @property
    def plain(self) -> bool:
        """Whether the model takes the pixels' own numbers, 0 to 255."""
        return self.mean == (0.0, 0.0, 0.0) and self.deviation == (1.0, 1.0, 1.0)


_HALF: Triple = (127.5, 127.5, 127.5)
# CLIP's own means and deviations (openai/CLIP), of 0 to 255.
_CLIP_MEAN: Triple = (0.48145466 * 255, 0.4578275 * 255, 0.40821073 * 255)
_CLIP_DEVIATION: Triple = (0.26862954 * 255, 0.26130258 * 255, 0.27577711 * 255)

WD = Family("wd", "a WD tagger", channels_first=False, order="BGR")
"""SmilingWolf's: the space (SmilingWolf/wd-tagger) is the reference, pixel for pixel. The sigmoid is in the graph."""

JOYTAG = Family(
    "joytag",
    "JoyTag",
    labels_file="top_tags.txt",
    mean=_CLIP_MEAN,
    deviation=_CLIP_DEVIATION,
    sigmoid=True,
    thresholds=Thresholds(general=0.4, character=0.4),
)
"""fancyfeast/joytag: `prepare_image` of its own README; white square, bicubic, logits."""

PIXAI = Family(
    "pixai",
    "a PixAI tagger",
    column="ips",
    fit="stretch",
    resize="bilinear",
    mean=_HALF,
    deviation=_HALF,
    output="prediction",
    thresholds=Thresholds(general=0.3, character=0.85),
)
"""deepghs/pixai-tagger-v0.9-onnx: its handler stretches to 448 x 448, torchvision's own (bilinear) filter.
Of its outputs "embedding", "logits" and "prediction", the last has been through the sigmoid."""

CL = Family(
    "cl",
    "a CL tagger",
    labels_file="tag_mapping.json",
    model_files=("model.onnx", "model_optimized.onnx"),
    order="BGR",
    mean=_HALF,
    deviation=_HALF,
    sigmoid=True,
    thresholds=Thresholds(general=0.55, character=0.6),
)
"""cella110n/cl_tagger, version 1: white square, bicubic, BGR as it is, logits; the thresholds are its space's."""

FAMILIES = {family.name: family for family in (WD, JOYTAG, PIXAI, CL)}
