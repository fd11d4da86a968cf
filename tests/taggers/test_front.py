"""The byte front: the same scores, bit for bit, from a quarter of the bytes. On the CPU; CUDA is asked for nowhere here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from dscore.errors import ModelError
from dscore.taggers import front
from dscore.taggers.adapter import OnnxTagger, read_contract
from dscore.taggers.base import TaggerFiles
from dscore.taggers.families import FAMILIES, PIXAI, WD, Family
from dscore.taggers.session import CPU, OpenModel, _session
from tests.made_families import make_family
from tests.made_models import LABELS
from tests.taggers.loading import reloaded

EVERY = pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.name)


def fronted(tagger: OnnxTagger, folder: Path) -> OnnxTagger:
    """The same tagger with bytes for its input."""
    model = folder / tagger.family.model_files[0]
    content = front.with_byte_front(
        model, tagger.family, input_name=tagger.contract.input, batch=tagger.batch, size=tagger.size
    )
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    opened = OpenModel(_session(content, [CPU], 1), "cpu", "")
    files = TaggerFiles(model, folder / tagger.family.labels_file, tagger.identity)
    contract = read_contract(opened, files, tagger.family, labels=len(tagger.labels))
    return OnnxTagger(tagger.name, tagger.labels, tagger.identity, tagger.defaults, "cpu", "", tagger.family, contract)


@EVERY
@pytest.mark.parametrize("batch", [None, 2])
def test_scores_are_bit_for_bit_those_without_it(tmp_path: Path, family: Family, batch: int | None) -> None:
    plain = reloaded(make_family(tmp_path, family, batch=batch))
    light = fronted(plain, tmp_path)
    assert (plain.contract.takes_bytes, light.contract.takes_bytes) == (False, True)
    assert (light.size, light.batch) == (plain.size, batch)
    pixels = np.random.default_rng(1).integers(0, 256, (5, 32, 32, 3), np.uint8)
    assert light.score(pixels).tobytes() == plain.score(pixels).tobytes()


def test_a_quarter_is_sent(tmp_path: Path) -> None:
    plain = reloaded(make_family(tmp_path, PIXAI))
    light = fronted(plain, tmp_path)
    assert 4 * light._buffer.nbytes == plain._buffer.nbytes


def test_numbers_of_several_bytes_and_unknown_fields_survive(tmp_path: Path) -> None:
    folder = make_family(tmp_path, WD)
    model = onnx.load(folder / "model.onnx")
    model.doc_string = "x" * 100_000
    model.metadata_props.add(key="author", value="somebody")
    onnx.save(model, folder / "model.onnx")
    content = front.with_byte_front(folder / "model.onnx", WD, input_name="input", batch=None, size=32)
    after = onnx.load_from_string(content)
    assert (after.doc_string, after.metadata_props[0].value) == (model.doc_string, "somebody")
    assert [node.op_type for node in after.graph.node][:2] == ["Cast", model.graph.node[0].op_type]
    assert [one.name for one in after.graph.input] == [front.INPUT]


@pytest.mark.parametrize("cut", [1, 7, 100])
def test_a_file_that_ends_too_early_is_said(tmp_path: Path, cut: int) -> None:
    path = make_family(tmp_path, WD) / "model.onnx"
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(ModelError, match=r"model\.onnx ends too early"):
        front.with_byte_front(path, WD, input_name="input", batch=None, size=32)


def test_a_small_model_can_be_written_without_any_library() -> None:
    content = front.model(
        [front.node("Mul", ["x", "w"], ["y"])],
        [front.tensor("w", [2.0, 3.0], [2])],
        [front.value_info("x", front.FLOAT, ["n", 2])],
        [front.value_info("y", front.FLOAT, ["n", 2])],
    )
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    session = _session(content, [CPU], 1)
    (y,) = session.run(None, {"x": np.ones((1, 2), np.float32)})
    assert y.tolist() == [[2.0, 3.0]]
    assert len(LABELS) == 10
