"""What can go wrong with a model is a sentence; what can go on goes on, and no caption is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import Commands
from tests.made_families import make_family
from tests.made_models import make_tagger
from tests.made_sets import SIZE, fill, scored, tagger

PICTURES: dict[str, bytes | str] = {
    "black.png": scored({}),
    **{f"p{number}.png": scored({"1girl": 0.5 + number / 100}, rest=number + 1) for number in range(9)},
    "p0.txt": "mine, 1girl",
}


@pytest.fixture
def heap(dscore: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Ten pictures, of which one is black, and one has a caption; nothing is downloaded."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    dscore.good("import", fill(tmp_path / "heap", PICTURES))
    return dscore


@pytest.mark.parametrize("fits", [1, 2, 8])
def test_out_of_memory_marks_the_one_picture_and_gives_the_others_the_same_tags(
    heap: Commands, tmp_path: Path, fits: int
) -> None:
    ran = heap("tag", "heap", "--tagger", make_tagger(tmp_path / "a", size=SIZE, fits=fits), "--batch", 8, "--json")
    assert ran.code == 1
    assert [one["name"] for one in ran.json["failed_pictures"]] == ["black"]
    assert "more memory than the CPU has for one picture" in ran.json["failed_pictures"][0]["reason"]
    little = heap.tags("heap")
    heap.good("undo", "heap")
    heap.good("tag", "heap", "--tagger", tagger(tmp_path / "b"), "--batch", 8)
    assert heap.tags("heap") == little
    assert little["p0"] == ["mine", "1girl"]


def test_a_damaged_model_fails_the_job_and_a_good_file_lets_it_go_on(heap: Commands, tmp_path: Path) -> None:
    folder = tagger(tmp_path / "made")
    whole = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(whole[: len(whole) // 2])
    before = heap.tags("heap")
    ran = heap("tag", "heap", "--tagger", folder)
    assert ran.code == 2
    assert "cannot be loaded as an ONNX model" in ran.err
    assert heap.rows("select state from job where kind = 'tag'") == [("failed",)]
    assert heap.tags("heap") == before
    (folder / "model.onnx").write_bytes(whole)
    assert heap.good("tag", "heap", "--tagger", folder)["failed"] == 0


@pytest.mark.parametrize("name", ["selected_tags.csv", "model.onnx"])
def test_half_a_tagger_is_refused_before_a_job_begins(heap: Commands, tmp_path: Path, name: str) -> None:
    folder = tagger(tmp_path / "made")
    (folder / name).unlink()
    ran = heap("tag", "heap", "--tagger", folder)
    assert ran.code == 2
    assert f"is no tagger: it has no {name}" in ran.err
    assert heap.rows("select count(*) from job where kind = 'tag'") == [(0,)]


def test_without_a_network_the_ways_on_are_said(heap: Commands) -> None:
    ran = heap("tag", "heap", "--tagger", "wd14-vit-v3", "--offline")
    assert ran.code == 2
    assert "wd14-vit-v3 is not on this machine, and downloading was not allowed." in ran.err


@pytest.mark.parametrize("name", ["joytag", "pixai", "cl"])
def test_a_folder_of_every_family_tags_a_heap(heap: Commands, tmp_path: Path, name: str) -> None:
    from dscore.taggers.families import FAMILIES

    folder = make_family(tmp_path / name, FAMILIES[name], size=SIZE)
    done = heap.good("tag", "heap", "--tagger", folder, "--general", 0.05)
    assert (done["tagger"], done["failed"]) == (name, 0)
    assert {kept for (kept,) in heap.rows("select distinct preparation from prediction")} == {
        f"{name}-{SIZE}-{FAMILIES[name].resize}-1"
    }
