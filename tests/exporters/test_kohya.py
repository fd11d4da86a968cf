from __future__ import annotations

import importlib
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dscore.errors import ExportError
from dscore.exporters.base import ExportOptions
from dscore.exporters.kohya import KohyaExporter, cut_words, dataset_toml, subset_folder, training_line
from tests.exporters.conftest import Exporting, ItemMaker, tree

toml: Any = importlib.import_module("toml")
"""The very library that kohya reads with, version 0.10.2."""

DATASET_KEYS = {
    *("batch_size", "enable_bucket", "min_bucket_reso", "max_bucket_reso", "bucket_reso_steps"),
    *("bucket_no_upscale", "resolution", "network_multiplier", "validation_seed", "validation_split"),
    "resize_interpolation",
}
SUBSET_KEYS = {
    *("num_repeats", "shuffle_caption", "keep_tokens", "keep_tokens_separator", "secondary_separator"),
    *("caption_separator", "enable_wildcard", "caption_prefix", "caption_suffix", "color_aug", "flip_aug"),
    *("random_crop", "face_crop_aug_range", "caption_dropout_rate", "caption_extension", "class_tokens"),
    *("cache_info", "image_dir", "is_reg", "alpha_mask"),
}


def read(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The one dataset and the one subset, equal for kohya's reader and the standard's."""
    document = toml.loads(text)
    assert document == tomllib.loads(text)
    (dataset,) = document.pop("datasets")
    (subset,) = dataset.pop("subsets")
    assert document == {}
    return dataset, subset


def test_the_folder_says_the_repeats_and_the_settings_say_all(
    make_item: ItemMaker, export: Exporting, tmp_path: Path
) -> None:
    target = tmp_path / "mit Leerzeichen 猫"
    export([make_item(5)], target, kind="kohya", repeats=7, shuffle_caption=True, keep_tokens=1)
    assert set(tree(target)) == {
        *("7_My_set/000005.png", "7_My_set/000005.txt"),
        *("dataset.toml", "dscore-export.json"),
    }
    dataset, subset = read((target / "dataset.toml").read_text(encoding="utf-8"))
    assert subset == {
        "image_dir": (target / "7_My_set").as_posix(),
        "num_repeats": 7,
        "class_tokens": "My_set",
        "caption_extension": ".txt",
        "shuffle_caption": True,
        "keep_tokens": 1,
    }
    assert dataset["resolution"] == 1024
    assert not (target / "dataset.toml").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("resolution", [64, 100, 512, 768, 1024, 1536, 2048])
def test_kohya_accepts_every_key_and_limit(resolution: int) -> None:
    options = ExportOptions(dataset="x", resolution=resolution)
    dataset, subset = read(dataset_toml(options, image_dir=Path("/data/10_x")))
    assert dataset.keys() <= DATASET_KEYS
    assert subset.keys() <= SUBSET_KEYS
    assert dataset["min_bucket_reso"] <= resolution <= dataset["max_bucket_reso"]
    assert dataset["min_bucket_reso"] % 64 == dataset["max_bucket_reso"] % 64 == 0
    assert dataset["min_bucket_reso"] > 0


@settings(deadline=None)
@given(st.text(alphabet="ab\\x\"'#[]{}=,.\n\t\x01 é猫😀uU0", max_size=12))
def test_kohya_reads_the_class_tokens_whatever_they_are(tokens: str) -> None:
    text = dataset_toml(ExportOptions(class_tokens=tokens), image_dir=Path("/data/10_x"))
    _, subset = read(text)
    assert subset["class_tokens"]
    assert set(subset["class_tokens"]) - {" "} <= set(tokens) | set("dataset")


@settings(deadline=None)
@given(st.text(alphabet="ab\\x'#[]{}=,. é猫😀uU0", min_size=1, max_size=12))
def test_kohya_reads_the_path_whatever_it_is(name: str) -> None:
    folder = Path("/data") / name
    _, subset = read(dataset_toml(ExportOptions(), image_dir=folder))
    assert subset["image_dir"] == folder.as_posix()


@pytest.mark.parametrize("name", ['say "hi"', "line\nbreak", "bell\x07"])
def test_a_path_that_kohya_cannot_read_is_refused(name: str, make_item: ItemMaker, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="kohya cannot read"):
        KohyaExporter().plan([make_item(1)], ExportOptions(), target=tmp_path / name)


@pytest.mark.parametrize(
    ("dataset", "folder"),
    [
        ("saria", "10_saria"),
        ("My set!", "10_My_set"),
        ("a/b\\c", "10_a_b_c"),
        ("猫", "10_猫"),
        ("../..", "10_dataset"),
        ("", "10_dataset"),
        ("x" * 300, "10_" + "x" * 100),
    ],
)
def test_the_folder_is_named_after_the_dataset(dataset: str, folder: str) -> None:
    assert subset_folder(ExportOptions(dataset=dataset)) == folder


def test_it_warns_of_a_shuffled_trigger_and_of_a_split_word(make_item: ItemMaker, tmp_path: Path) -> None:
    options = ExportOptions(dataset="hero test", shuffle_caption=True)
    text = " ".join(KohyaExporter().plan([make_item(1)], options, target=tmp_path / "out").warnings)
    assert "shuffle the trigger" in text
    assert "10_hero_test" in text


@pytest.mark.parametrize(
    ("longest", "line"),
    [
        (75, '--dataset_config "/a b/dataset.toml"'),
        (76, '--dataset_config "/a b/dataset.toml" --max_token_length 150'),
        (400, '--dataset_config "/a b/dataset.toml" --max_token_length 225'),
    ],
)
def test_the_line_reads_as_many_tokens_as_there_are(longest: int, line: str) -> None:
    assert training_line(Path("/a b/dataset.toml"), longest=longest) == line


def test_what_is_cut_is_said() -> None:
    assert cut_words({"75": 0, "150": 0, "225": 0}) == ""
    assert cut_words({"75": 3, "150": 1, "225": 1}).endswith("Of 1 it drops the end all the same.")
