"""Made taggers of every family: the graph of `made_models`, with what the family does to pixels and scores undone.

So a wrong mean, layout, order of channels or activation gives wrong scores, and each can be told from the picture.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from dscore.taggers.families import CL, JOYTAG, PIXAI, Family
from tests.made_models import LABELS, Row, expected_scores, tagger_model, write_labels

STEEPNESS = 12.0
"""The logit of a score s is STEEPNESS * (s - 1/2)."""

WORDS = {0: "General", 1: "Artist", 3: "Copyright", 4: "Character", 5: "Meta", 9: "Rating"}


def make_family(folder: Path, family: Family, *, labels: Sequence[Row] = LABELS, **variant: Any) -> Path:
    """Write the family's files into the folder, made if missing; returns it. `variant`: see `family_model`."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(family_model(family, len(labels), **variant), folder / family.model_files[0])
    path = folder / family.labels_file
    if family is JOYTAG:
        path.write_text("\n".join([*(name for name, _ in labels), ""]), encoding="utf-8")
    elif family is CL:
        mapping = {str(k): {"tag": name, "category": WORDS[kind]} for k, (name, kind) in enumerate(labels)}
        path.write_text(json.dumps(mapping), encoding="utf-8")
    elif family is PIXAI:
        rows = [f'{k},{7 * k},{name},{kind},{1000 - k},"[""fate""]"' for k, (name, kind) in enumerate(labels)]
        path.write_text("\n".join(["id,tag_id,name,category,count,ips", *rows, ""]), encoding="utf-8")
    else:
        write_labels(path, labels)
    return folder


def family_model(
    family: Family, tags: int, *, size: int = 32, batch: int | None = None, activated: bool = False, named: bool = True
) -> onnx.ModelProto:
    """The graph. `activated`: the sigmoid is in it, whatever the family; `named`: its output is called as it should."""
    model = tagger_model(tags, size=size, batch=batch, channels_first=family.channels_first)
    graph = model.graph
    sides = (1, 3, 1, 1) if family.channels_first else (1, 1, 1, 3)
    for name, numbers in (("deviation", family.deviation), ("mean", family.mean)):
        graph.initializer.append(numpy_helper.from_array(np.array(numbers, np.float32).reshape(sides), name))
    graph.node[0].input[0] = "cleaned"
    graph.node.insert(0, helper.make_node("Mul", ["input", "deviation"], ["scaled"]))
    graph.node.insert(1, helper.make_node("Add", ["scaled", "mean"], ["cleaned"]))
    if family.sigmoid and not activated:
        _as_logits(graph)
    if family.output:
        _beside_others(graph, family.output if named else "probabilities")
    return model


def _as_logits(graph: onnx.GraphProto) -> None:
    graph.node[-1].output[0] = "plain"
    for name, value in (("half", 0.5), ("steepness", STEEPNESS)):
        graph.initializer.append(numpy_helper.from_array(np.array(value, np.float32), name))
    graph.node.append(helper.make_node("Sub", ["plain", "half"], ["around"]))
    graph.node.append(helper.make_node("Mul", ["around", "steepness"], ["output"]))


def _beside_others(graph: onnx.GraphProto, name: str) -> None:
    """As PixAI's: embedding, logits, prediction; the logits are as many as the scores."""
    shape = [side.dim_value or side.dim_param for side in graph.output[0].type.tensor_type.shape.dim]
    graph.node.append(helper.make_node("Neg", ["output"], ["logits"]))
    graph.node.append(helper.make_node("Identity", ["output"], [name]))
    del graph.output[:]
    for output in ("embedding", "logits", name):
        sides = [1, 7] if output == "embedding" else shape
        graph.output.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, sides))
    graph.initializer.append(numpy_helper.from_array(np.zeros((1, 7), np.float32), "none"))
    graph.node.append(helper.make_node("Identity", ["none"], ["embedding"]))


def scores_of(image: Image.Image, family: Family, *, tags: int = len(LABELS)) -> list[float]:
    """What the family's made tagger gives to a picture that has its size: computed here, without ONNX."""
    turned = image if family.order == "BGR" else Image.merge("RGB", image.split()[::-1])
    scores = np.array(expected_scores(turned, tags=tags))
    found = 1 / (1 + np.exp(-STEEPNESS * (scores - 0.5))) if family.sigmoid else scores
    return [float(score) for score in found]
