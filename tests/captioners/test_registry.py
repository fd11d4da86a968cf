"""Names, folders, and folders that are no captioner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dscore.captioners.base import Wording
from dscore.captioners.layout import look_of
from dscore.captioners.presets import BY_NAME
from dscore.captioners.registry import CAPTIONERS, find_captioner
from dscore.errors import ModelError, NotFoundError, WrongUseError

CONFIG = {"model_type": "blip", "vision_config": {"image_size": 384}}
LOOK = {"size": {"height": 384, "width": 384}, "resample": 3, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}


def laid(folder: Path, **files: object) -> Path:
    """A folder of these files, those of a captioner otherwise; `__` in a name is its dot, None leaves it out."""
    folder.mkdir(parents=True, exist_ok=True)
    usual: dict[str, object] = {
        "config__json": CONFIG,
        "preprocessor_config__json": LOOK,
        "tokenizer__json": {},
        "model__safetensors": "",
    }
    for name, content in {**usual, **files}.items():
        if content is not None:
            text = content if isinstance(content, str) else json.dumps(content)
            (folder / name.replace("__", ".")).write_text(text)
    return folder


@pytest.mark.parametrize("spec", CAPTIONERS, ids=lambda spec: spec.name)
def test_each_is_found_by_its_names_and_never_by_a_pickle(spec: Any) -> None:
    for name in (spec.name, spec.name.upper(), spec.repo, spec.repo.partition("/")[2]):
        assert find_captioner(name) is spec
    assert spec.files[-1] == "model.safetensors"
    assert spec.revision not in {"", "main"}
    assert (spec.licence, bool(spec.good_for), spec.size > 900_000_000) == ("bsd-3-clause", True, True)


def test_what_is_not_there_lists_what_there_is() -> None:
    with pytest.raises(NotFoundError, match="Give one of blip-large, blip-base, or a folder"):
        find_captioner("blop")


@pytest.mark.parametrize("size", [{"height": 384, "width": 384}, 384])
def test_both_ways_to_write_a_size_and_both_files_are_read(tmp_path: Path, size: object) -> None:
    old = laid(tmp_path / "old", preprocessor_config__json={**LOOK, "size": size}, vocab__txt="", tokenizer__json=None)
    new = laid(
        tmp_path / "new",
        preprocessor_config__json=None,
        processor_config__json={"image_processor": {**LOOK, "size": size}},
        tokenizer_config__json={},
    )
    assert look_of(old) == look_of(new)
    assert find_captioner(old).files == ("config.json", "preprocessor_config.json", "vocab.txt", "model.safetensors")
    assert find_captioner(new).files == (
        *("config.json", "processor_config.json", "tokenizer_config.json", "tokenizer.json", "model.safetensors"),
    )


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (
            {"model__safetensors": None, "pytorch_model__bin": "x"},
            r"no model\.safetensors\. pytorch_model\.bin is of a kind",
        ),
        ({"preprocessor_config__json": None}, r"no preprocessor_config\.json or processor_config\.json"),
        ({"tokenizer__json": None}, r"no tokenizer\.json or vocab\.txt"),
        ({"config__json": None}, r"no config\.json"),
        (
            {"config__json": {"model_type": "llava"}},
            'of the kind "llava", and only BLIP runs here; others can be asked',
        ),
        ({"config__json": "[]"}, "is no settings of a model"),
        ({"config__json": "{"}, "cannot be read"),
        ({"config__json": "[" * 100_000}, "cannot be read"),
    ],
)
def test_a_folder_that_is_no_captioner_says_what_it_lacks(tmp_path: Path, files: dict[str, object], says: str) -> None:
    with pytest.raises(ModelError, match=says):
        find_captioner(laid(tmp_path / "made", **files))


@pytest.mark.parametrize(
    "look",
    [
        {**LOOK, "size": {"height": 224, "width": 224}},
        {**LOOK, "size": {"shortest_edge": 384}},
        {**LOOK, "size": "large"},
        {**LOOK, "image_mean": [0.5]},
        {**LOOK, "image_std": [0.5, 0, 0.5]},
        {**LOOK, "resample": 9},
        {**LOOK, "image_mean": ["a", "b", "c"]},
    ],
)
def test_pictures_that_the_model_cannot_take_are_refused(tmp_path: Path, look: object) -> None:
    with pytest.raises(ModelError, match=r"preprocessor_config\.json .*Download it again"):
        look_of(laid(tmp_path / "made", preprocessor_config__json=look))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"beams": 0}, "number of beams goes from 1 to 16; 0"),
        ({"top_p": 0.0}, "likeliest words goes from 0.01 to 1"),
        ({"min_length": 20, "max_length": 10}, "The shortest length, 20, is above the longest, 10"),
        ({"max_length": 4000}, "longest length goes from 2 to 400; 4,000"),
        ({"repetition_penalty": 0.5}, "repetition penalty goes from 1 to 5"),
        ({"seed": -1}, "seed goes from 0"),
    ],
)
def test_a_wording_that_makes_no_sense_is_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(WrongUseError, match=says):
        Wording(**wrong)


def test_the_presets_are_the_guides_and_kohyas() -> None:
    guide, kohya = BY_NAME["guide"].wording, BY_NAME["kohya"].wording
    assert (guide.beams, guide.sample, guide.min_length, guide.max_length, guide.prompt) == (3, False, 10, 75, "")
    assert (kohya.sample, kohya.top_p, kohya.seed, kohya.min_length, kohya.max_length) == (True, 0.9, 42, 5, 75)
    assert (kohya.prompt, kohya.repetition_penalty) == ("a picture of", 1.1)
