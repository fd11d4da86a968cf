"""Small ONNX taggers in the WD contract whose every score can be told from the picture.

Output k is the mean of one channel (k % 3: blue, green, red) of one cell of the picture (k // 3, row by row),
divided by 255: so the layout, the order of channels, the padding's side, the order of a batch and each
threshold can be proved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

Row = tuple[str, int]
LABELS: tuple[Row, ...] = (
    ("general", 9),
    ("sensitive", 9),
    ("questionable", 9),
    ("explicit", 9),
    ("1girl", 0),
    ("long_hair", 0),
    ("hair_ribbon", 0),
    (">_<", 0),
    ("hatsune_miku", 4),
    ("saber_(fate)", 4),
)
EFFORT_SIDE = 512
HUGE = 1 << 50  # more numbers than any machine can address: the memory is refused, never taken


def make_tagger(
    folder: Path,
    *,
    labels: Sequence[Row] = LABELS,
    size: int = 32,
    batch: int | None = None,
    **variant: Any,
) -> Path:
    """Write model.onnx and selected_tags.csv into the folder, made if missing; returns the folder.

    `variant`: see `tagger_model`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(tagger_model(len(labels), size=size, batch=batch, **variant), folder / "model.onnx")
    write_labels(folder / "selected_tags.csv", labels)
    return folder


def write_labels(path: Path, labels: Sequence[Row]) -> None:
    """The labels as the WD models' own files have them: quoted where needed, an empty line at the end."""
    quoted = ('"' + name.replace('"', '""') + '"' if '"' in name else name for name, _ in labels)
    lines = [f"{7 * k},{name},{labels[k][1]},{1000 - k}" for k, name in enumerate(quoted)]
    path.write_text("\n".join(["tag_id,name,category,count", *lines, ""]), encoding="utf-8", newline="\n")


def tagger_model(
    tags: int,
    *,
    size: int = 32,
    batch: int | None = None,
    logits: bool = False,
    uint8: bool = False,
    channels_first: bool = False,
    embedding: bool = False,
    fits: int | None = None,
    effort: int = 0,
    padding: int = 0,
) -> onnx.ModelProto:
    """The graph.

    `logits`: scores as they are before a sigmoid. `embedding`: a second output beside the scores. `fits`: so
    many pictures at once fit in memory, and a black picture never does. `effort`: so many products of matrices
    with `EFFORT_SIDE` rows come before each answer. `padding`: bytes that make the file larger.
    """
    side: int | str = "batch_size" if batch is None else batch
    shape = [side, 3, size, size] if channels_first else [side, size, size, 3]
    cells = grid(tags, size)
    constants: dict[str, np.ndarray[Any, Any]] = {
        "flat": np.array([-1, 3 * cells**2], np.int64),
        "order": np.arange(tags, dtype=np.int64),
        "scale": np.array(25.5 if logits else 255, np.float32),
    }
    nodes = _mean_nodes(side=size // cells, channels_first=channels_first)
    if fits is not None:
        _add_hunger(nodes, constants, fits)
    if effort:
        _add_effort(nodes, constants, effort)
    nodes.append(helper.make_node("Identity", [nodes[-1].output[0]], ["output"]))
    outputs = [_tensor("output", [side, tags])]
    if embedding:
        nodes.append(helper.make_node("Identity", ["means"], ["embedding"]))
        outputs.insert(0, _tensor("embedding", [side, 3 * cells**2]))
    pictures = _tensor("input", shape, TensorProto.UINT8 if uint8 else TensorProto.FLOAT)
    weights = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tagger", [pictures], outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    model.doc_string = "x" * padding
    return model


def grid(tags: int, size: int) -> int:
    """Cells along a side: the fewest that give every tag its own channel of a cell, dividing the size."""
    return next(count for count in range(1, size + 1) if size % count == 0 and 3 * count * count >= tags)


def picture_for(
    scores: Mapping[str, float], *, labels: Sequence[Row] = LABELS, size: int = 32, rest: int = 0
) -> Image.Image:
    """A picture that gets these scores, rounded to 1/255; `rest`, 0 to 255, is what all others get."""
    cells = grid(len(labels), size)
    values = np.full((cells * cells, 3), rest, np.uint8)
    for name, score in scores.items():
        index = next(k for k, (known, _) in enumerate(labels) if known == name)
        values[index // 3, 2 - index % 3] = round(score * 255)
    small = values.reshape(cells, cells, 3)
    return Image.fromarray(small.repeat(size // cells, axis=0).repeat(size // cells, axis=1), "RGB")


def expected_scores(image: Image.Image, *, tags: int) -> list[float]:
    """What the made tagger gives to a picture that has its size: computed here, without ONNX."""
    cells = grid(tags, image.width)
    side = image.width // cells
    pixels = np.asarray(image.convert("RGB"), np.float64)[:, :, ::-1]
    means = pixels.reshape(cells, side, cells, side, 3).mean(axis=(1, 3)).reshape(-1)
    return [float(mean) / 255 for mean in means[:tags]]


def _tensor(name: str, shape: Sequence[int | str], kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def _mean_nodes(*, side: int, channels_first: bool) -> list[onnx.NodeProto]:
    """From `input` to `scores`: the means of all cells, `side` pixels wide, by cell and then by channel."""
    node = helper.make_node
    cast = node("Cast", ["input"], ["pixels"], to=TensorProto.FLOAT)
    turn = [] if channels_first else [node("Transpose", ["pixels"], ["planes"], perm=[0, 3, 1, 2])]
    planes = "pixels" if channels_first else "planes"
    return [
        cast,
        *turn,
        node("AveragePool", [planes], ["cells"], kernel_shape=[side, side], strides=[side, side]),
        node("Transpose", ["cells"], ["cells_last"], perm=[0, 2, 3, 1]),
        node("Reshape", ["cells_last", "flat"], ["means"]),
        node("Gather", ["means", "order"], ["kept"], axis=1),
        node("Div", ["kept", "scale"], ["scores"]),
    ]


def _add_hunger(nodes: list[onnx.NodeProto], constants: dict[str, np.ndarray[Any, Any]], fits: int) -> None:
    """Make the graph ask for too much memory when there are more pictures than fit, or a black one."""
    constants |= {
        "zero": np.array(0, np.int64),
        "one": np.array([0], np.int64),
        "fits": np.array([fits], np.int64),
        "huge": np.array([HUGE], np.int64),
        "nothing": np.array([0], np.int64),
        "dark": np.array(0.5, np.float32),
    }
    nodes += [
        helper.make_node("Shape", ["pixels"], ["shape"]),
        helper.make_node("Gather", ["shape", "one"], ["count"]),
        helper.make_node("Sub", ["count", "fits"], ["over"]),
        helper.make_node("Max", ["over", "nothing"], ["too_many"]),
        helper.make_node("ReduceMax", ["pixels"], ["brightest"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Less", ["brightest", "dark"], ["is_black"]),
        helper.make_node("Cast", ["is_black"], ["black"], to=TensorProto.INT64),
        helper.make_node("ReduceMax", ["black"], ["any_black"], axes=[0], keepdims=1),
        helper.make_node("Add", ["too_many", "any_black"], ["factor"]),
        helper.make_node("Mul", ["factor", "huge"], ["length"]),
        helper.make_node("ConstantOfShape", ["length"], ["memory"]),
        helper.make_node("ReduceSum", ["memory"], ["nought"], keepdims=0),
        helper.make_node("Add", ["scores", "nought"], ["fed"]),
    ]


def _add_effort(nodes: list[onnx.NodeProto], constants: dict[str, np.ndarray[Any, Any]], products: int) -> None:
    """Make the graph multiply a matrix of zeros by itself before it answers; the zeros come from the picture, since
    what is known beforehand would be worked out once, when the model is loaded.
    """
    constants |= {"nil": np.array(0, np.float32), "square": np.array([EFFORT_SIDE, EFFORT_SIDE], np.int64)}
    answer = nodes[-1].output[0]
    nodes += [
        helper.make_node("ReduceMax", ["pixels"], ["most"], keepdims=0),
        helper.make_node("Mul", ["most", "nil"], ["none"]),
        helper.make_node("Expand", ["none", "square"], ["product_0"]),
    ]
    nodes += [
        helper.make_node("MatMul", [f"product_{number}", "product_0"], [f"product_{number + 1}"])
        for number in range(products)
    ]
    nodes += [
        helper.make_node("ReduceMax", [f"product_{products}"], ["still_none"], keepdims=0),
        helper.make_node("Add", [answer, "still_none"], ["worked_out"]),
    ]
