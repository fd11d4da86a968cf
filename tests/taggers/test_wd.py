from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from dscore.errors import DeviceError, ModelError, ModelMemoryError, WrongUseError
from dscore.models import Category
from dscore.taggers.adapter import OnnxTagger
from dscore.taggers.gpus import NO_CARD, ask_driver
from tests.made_models import LABELS, expected_scores, make_tagger, picture_for, tagger_model, write_labels
from tests.taggers.loading import loaded, reloaded

TAGS = len(LABELS)


def noise(seed: int, size: int = 32) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (size, size, 3), np.uint8)
    return Image.fromarray(pixels, "RGB")


def batch_of(tagger: OnnxTagger, *images: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    batch = np.empty((len(images), tagger.size, tagger.size, 3), np.uint8)
    for image, out in zip(images, batch, strict=True):
        tagger.prepare(image, out)
    return batch


@pytest.mark.parametrize("uint8", [False, True])
@pytest.mark.parametrize("batch", [None, 1, 3])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 7])
def test_scores_are_those_of_each_picture_in_order(tmp_path: Path, batch: int | None, count: int, uint8: bool) -> None:
    tagger = loaded(tmp_path, batch=batch, uint8=uint8)
    images = [noise(seed) for seed in range(count)]
    scores = tagger.score(batch_of(tagger, *images))
    assert scores.shape == (count, TAGS)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, [expected_scores(image, tags=TAGS) for image in images], atol=1e-6)


def test_a_later_smaller_batch_is_not_mixed_with_an_earlier_one(tmp_path: Path) -> None:
    tagger = loaded(tmp_path)
    images = [noise(seed) for seed in range(6)]
    tagger.score(batch_of(tagger, *images))
    scores = tagger.score(batch_of(tagger, images[5]))
    np.testing.assert_allclose(scores[0], expected_scores(images[5], tags=TAGS), atol=1e-6)


def test_every_tag_is_at_its_own_cell_and_channel(tmp_path: Path) -> None:
    tagger = loaded(tmp_path)
    for index, (name, _) in enumerate(LABELS):
        scores = tagger.score(batch_of(tagger, picture_for({name: 0.8})))[0]
        assert scores.argmax() == index
        assert scores[index] == pytest.approx(0.8)
        assert np.delete(scores, index).max() == 0


def test_what_the_file_says_is_what_the_tagger_says(tmp_path: Path) -> None:
    tagger = loaded(tmp_path / "mine", size=48, batch=2, threads=0)
    assert (tagger.name, tagger.size, tagger.batch) == ("mine", 48, 2)
    assert (tagger.device, tagger.note, tagger.preparation) == ("cpu", "", "wd-48-bicubic-1")
    assert tagger.labels[8].category is Category.CHARACTER
    assert (tagger.defaults.general, tagger.defaults.character) == (0.35, 0.35)
    assert len(tagger.identity.fingerprint) == 64


def test_an_embedding_beside_the_scores_is_left_alone(tmp_path: Path) -> None:
    tagger = loaded(tmp_path, embedding=True)
    assert tagger.score(batch_of(tagger, noise(1))).shape == (1, TAGS)


def test_logits_are_refused_at_load(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="look like logits"):
        loaded(tmp_path, logits=True)


def test_channels_first_is_refused_at_load(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"takes \[batch_size, 3, 32, 32\].*channels come first"):
        loaded(tmp_path, channels_first=True)


def test_labels_of_another_model_are_refused_at_load(tmp_path: Path) -> None:
    folder = make_tagger(tmp_path / "mixed")
    write_labels(folder / "selected_tags.csv", LABELS[:-1])
    with pytest.raises(ModelError, match=r"gives \[batch_size, 10\], and selected_tags\.csv lists 9 tags"):
        reloaded(folder)


@pytest.mark.parametrize("content", [b"<html>not found</html>", b"", b"version https://git-lfs.github.com/spec/v1\n"])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    folder = make_tagger(tmp_path / "broken")
    (folder / "model.onnx").write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.onnx (cannot be loaded|cannot be read) as an ONNX model"):
        reloaded(folder)


@pytest.mark.parametrize("place", ["../canary.bin", "canary.bin", "/etc/hostname", "C:\\canary.bin"])
def test_weights_in_other_files_are_refused_wherever_they_are(tmp_path: Path, place: str) -> None:
    folder = make_tagger(tmp_path / "outside")
    model = tagger_model(TAGS)
    tensor = model.graph.initializer[1]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=place)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="keeps weights in another file") as caught:
        reloaded(folder)
    assert place in str(caught.value)


def test_too_many_pictures_for_the_memory_say_so(tmp_path: Path) -> None:
    tagger = loaded(tmp_path, fits=2)
    images = [noise(seed) for seed in range(3)]
    with pytest.raises(ModelMemoryError, match="more memory than the CPU has for 3 pictures at once"):
        tagger.score(batch_of(tagger, *images))
    assert tagger.score(batch_of(tagger, *images[:2])).shape == (2, TAGS)


def test_cuda_is_used_or_the_reason_is_given(tmp_path: Path) -> None:
    tagger = loaded(tmp_path, device="auto")
    if tagger.device == "cuda":
        assert tagger.note == ""
        return
    assert tagger.device == "cpu"
    why = "CUDA|onnxruntime-gpu" if ask_driver().gpus else NO_CARD
    assert re.search(f"^Runs on the CPU, since .*({why})", tagger.note)
    with pytest.raises(DeviceError, match=f"does not run on CUDA: .*({why})"):
        loaded(tmp_path, device="cuda")


def test_an_unknown_device_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match="auto, cpu, cuda"):
        loaded(tmp_path, device="tpu")


def test_nothing_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    loaded(tmp_path, device="auto")
    (tmp_path / "model.onnx").write_bytes(b"nothing" + os.urandom(50))
    with pytest.raises(ModelError):
        reloaded(tmp_path)
    assert capfd.readouterr() == ("", "")
