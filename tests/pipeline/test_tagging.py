"""Tagging, as the table of modes has it; and what a model has said once is never asked again."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore.errors import WrongUseError
from dscore.pipeline.tagging import Request
from tests.commands import Commands
from tests.made_models import make_tagger
from tests.made_sets import SIZE, fill, scored, tagger

SET: dict[str, bytes | str] = {
    "bare.png": scored({"1girl": 0.9, "long_hair": 0.5}),
    "tagged.png": scored({"1girl": 0.9, "long_hair": 0.5}, rest=1),
    "imported.png": scored({"1girl": 0.9, "long_hair": 0.5}, rest=2),
    "imported.txt": "1girl, dress",
    "vetoed.png": scored({"1girl": 0.9, "long_hair": 0.5, "hair_ribbon": 0.4}, rest=3),
}
SCORED = {"1girl": 0.9, "long_hair": 0.5, "hair_ribbon": 0.3, ">_<": 0.9, "explicit": 0.99}


@pytest.fixture
def prepared(dscore: Commands, tmp_path: Path) -> Commands:
    """One picture without tags, one that a tagger tagged, one with a caption, one with a tag that a person removed."""
    dscore.good("import", fill(tmp_path / "set", SET))
    dscore.good(
        "tag",
        "set",
        "--tagger",
        tagger(tmp_path / "old"),
        "--where",
        "name:tagged",
        "--general",
        0.95,
        "--character",
        1,
    )
    old = make_tagger(
        tmp_path / "other", size=SIZE, labels=(*[(f"was {n}", 0) for n in range(4)], ("old_tag", 0)), padding=1
    )
    dscore.good("tag", "set", "--tagger", old, "--where", "name:tagged", "--general", 0.05)
    dscore.good("edit", "set", "add", "hair ribbon", "--where", "name:vetoed")
    dscore.good("edit", "set", "remove", "hair ribbon", "--where", "name:vetoed")
    assert dscore.tags("set")["tagged"] == ["old tag"]
    return dscore


@pytest.mark.parametrize(
    ("mode", "tagged", "imported"),
    [
        ("skip", ["old tag"], ["1girl", "dress"]),
        ("append", ["old tag", "1girl", "long hair"], ["1girl", "dress", "long hair"]),
        ("merge", ["1girl", "long hair"], ["1girl", "dress", "long hair"]),
        ("overwrite", ["1girl", "long hair"], ["1girl", "long hair"]),
    ],
)
def test_each_mode_does_what_the_table_says(
    prepared: Commands, tmp_path: Path, mode: str, tagged: list[str], imported: list[str]
) -> None:
    prepared.good("tag", "set", "--tagger", tmp_path / "old", "--mode", mode)
    new = ["1girl", "long hair"]
    assert prepared.tags("set") == {"bare": new, "imported": imported, "tagged": tagged, "vetoed": new}
    assert prepared.good("tag", "set", "--tagger", tmp_path / "old", "--mode", mode)["changed"] == 0


@pytest.fixture
def one(dscore: Commands, tmp_path: Path) -> Commands:
    """One picture without tags, and a tagger in `made`."""
    dscore.good("import", fill(tmp_path / "set", {"a.png": scored(SCORED)}))
    tagger(tmp_path / "made")
    return dscore


@pytest.mark.parametrize(
    ("options", "tags"),
    [
        ((), ["1girl", ">_<", "long hair"]),
        (("--general", 0.6), ["1girl", ">_<"]),
        (("--general", 0.25), ["1girl", ">_<", "long hair", "hair ribbon"]),
        (("--blacklist", "LONG hair, >_<"), ["1girl"]),
        (("--blacklist", "long_hair"), ["1girl", ">_<"]),
        (("--blacklist", "*hair"), ["1girl", ">_<"]),
        (("--underscores", "keep"), ["1girl", ">_<", "long_hair"]),
    ],
)
def test_thresholds_blacklist_and_underscores_choose_the_tags_and_ratings_stay_out(
    one: Commands, tmp_path: Path, options: tuple[object, ...], tags: list[str]
) -> None:
    one.good("tag", "set", "--tagger", tmp_path / "made", *options)
    assert one.tags("set") == {"a": tags}


@pytest.mark.parametrize(("removed", "underscores"), [("long hair", "keep"), ("long_hair", "space")])
def test_a_tag_that_was_removed_does_not_come_back_under_another_spelling(
    one: Commands, tmp_path: Path, removed: str, underscores: str
) -> None:
    one.good("edit", "set", "add", removed)
    one.good("edit", "set", "remove", removed)
    one.good("tag", "set", "--tagger", tmp_path / "made", "--underscores", underscores)
    assert one.tags("set") == {"a": ["1girl", ">_<"]}


@pytest.mark.parametrize("underscores", ["space", "keep"])
@pytest.mark.parametrize("mode", ["merge", "append"])
def test_a_tag_that_is_there_under_another_spelling_stays_the_only_one(
    dscore: Commands, tmp_path: Path, mode: str, underscores: str
) -> None:
    pictures: dict[str, bytes | str] = {"a.png": scored(SCORED), "a.txt": "long_hair, Hair Ribbon, solo"}
    dscore.good("import", fill(tmp_path / "set", pictures))
    words = (
        "set",
        "--tagger",
        tagger(tmp_path / "made"),
        "--mode",
        mode,
        "--general",
        0.25,
        "--underscores",
        underscores,
    )
    dscore.good("tag", *words)
    assert dscore.tags("set") == {"a": ["long_hair", "Hair Ribbon", "solo", "1girl", ">_<"]}
    assert dscore.good("tag", *words)["changed"] == 0
    assert dscore.good("tune", *words)["changed"] == 0


def test_another_threshold_is_applied_without_the_model(one: Commands, tmp_path: Path) -> None:
    words = ("tag", "set", "--tagger", tmp_path / "made")
    assert one.good(*words)["device"] == "cpu"
    again = one.good(*words, "--general", 0.6, "--device", "cuda")
    assert (again["device"], again["changed"]) == ("none", 1)
    assert one.tags("set") == {"a": ["1girl", ">_<"]}


def test_characters_have_a_threshold_of_their_own(dscore: Commands, tmp_path: Path) -> None:
    dscore.good("import", fill(tmp_path / "set", {"a.png": scored({"hatsune_miku": 0.5, "long_hair": 0.5})}))
    dscore.good("tag", "set", "--tagger", tagger(tmp_path / "made"), "--character", 0.85)
    assert dscore.tags("set") == {"a": ["long hair"]}
    assert dscore.rows("select category from tag where name = 'hatsune miku'") == []
    dscore.good("tag", "set", "--tagger", tmp_path / "made", "--general", 0.85)
    assert dscore.tags("set") == {"a": ["hatsune miku"]}
    assert dscore.rows("select category from tag where name = 'hatsune miku'") == [("character",)]


def test_another_model_file_is_another_model_and_scores_anew(one: Commands, tmp_path: Path) -> None:
    words = ("tag", "set", "--tagger", tmp_path / "made")
    one.good(*words)
    make_tagger(tmp_path / "made", size=SIZE, padding=100)
    assert one.good(*words)["device"] == "cpu"
    assert one.rows("select count(*) from prediction") == [(2,)]


def test_two_taggers_may_both_have_their_say(one: Commands, tmp_path: Path) -> None:
    other = make_tagger(tmp_path / "other", size=SIZE, labels=(*[(f"r{n}", 9) for n in range(4)], ("woman", 0)))
    one.good("tag", "set", "--tagger", tmp_path / "made", "--general", 0.6)
    one.good("tag", "set", "--tagger", other, "--mode", "append")
    assert one.tags("set") == {"a": ["1girl", ">_<", "woman"]}
    one.good("tag", "set", "--tagger", other)
    assert one.tags("set") == {"a": ["woman"]}


def test_a_picture_that_cannot_be_read_is_named_and_the_others_are_tagged(dscore: Commands, tmp_path: Path) -> None:
    content = {f"{name}.png": scored({"1girl": 0.9}, rest=rest) for rest, name in enumerate("abc")}
    dscore.good("import", fill(tmp_path / "set", content))
    ((file,),) = dscore.rows("select file from image join item on image.id = image_id where name = 'b'")
    dscore.library.image_path(file).unlink()
    ran = dscore("tag", "set", "--tagger", tagger(tmp_path / "made"), "--json")
    assert ran.code == 1
    assert [line["name"] for line in ran.json["failed_pictures"]] == ["b"]
    assert dscore.tags("set") == {"a": ["1girl"], "b": [], "c": ["1girl"]}
    assert "  b: " in dscore("tag", "set", "--tagger", tmp_path / "made").out


def test_cuda_where_there_is_none_is_a_sentence(one: Commands, tmp_path: Path) -> None:
    ran = one("tag", "set", "--tagger", tmp_path / "made", "--device", "cuda")
    if ran.code == 0:
        pytest.skip("this machine has CUDA")
    assert ran.code == 2
    assert ran.err.startswith("made does not run on CUDA: ")
    assert one.tags("set") == {"a": []}


def test_where_all_is_tagged_skipping_needs_no_model(dscore: Commands, tmp_path: Path) -> None:
    dscore.good("import", fill(tmp_path / "set", {"a.png": scored({}), "a.txt": "mine"}))
    fill(tagger(tmp_path / "made"), {"model.onnx": b"no model at all"})
    assert dscore.good("tag", "set", "--tagger", tmp_path / "made", "--mode", "skip")["same"] == 1


def test_what_matches_no_picture_tags_nothing(one: Commands, tmp_path: Path) -> None:
    ran = one("tag", "set", "--tagger", tmp_path / "made", "--where", "blonde")
    assert (ran.code, ran.err) == (2, "No picture in “set” matches “blonde”; nothing was tagged.\n")


@pytest.mark.parametrize("threshold", [0.01, 1.5, -1.0])
def test_a_threshold_that_no_score_can_meet_is_refused(threshold: float) -> None:
    with pytest.raises(WrongUseError, match=r"general threshold goes from 0\.05 to 1"):
        Request("wd14-vit-v3", general=threshold)
