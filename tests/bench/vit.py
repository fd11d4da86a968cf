"""A ViT-B/16 at 448 px with random weights, in the WD contract: as heavy as the WD vit taggers, for measuring only."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIZE, PATCH, WIDTH, HEADS, LAYERS = 448, 16, 768, 12, 12
TOKENS = (SIZE // PATCH) ** 2


def vit_model(tags: int) -> onnx.ModelProto:
    """About 86 million weights, 350 MB; batch dynamic; every score near 0.5."""
    graph = _Graph()
    x = graph.add("Mul", graph.add("Sub", "input", graph.number(127.5)), graph.number(1 / 127.5))
    x = graph.add("Transpose", x, perm=[0, 3, 1, 2])
    x = graph.add("Conv", x, graph.weight(WIDTH, 3, PATCH, PATCH), kernel_shape=[PATCH] * 2, strides=[PATCH] * 2)
    x = graph.add("Transpose", graph.add("Reshape", x, graph.shape(0, WIDTH, TOKENS)), perm=[0, 2, 1])
    for _ in range(LAYERS):
        x = graph.add("Add", x, _attention(graph, graph.norm(x)))
        x = graph.add("Add", x, _mlp(graph, graph.norm(x)))
    pooled = graph.add("ReduceMean", graph.norm(x), axes=[1], keepdims=0)
    graph.nodes.append(helper.make_node("Sigmoid", [graph.linear(pooled, WIDTH, tags)], ["output"]))
    pictures = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch_size", SIZE, SIZE, 3])
    scores = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch_size", tags])
    made = helper.make_graph(graph.nodes, "vit", [pictures], [scores], graph.weights)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


class _Graph:
    """Nodes and weights, named by their number."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self._seed = np.random.default_rng(0)

    def add(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> str:
        name = f"n{len(self.nodes)}"
        names = [name] if outputs == 1 else [f"{name}_{k}" for k in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0]

    def constant(self, value: np.ndarray[Any, Any]) -> str:
        self.weights.append(numpy_helper.from_array(value, f"w{len(self.weights)}"))
        return f"w{len(self.weights) - 1}"

    def number(self, value: float) -> str:
        return self.constant(np.array(value, np.float32))

    def shape(self, *sides: int) -> str:
        return self.constant(np.array(sides, np.int64))

    def weight(self, *sides: int) -> str:
        return self.constant(self._seed.standard_normal(sides, np.float32) * np.float32(0.02))

    def linear(self, x: str, inside: int, outside: int) -> str:
        return self.add("Add", self.add("MatMul", x, self.weight(inside, outside)), self.weight(outside))

    def norm(self, x: str) -> str:
        ones = self.constant(np.ones(WIDTH, np.float32))
        return self.add("LayerNormalization", x, ones, self.weight(WIDTH))


def _attention(graph: _Graph, x: str) -> str:
    heads = (0, TOKENS, HEADS, WIDTH // HEADS)
    query, key, value = (graph.add("Reshape", graph.linear(x, WIDTH, WIDTH), graph.shape(*heads)) for _ in range(3))
    query, value = (graph.add("Transpose", each, perm=[0, 2, 1, 3]) for each in (query, value))
    key = graph.add("Transpose", key, perm=[0, 2, 3, 1])
    scaled = graph.add("Mul", graph.add("MatMul", query, key), graph.number((WIDTH // HEADS) ** -0.5))
    mixed = graph.add("MatMul", graph.add("Softmax", scaled, axis=-1), value)
    joined = graph.add("Reshape", graph.add("Transpose", mixed, perm=[0, 2, 1, 3]), graph.shape(0, TOKENS, WIDTH))
    return graph.linear(joined, WIDTH, WIDTH)


def _mlp(graph: _Graph, x: str) -> str:
    wide = graph.linear(x, WIDTH, 4 * WIDTH)
    share = graph.add("Erf", graph.add("Mul", wide, graph.number(2**-0.5)))
    half = graph.add("Mul", wide, graph.number(0.5))
    bent = graph.add("Mul", half, graph.add("Add", share, graph.number(1.0)))
    return graph.linear(bent, 4 * WIDTH, WIDTH)
