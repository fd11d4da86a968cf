from __future__ import annotations

from pathlib import Path

import pytest
from PIL import ImageOps

from tests.commands import Commands
from tests.made_sets import fill
from tests.media.pictures import bytes_of, photo


@pytest.fixture
def dscore(dscore: Commands, tmp_path: Path) -> Commands:
    """A photo, its copy at half the size, its mirror image, and another photo."""
    big = photo(256, 192, seed=1)
    content: dict[str, bytes | str] = {
        "big.png": bytes_of(big, "PNG"),
        "half.jpg": bytes_of(big.resize((128, 96)), "JPEG"),
        "mirror.png": bytes_of(ImageOps.mirror(big), "PNG"),
        "other.png": bytes_of(photo(256, 192, seed=5), "PNG"),
        "big.txt": "cat",
        "half.txt": "cat, hat",
    }
    dscore.good("import", fill(tmp_path / "pets", content))
    return dscore


def names(found: dict[str, list[dict[str, list[dict[str, str]]]]]) -> list[list[str]]:
    return [[one["name"] for one in group["pictures"]] for group in found["groups"]]


def test_copies_and_mirrored_pictures_are_listed(dscore: Commands) -> None:
    (group,) = names(dscore.good("duplicates", "pets"))
    assert sorted(group) == ["big", "half", "mirror"]
    lines = dscore("duplicates", "pets", "--where", "-name:mirror").out
    assert "Copies:\n  keep  big  (256 x 192, PNG" in lines
    assert "Keep the best of the copies: python -m dscore duplicates pets --merge" in lines


def test_merging_keeps_the_best_with_all_tags(dscore: Commands) -> None:
    words = ("duplicates", "pets", "--where", "-name:mirror", "--merge")
    assert "trash half" in dscore(*words, "--dry-run").out
    assert set(dscore.tags("pets")) == {"big", "half", "mirror", "other"}
    done = dscore.good(*words)
    assert dscore.tags("pets") == {"big": ["cat", "hat"], "mirror": [], "other": []}
    dscore.good("undo", "pets", done["change"])
    assert dscore.tags("pets")["half"] == ["cat", "hat"]


def test_nearly_the_same_is_merged_only_when_asked_for(dscore: Commands) -> None:
    words = ("duplicates", "pets", "--where", "name:big or name:mirror", "--merge")
    assert dscore(*words).out == "No copies.\n"
    assert dscore.good(*words, "--near", "--captions", "keep")["groups"] == 1
    assert dscore.tags("pets")["big"] == ["cat"]


def test_nothing_alike_is_said(dscore: Commands) -> None:
    assert dscore("duplicates", "pets", "--where", "name:other").out == "No two pictures are alike.\n"


def test_those_that_are_no_duplicates_do_not_come_again_until_they_are_asked_for(dscore: Commands) -> None:
    assert dscore.good("duplicates", "pets", "--where", "name:big or name:mirror", "--different") == {"marked": 1}
    found = dscore.good("duplicates", "pets")
    assert (sorted(map(sorted, names(found))), found["different"]) == ([["big", "half"]], 1)
    assert "1 group is marked as different. Show again: python -m dscore duplicates pets --show-again" in (
        dscore("duplicates", "pets").out
    )
    assert dscore.good("duplicates", "pets", "--show-again", "--where", "name:half") == {"shown_again": 0}
    assert dscore.good("duplicates", "pets", "--show-again") == {"shown_again": 1}
    assert sorted(names(dscore.good("duplicates", "pets"))[0]) == ["big", "half", "mirror"]


def test_merging_and_telling_apart_at_once_is_refused(dscore: Commands) -> None:
    ran = dscore("duplicates", "pets", "--merge", "--different")
    assert (ran.code, "Choose one of" in ran.err) == (2, True)
