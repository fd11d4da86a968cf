"""Every family by a made model of its contract: each tag is tied to a cell and a channel, so every answer can be computed."""

from __future__ import annotations

import dataclasses
import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dscore.errors import ModelError
from dscore.models import Category
from dscore.taggers.adapter import OnnxTagger
from dscore.taggers.families import CL, FAMILIES, JOYTAG, PIXAI, WD, Family
from dscore.taggers.registry import find_tagger
from tests.made_families import make_family, scores_of
from tests.made_models import LABELS, make_tagger
from tests.taggers.loading import reloaded

TAGS = len(LABELS)
EVERY = pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.name)
PADDING = pytest.mark.parametrize("family", [WD, JOYTAG, CL], ids=lambda family: family.name)


def noise(seed: int, size: tuple[int, int] = (32, 32)) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    return Image.fromarray(pixels, "RGB")


def scored(tagger: OnnxTagger, *images: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    batch = np.empty((len(images), tagger.size, tagger.size, 3), np.uint8)
    for image, out in zip(images, batch, strict=True):
        tagger.prepare(image, out)
    return tagger.score(batch)


@EVERY
@pytest.mark.parametrize("batch", [None, 1, 3])
def test_layout_channels_mean_and_activation_are_the_familys(tmp_path: Path, family: Family, batch: int | None) -> None:
    tagger = reloaded(make_family(tmp_path, family, batch=batch))
    images = [noise(seed) for seed in range(5)]
    assert tagger.batch == batch
    np.testing.assert_allclose(scored(tagger, *images), [scores_of(image, family) for image in images], atol=2e-6)


@EVERY
def test_a_channel_and_a_cell_are_each_tags_own(tmp_path: Path, family: Family) -> None:
    tagger = reloaded(make_family(tmp_path, family))
    for index in range(TAGS):
        pixels = np.zeros((2, 2, 3), np.uint8)
        channel = index % 3 if family.order == "RGB" else 2 - index % 3
        pixels[index // 3 // 2, index // 3 % 2, channel] = 255
        image = Image.fromarray(pixels.repeat(16, axis=0).repeat(16, axis=1), "RGB")
        assert scored(tagger, image)[0].argmax() == index


@PADDING
@pytest.mark.parametrize("shape", [(32, 15), (15, 32)], ids=["wide", "tall"])
def test_padding_is_white_with_the_odd_line_right_and_below(
    tmp_path: Path, family: Family, shape: tuple[int, int]
) -> None:
    tagger = reloaded(make_family(tmp_path, family))
    image = noise(3, shape)
    square = Image.new("RGB", (32, 32), "white")
    square.paste(image, ((32 - shape[0]) // 2, (32 - shape[1]) // 2))
    np.testing.assert_allclose(scored(tagger, image)[0], scores_of(square, family), atol=2e-6)


def test_pixai_stretches_as_its_handler_does(tmp_path: Path) -> None:
    tagger = reloaded(make_family(tmp_path, PIXAI))
    image = noise(3, (64, 20))
    stretched = image.resize((32, 32), Image.Resampling.BILINEAR)
    np.testing.assert_allclose(scored(tagger, image)[0], scores_of(stretched, PIXAI), atol=2e-6)


@EVERY
def test_what_is_see_through_is_white(tmp_path: Path, family: Family) -> None:
    tagger = reloaded(make_family(tmp_path, family))
    image = noise(4).convert("RGBA")
    image.putalpha(Image.fromarray(np.tile(np.array([0, 255], np.uint8), (32, 16))))
    flat = Image.new("RGB", (32, 32), "white")
    flat.paste(image, mask=image.getchannel("A"))
    np.testing.assert_allclose(scored(tagger, image)[0], scores_of(flat, family), atol=2e-6)


@EVERY
def test_a_turned_photograph_is_upright(tmp_path: Path, family: Family) -> None:
    tagger = reloaded(make_family(tmp_path, family))
    upright = noise(5)
    exif = Image.Exif()
    exif[0x0112] = 6
    file = BytesIO()
    upright.transpose(Image.Transpose.ROTATE_90).save(file, "PNG", exif=exif)
    np.testing.assert_allclose(scored(tagger, Image.open(file))[0], scores_of(upright, family), atol=2e-6)


@EVERY
def test_the_order_of_a_batch_is_kept(tmp_path: Path, family: Family) -> None:
    tagger = reloaded(make_family(tmp_path, family, batch=2))
    images = [noise(seed) for seed in range(5)]
    together = scored(tagger, *images)
    for image, scores in zip(images, together, strict=True):
        assert scored(tagger, image)[0].tobytes() == scores.tobytes()


@EVERY
def test_a_folder_is_told_by_its_list_of_tags(tmp_path: Path, family: Family) -> None:
    tagger = reloaded(make_family(tmp_path / "mine", family))
    assert (tagger.family, tagger.name) == (family, "mine")
    assert tagger.preparation == f"{family.name}-32-{family.resize}-1"
    assert [label.name for label in tagger.labels] == [name for name, _ in LABELS]
    kinds = {label.category for label in tagger.labels}
    assert kinds == (
        {Category.GENERAL} if family is JOYTAG else {Category.GENERAL, Category.CHARACTER, Category.RATING}
    )
    expected = (0.35, 0.35) if family is WD else (family.thresholds.general, family.thresholds.character)
    assert (tagger.defaults.general, tagger.defaults.character) == expected


def test_cl_taggers_optimized_file_is_taken_too(tmp_path: Path) -> None:
    folder = make_family(tmp_path, CL)
    (folder / "model.onnx").rename(folder / "model_optimized.onnx")
    assert find_tagger(folder).model_file == "model_optimized.onnx"
    assert reloaded(folder).labels[0].category is Category.RATING


def test_pixai_takes_the_prediction_and_not_the_logits_beside_it(tmp_path: Path) -> None:
    assert reloaded(make_family(tmp_path / "a", PIXAI)).contract.output == "prediction"
    with pytest.raises(ModelError, match='none of them is called "prediction"'):
        reloaded(make_family(tmp_path / "b", PIXAI, named=False))


@pytest.mark.parametrize("family", [JOYTAG, CL], ids=lambda family: family.name)
def test_a_sigmoid_is_never_applied_twice(tmp_path: Path, family: Family) -> None:
    with pytest.raises(ModelError, match=r"scores from 0 to 1 already.*a second sigmoid"):
        reloaded(make_family(tmp_path, family, activated=True))


def test_a_model_of_another_layout_is_refused(tmp_path: Path) -> None:
    folder = make_family(tmp_path / "a", CL)
    (folder / "model.onnx").write_bytes((make_tagger(tmp_path / "b") / "model.onnx").read_bytes())
    with pytest.raises(ModelError, match=r"takes \[batch_size, 32, 32, 3\]; a CL tagger takes .*channels come last"):
        reloaded(folder)


def test_bytes_are_refused_where_the_family_wants_its_own_numbers(tmp_path: Path) -> None:
    folder = make_family(tmp_path / "a", CL)
    made = make_tagger(tmp_path / "b", uint8=True, channels_first=True)
    (folder / "model.onnx").write_bytes((made / "model.onnx").read_bytes())
    with pytest.raises(ModelError, match=r"takes tensor\(uint8\); a CL tagger takes float32"):
        reloaded(folder)


def test_categories_of_cl_tagger_are_the_boorus(tmp_path: Path) -> None:
    folder = make_family(tmp_path, CL)
    words = ["Rating", "General", "Character", "Copyright", "Meta", "Model", "Quality", "Artist", "general", "meta"]
    names = {str(k): f"tag {k}" for k in range(TAGS)}
    mapping = {"idx_to_tag": names, "tag_to_category": {names[str(k)]: word for k, word in enumerate(words)}}
    (folder / "tag_mapping.json").write_text(json.dumps(mapping))
    assert [label.category.value for label in reloaded(folder).labels] == [
        "rating", "general", "character", "copyright", "meta", "meta", "meta", "artist", "general", "meta",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not a list of tags .JSON"),
        ('{"0": {"tag": "a", "category": "Weather"}}', 'the category "Weather" of a is not one of'),
        ('{"1": {"tag": "a", "category": "General"}}', "should say the tag and the category of each number from 0 on"),
        ('{"0": "a"}', "should say the tag and the category"),
        ("[]", "should say the tag and the category"),
        ("{}", "lists 0 tags"),
    ],
)
def test_a_mapping_that_is_none_is_refused(tmp_path: Path, content: str, said: str) -> None:
    folder = make_family(tmp_path, CL)
    (folder / "tag_mapping.json").write_text(content)
    with pytest.raises(ModelError, match=said):
        reloaded(folder)


def test_an_empty_line_among_the_tags_is_refused(tmp_path: Path) -> None:
    folder = make_family(tmp_path, JOYTAG)
    (folder / "top_tags.txt").write_text("1girl\n\nsolo\n")
    with pytest.raises(ModelError, match=r"top_tags\.txt, line 2: the tag has no name"):
        reloaded(folder)


@EVERY
def test_labels_of_another_model_are_refused(tmp_path: Path, family: Family) -> None:
    folder = make_family(tmp_path / "a", family)
    fewer = make_family(tmp_path / "b", family, labels=LABELS[:-1])
    (folder / family.labels_file).write_bytes((fewer / family.labels_file).read_bytes())
    with pytest.raises(ModelError, match=r"lists 9 tags: they are not of one model"):
        reloaded(folder)


@EVERY
def test_a_model_without_its_labels_is_refused(tmp_path: Path, family: Family) -> None:
    folder = make_family(tmp_path, family)
    (folder / family.labels_file).unlink()
    with pytest.raises(ModelError, match=r"is no tagger: it has no selected_tags\.csv"):
        find_tagger(folder)


@EVERY
def test_the_registry_has_a_pinned_tagger_of_each(family: Family) -> None:
    name = {"wd": "wd14-vit-v3", "joytag": "joytag", "pixai": "pixai-v0.9", "cl": "cl-tagger-v1"}[family.name]
    spec = find_tagger(name)
    assert (spec.family, len(spec.revision)) == (family.name, 40)
    assert Path(spec.model_file).name in family.model_files
    assert Path(spec.labels_file).name == family.labels_file
    if family is not WD:
        assert spec.thresholds == family.thresholds
    assert dataclasses.replace(spec, name="x").files == (spec.labels_file, spec.model_file)
