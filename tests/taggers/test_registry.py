from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dscore.errors import ModelError, NotFoundError, WrongUseError
from dscore.taggers.registry import TAGGERS, WD_TAGGERS, find_tagger
from tests.made_models import make_tagger


@pytest.mark.parametrize(
    ("name", "repo"),
    [
        ("wd14-vit-v2", "SmilingWolf/wd-v1-4-vit-tagger-v2"),
        ("wd14-convnext-v2", "SmilingWolf/wd-v1-4-convnext-tagger-v2"),
        ("wd14-swinv2-v2", "SmilingWolf/wd-v1-4-swinv2-tagger-v2"),
        ("wd14-convnext-v3", "SmilingWolf/wd-convnext-tagger-v3"),
        ("wd-eva02-large-tagger-v3", "SmilingWolf/wd-eva02-large-tagger-v3"),
        ("SmilingWolf/wd-v1-4-moat-tagger-v2", "SmilingWolf/wd-v1-4-moat-tagger-v2"),
        ("smilingwolf/WD-vit-large-tagger-v3", "SmilingWolf/wd-vit-large-tagger-v3"),
        ("wd-v1-4-convnextv2-tagger-v2", "SmilingWolf/wd-v1-4-convnextv2-tagger-v2"),
    ],
)
def test_the_guides_and_the_hubs_names_find_the_same_model(name: str, repo: str) -> None:
    assert find_tagger(name).repo == repo


def test_ten_models_each_pinned_with_its_own_names() -> None:
    names = [known for spec in WD_TAGGERS for known in (spec.name, *spec.aliases)]
    assert len(WD_TAGGERS) == 10
    assert len({name.casefold() for name in names}) == 30
    for spec in WD_TAGGERS:
        assert spec.revision not in {"", "main"}
        assert spec.licence == "apache-2.0"
        assert spec.tags in {9083, 10861}
        assert spec.size > 300_000_000
        assert spec.good_for.endswith(".")


def test_thresholds_are_the_guides_but_for_eva02() -> None:
    for spec in WD_TAGGERS:
        expected = 0.5296 if "eva02" in spec.name else 0.35
        assert (spec.thresholds.general, spec.thresholds.character) == (expected, expected)


def test_a_folder_with_both_files_is_a_tagger(tmp_path: Path) -> None:
    spec = find_tagger(make_tagger(tmp_path / "my tagger"))
    assert (spec.name, spec.repo, spec.folder) == ("my tagger", "", tmp_path / "my tagger")
    assert spec.size == (tmp_path / "my tagger" / "model.onnx").stat().st_size


def test_an_unknown_name_is_answered_with_the_names() -> None:
    with pytest.raises(NotFoundError, match=r"no tagger \"wd15\".*wd14-vit-v2.*wd14-eva02-large-v3.*folder"):
        find_tagger("wd15")


@pytest.mark.parametrize("kind", ["pytorch_model.bin", "model.pt", "model.safetensors"])
def test_a_folder_of_another_kind_is_refused_by_name_and_never_opened(tmp_path: Path, kind: str) -> None:
    canary = tmp_path / "canary"
    (tmp_path / kind).write_bytes(b"cos\nsystem\n(S'touch " + str(canary).encode() + b"'\ntR.")
    with pytest.raises(ModelError, match=rf"no model\.onnx and no selected_tags\.csv.*{kind} is of a kind"):
        find_tagger(tmp_path)
    assert not canary.exists()


def test_looking_for_a_tagger_loads_no_runtime() -> None:
    code = (
        "import sys, dscore.taggers.registry, dscore.taggers.files, dscore.taggers.feed, dscore.taggers.adapter\n"
        "print([m for m in ('onnxruntime', 'huggingface_hub', 'torch') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_no_two_taggers_share_a_name_and_all_are_pinned() -> None:
    names = [known.casefold() for spec in TAGGERS for known in (spec.name, *spec.aliases)]
    assert len(names) == len(set(names))
    for spec in TAGGERS:
        assert spec.revision not in {"", "main"}
        assert spec.licence
        assert spec.good_for.endswith(".")


def test_a_folder_whose_files_cannot_be_looked_at_is_a_sentence(tmp_path: Path) -> None:
    make_tagger(tmp_path / "tagger")
    text = str(tmp_path)
    around = text + "/tagger/.." * ((4094 - len(text)) // len("/tagger/..")) + "/tagger"
    folder = around if len(around) < 4096 else around.replace("/tagger/..", "", 1)
    with pytest.raises((ModelError, WrongUseError), match="File name too long"):
        find_tagger(folder)
