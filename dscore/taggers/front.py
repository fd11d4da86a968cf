"""A front put before a model's graph, so that it takes bytes: a quarter of what floats would send to the GPU.

    bytes [batch, size, size, 3] → Cast → (Transpose, Sub mean, Div deviation) → the model as it is

An ONNX file is a protobuf message, and only three of its many fields matter here: so they are read and written by hand
(onnx.proto: ModelProto.graph 7; GraphProto.node 1, initializer 5, input 11), and the `onnx` package, which would hold
a third copy of a model of a gigabyte, is not needed to run one. No channel is turned: pictures are prepared in the
model's own order.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from dscore.errors import ModelError
from dscore.taggers.families import Family

INPUT = "dscore_bytes"
"""What the new input is called; a session that has it takes bytes."""

FLOAT, UINT8, INT64 = 1, 2, 7  # TensorProto.DataType
_INT, _INTS = 2, 7  # AttributeProto.AttributeType
_GRAPH, _NODE, _INITIALIZER, _GRAPH_INPUT, _NAME = 7, 1, 5, 11, 1


def with_byte_front(path: Path, family: Family, *, input_name: str, batch: int | None, size: int) -> bytes:
    """The model with the front; raises ModelError where the file is not what a model's file should be."""
    content = memoryview(path.read_bytes())
    parts: list[bytes | memoryview] = []
    for number, whole, inside in _fields(content, path):
        if number == _GRAPH:
            graph = _graph(inside, family, input_name=input_name, batch=batch, size=size, path=path)
            parts += [_varint(_GRAPH << 3 | 2), _varint(sum(map(len, graph))), *graph]
        else:
            parts.append(whole)
    return b"".join(parts)


def _graph(
    content: memoryview, family: Family, *, input_name: str, batch: int | None, size: int, path: Path
) -> list[bytes | memoryview]:
    """The front's own fields first, since nodes stand in the order of their work; then all but the old input."""
    sides: list[int | str] = ["batch" if batch is None else batch, size, size, 3]
    parts: list[bytes | memoryview] = [
        _message(_GRAPH_INPUT, value_info(INPUT, UINT8, sides)),
        *_nodes(family, input_name),
    ]
    for number, whole, inside in _fields(content, path):
        if number == _GRAPH_INPUT and _name(inside, path) == input_name:
            continue
        parts.append(whole)
    return parts


def _nodes(family: Family, last: str) -> Iterator[bytes]:
    steps: list[tuple[str, list[str], bytes]] = [("Cast", [], integer("to", FLOAT))]
    if family.channels_first:
        steps.append(("Transpose", [], integers("perm", [0, 3, 1, 2])))
    if not family.plain:
        sides = [1, 3, 1, 1] if family.channels_first else [1, 1, 1, 3]
        for kind, numbers in (("Sub", family.mean), ("Div", family.deviation)):
            yield _message(_INITIALIZER, tensor(f"{INPUT}_{kind}", list(numbers), sides))
            steps.append((kind, [f"{INPUT}_{kind}"], b""))
    before = INPUT
    for place, (kind, more, attributes) in enumerate(steps, 1):
        after = last if place == len(steps) else f"{INPUT}_{place}"
        yield _message(_NODE, node(kind, [before, *more], [after], attributes))
        before = after


def node(kind: str, inputs: list[str], outputs: list[str], attributes: bytes = b"") -> bytes:
    """A NodeProto."""
    ends = [_text(1, name) for name in inputs] + [_text(2, name) for name in outputs]
    return b"".join(ends) + _text(4, kind) + attributes


def integer(name: str, value: int) -> bytes:
    """An attribute of a node."""
    return _message(5, _text(1, name) + _number(3, value) + _number(20, _INT))


def integers(name: str, values: list[int]) -> bytes:
    """An attribute of a node that is a list."""
    return _message(5, _text(1, name) + b"".join(_number(8, value) for value in values) + _number(20, _INTS))


def tensor(name: str, values: list[float], sides: list[int]) -> bytes:
    """A TensorProto of single-precision floats."""
    raw = struct.pack(f"<{len(values)}f", *values)
    return b"".join(_number(1, side) for side in sides) + _number(2, FLOAT) + _text(8, name) + _message(9, raw)


def value_info(name: str, kind: int, sides: list[int | str]) -> bytes:
    """A ValueInfoProto: an input or output, of that type and shape; a side by name is open."""
    dims = (_message(1, _number(1, side) if isinstance(side, int) else _text(2, side)) for side in sides)
    shaped = _number(1, kind) + _message(2, b"".join(dims))
    return _text(1, name) + _message(2, _message(1, shaped))


def model(nodes: list[bytes], tensors: list[bytes], inputs: list[bytes], outputs: list[bytes]) -> bytes:
    """A whole small ModelProto, opset 17."""
    fields = ((_NODE, nodes), (_INITIALIZER, tensors), (_GRAPH_INPUT, inputs), (12, outputs))
    graph = _text(2, "made") + b"".join(_message(number, one) for number, many in fields for one in many)
    return _number(1, 8) + _message(_GRAPH, graph) + _message(8, _number(2, 17))


def _name(content: memoryview, path: Path) -> str:
    return next((bytes(inside).decode() for number, _, inside in _fields(content, path) if number == _NAME), "")


def _fields(content: memoryview, path: Path) -> Iterator[tuple[int, memoryview, memoryview]]:
    """(number, the whole field, its content) of a message, in order; content is empty where it is a plain number."""
    at = 0
    while at < len(content):
        start = at
        key, at = _read_varint(content, at, path)
        kind, inside = key & 7, at
        if kind == 2:
            length, inside = _read_varint(content, at, path)
            at = inside + length
        elif kind == 0:
            _, at = _read_varint(content, at, path)
            inside = at
        else:
            at = inside = at + {1: 8, 5: 4}.get(kind, len(content) + 1)
        if at > len(content):
            raise ModelError(f"{path} ends too early, or is no ONNX model. Download it again.")
        yield key >> 3, content[start:at], content[inside:at]


def _read_varint(content: memoryview, at: int, path: Path) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(content):
            break
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ModelError(f"{path} ends too early, or is no ONNX model. Download it again.")


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text(field: int, text: str) -> bytes:
    return _message(field, text.encode())
