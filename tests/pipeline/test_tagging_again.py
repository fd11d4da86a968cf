"""Only what changed is tagged again: another content, another model, another preparation; all else is read from stored scores."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dscore.taggers import preparation
from tests.commands import Commands
from tests.made_models import make_tagger
from tests.made_sets import SIZE, fill, scored, tagger


@pytest.fixture
def one(dscore: Commands, tmp_path: Path) -> Commands:
    """A picture in `set`, tagged by the tagger in `made`."""
    dscore.good("import", fill(tmp_path / "set", {"a.png": scored({"1girl": 0.9})}))
    dscore.good("tag", "set", "--tagger", tagger(tmp_path / "made"))
    return dscore


def predictions(dscore: Commands) -> list[tuple[int, int, str]]:
    return dscore.rows(
        "select image_id, model_id, preparation from prediction order by model_id, preparation, image_id"
    )


def forget_originals(dscore: Commands) -> None:
    """Who still wants to look at a picture fails."""
    shutil.rmtree(dscore.home / "images")


def test_a_picture_that_was_scored_is_not_looked_at_again(one: Commands, tmp_path: Path) -> None:
    forget_originals(one)
    one.good("import", fill(tmp_path / "more", {"b.png": scored({"long_hair": 0.8})}), "--dataset", "set")
    done = one.good("tag", "set", "--tagger", tmp_path / "made", "--general", 0.5)
    assert (done["device"], done["failed"]) == ("cpu", 0)
    assert one.tags("set") == {"a": ["1girl"], "b": ["long hair"]}
    assert len(predictions(one)) == 2


def test_the_same_content_in_another_dataset_costs_nothing(one: Commands, tmp_path: Path) -> None:
    one.good("import", fill(tmp_path / "other", {"renamed.png": scored({"1girl": 0.9})}))
    forget_originals(one)
    assert one.good("tag", "other", "--tagger", tmp_path / "made")["device"] == "none"
    assert one.tags("other") == {"renamed": ["1girl"]}


def test_a_changed_picture_is_another_one_and_is_scored(one: Commands, tmp_path: Path) -> None:
    one.good("import", fill(tmp_path / "set", {"a.png": scored({"long_hair": 0.9})}), "--dataset", "set")
    assert one.good("tag", "set", "--tagger", tmp_path / "made")["device"] == "cpu"
    assert len(predictions(one)) == 2


def test_another_revision_is_another_model_and_the_first_ones_scores_stay(one: Commands, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "made", tmp_path / "first" / "made")
    make_tagger(tmp_path / "made", size=SIZE, padding=9)
    assert one.good("tag", "set", "--tagger", tmp_path / "made")["device"] == "cpu"
    assert [model for _, model, _ in predictions(one)] == [1, 2]
    forget_originals(one)
    assert one.good("tag", "set", "--tagger", tmp_path / "first" / "made")["device"] == "none"


def test_another_labels_file_is_another_model(one: Commands, tmp_path: Path) -> None:
    labels = tmp_path / "made" / "selected_tags.csv"
    labels.write_text(labels.read_text(encoding="utf-8").replace("1girl", "woman"), encoding="utf-8")
    assert one.good("tag", "set", "--tagger", tmp_path / "made")["device"] == "cpu"
    assert one.tags("set") == {"a": ["woman"]}


def test_another_preparation_scores_anew_and_the_two_are_never_mixed(
    one: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one.good("import", fill(tmp_path / "more", {"b.png": scored({"long_hair": 0.8})}), "--dataset", "set")
    before = preparation.version(SIZE)
    monkeypatch.setattr(preparation, "version", lambda size, **_: f"wd-{size}-bicubic-next")
    again = one.good("tag", "set", "--tagger", tmp_path / "made", "--where", "name:a")
    assert again["device"] == "cpu"
    now = preparation.version(SIZE)
    assert predictions(one) == [(1, 1, before), (1, 1, now)]
    assert one.good("tune", "set", "--tagger", "made", "--dry-run")["without_scores"] == 1
    assert one.good("tag", "set", "--tagger", tmp_path / "made")["device"] == "cpu"
    assert predictions(one) == [(1, 1, before), (1, 1, now), (2, 1, now)]
    forget_originals(one)
    assert one.good("tag", "set", "--tagger", tmp_path / "made", "--general", 0.85)["device"] == "none"
    assert one.tags("set") == {"a": ["1girl"], "b": []}
