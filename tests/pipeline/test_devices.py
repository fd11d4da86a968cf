"""One job on two devices, through the real job tables; two sessions on the processor stand for two GPUs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import Commands
from tests.made_sets import fill, scored, tagger

COUNT = 60


@pytest.fixture
def heap(dscore: Commands, tmp_path: Path) -> Commands:
    """Pictures, each with a score of its own, and one that cannot be read any more."""
    pictures: dict[str, bytes | str] = {
        f"p{number:02}.png": scored({"1girl": 0.4 + number / 200, "long_hair": 0.9 if number % 2 else 0.1}, rest=number)
        for number in range(COUNT)
    }
    dscore.good("import", fill(tmp_path / "heap", pictures))
    tagger(tmp_path / "made")
    return dscore


def test_two_devices_do_one_job_and_every_picture_once(heap: Commands, tmp_path: Path) -> None:
    done = heap.good("tag", "heap", "--tagger", tmp_path / "made", "--device", "cpu,cpu", "--batch", 2)
    assert (done["device"], done["changed"], done["failed"]) == ("cpu and cpu", COUNT, 0)
    assert heap.rows("select state, count(*) from job_item where job_id = ? group by state", done["job"]) == [
        ("done", COUNT)
    ]
    assert heap.rows("select count(*), count(distinct image_id) from prediction") == [(COUNT, COUNT)]
    assert heap.rows("select count(*) from change where action = 'tag'") == [(1,)]
    both, scores = heap.tags("heap"), heap.rows("select image_id, scores from prediction order by image_id")
    heap.good("undo", "heap")
    heap.good("tag", "heap", "--tagger", tmp_path / "made", "--device", "cpu")
    assert heap.tags("heap") == both
    assert heap.rows("select image_id, scores from prediction order by image_id") == scores


def test_fast_and_exact_scores_never_mix(heap: Commands, tmp_path: Path) -> None:
    made = tmp_path / "made"
    heap.good("tag", "heap", "--tagger", made, "--where", "name:p0*", "--preparation", "fast")
    assert heap.rows("select preparation, count(*) from prediction group by 1") == [("wd-64-bicubic-1-fast", 10)]
    done = heap.good("tag", "heap", "--tagger", made)
    assert done["device"] == "cpu"
    kept = dict(heap.rows("select preparation, count(*) from prediction group by 1"))
    assert kept["wd-64-bicubic-1"] == COUNT
    again = heap.good("tag", "heap", "--tagger", made, "--preparation", "fast")
    assert again["device"] == "none"  # exact scores are good enough for a fast run


def test_a_device_that_is_none_is_refused_before_anything_is_done(heap: Commands, tmp_path: Path) -> None:
    ran = heap("tag", "heap", "--tagger", tmp_path / "made", "--device", "tpu")
    assert ran.code == 2
    assert 'There is no device "tpu"' in ran.err
    assert heap.rows("select count(*) from job where kind = 'tag'") == [(0,)]
