"""Captioning, as the table of modes has it; and what a model has said once is never asked again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dscore.catalog.connection import open_catalog
from dscore.pipeline.retry import can_retry
from dscore.pipeline.voices import Request
from tests.commands import Commands
from tests.made_captioners import make_captioner, photo
from tests.made_sets import fill
from tests.media.pictures import bytes_of

WORDING = ("--beams", 1, "--min-length", 3, "--max-length", 10)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_captioner(tmp_path_factory.mktemp("captioner") / "tiny")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_captioner(tmp_path_factory.mktemp("captioner") / "other", seed=2)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> Path:
    """A library with three pictures: bare, with imported tags and sentences, and with a captioner's sentences."""
    folder = tmp_path_factory.mktemp("captioned")
    commands = Commands(folder / "library")
    content: dict[str, bytes | str] = {
        f"{name}.png": bytes_of(photo(number, side=64), "PNG")
        for number, name in enumerate(("bare", "imported", "old"))
    }
    commands.good("import", fill(folder / "set", {**content, "imported.txt": "hat, blue sky. She waves at the sea."}))
    commands.good("caption", "set", "--model", tiny, *WORDING, "--where", "name:old")
    return commands.home


@pytest.fixture
def heap(made: Path, tmp_path: Path) -> Commands:
    """A copy of it."""
    return Commands(shutil.copytree(made, tmp_path / "library"))


def prose(commands: Commands) -> dict[str, tuple[str, str]]:
    """Name → sentences, and who wrote them."""
    rows = commands.rows(
        """select item.name, prose.text, source.name from prose join item on item.id = item_id
        join source on source.id = source_id order by item.name"""
    )
    return {name: (text, source) for name, text, source in rows}


@pytest.mark.parametrize(
    ("mode", "imported", "old"),
    [("skip", "stays", "stays"), ("append", "both", "both"), ("merge", "stays", "new"), ("overwrite", "new", "new")],
)
def test_each_mode_does_what_the_table_says(heap: Commands, other: Path, mode: str, imported: str, old: str) -> None:
    before, tags = prose(heap), heap.tags("set")
    words = ("caption", "set", "--model", other, *WORDING, "--mode", mode)
    heap.good(*words)
    after = prose(heap)
    new, writer = after["bare"]
    assert (bool(new), writer) == (True, "other")
    for name, expected in (("imported", imported), ("old", old)):
        text, source = after[name]
        if expected == "stays":
            assert (text, source) == before[name]
        elif expected == "both":
            assert text.startswith(before[name][0] + " ")
            assert source == before[name][1]
        else:
            assert text != before[name][0]
            assert source == "other"
    assert heap.tags("set") == tags
    assert heap.good(*words)["changed"] == 0
    assert prose(heap) == after


def test_it_is_one_change_that_can_be_undone_and_done_again(heap: Commands, tiny: Path) -> None:
    before = prose(heap)
    ran = heap.good("caption", "set", "--model", tiny, *WORDING, "--mode", "overwrite")
    assert (ran["captioner"], ran["changed"], ran["same"], ran["failed"]) == ("tiny", 2, 1, 0)
    after = prose(heap)
    assert heap.good("history", "set")[0]["summary"] == "caption with tiny (overwrite)"
    heap.good("undo", "set")
    assert prose(heap) == before
    heap.good("redo", "set")
    assert prose(heap) == after


def test_the_caption_stands_behind_the_tags_where_a_trainer_reads_it(heap: Commands, tiny: Path) -> None:
    heap.good("caption", "set", "--model", tiny, *WORDING, "--mode", "overwrite")
    found = prose(heap)
    captions = heap.captions("set")
    assert captions["imported"] == f"hat, blue sky. {found['imported'][0]}"
    assert captions["bare"] == found["bare"][0]
    assert set(heap.captions("set", "from:tiny")) == {"bare", "imported", "old"}
    assert heap.captions("set", "is:undescribed") == {}


def test_what_was_said_is_not_asked_again_and_needs_no_model(heap: Commands, tiny: Path) -> None:
    words = ("caption", "set", "--model", tiny, *WORDING, "--mode", "overwrite")
    assert heap.good(*words)["device"] == "cpu"
    heap.good("undo", "set")
    again = heap.good(*words)
    assert (again["device"], again["changed"]) == ("none", 2)
    assert heap.good(*words, "--again")["device"] == "cpu"
    assert heap.good(*words, "--prompt", "a picture of")["device"] == "cpu"
    assert heap.rows("select count(*) from sentence") == [(6,)]


def test_the_same_picture_gets_the_same_drawn_words_in_any_order_and_dataset(heap: Commands, tiny: Path) -> None:
    words = ("--model", tiny, "--preset", "kohya", "--max-length", 12, "--mode", "overwrite", "--again")
    heap.good("caption", "set", *words)
    first = prose(heap)
    heap.good("caption", "set", *words, "--where", "name:old", "--batch", 1)
    assert prose(heap) == first
    heap.good("caption", "set", *words, "--seed", 7)
    assert prose(heap) != first


def test_flagged_captions_are_written_and_listed_by_reason(heap: Commands, tiny: Path) -> None:
    ran = heap(
        "caption", "set", "--model", tiny, "--beams", 1, "--min-length", 30, "--max-length", 40, "--mode", "overwrite"
    )
    assert ran.code == 0
    assert "Look at:\n" in ran.out
    assert "It says the same thing over and over." in ran.out
    again = heap.good(
        "caption", "set", "--model", tiny, "--beams", 1, "--min-length", 30, "--max-length", 40, "--mode", "overwrite"
    )
    assert again["flagged"] == len(again["flagged_pictures"]) > 0
    assert all(one["name"] in prose(heap) for one in again["flagged_pictures"])


def test_what_is_not_written_is_not_flagged(heap: Commands, tiny: Path) -> None:
    words = ("caption", "set", "--model", tiny, "--beams", 1, "--min-length", 30, "--max-length", 40)
    flagged = heap.good(*words)["flagged_pictures"]
    assert flagged
    assert "imported" not in {one["name"] for one in flagged}
    assert heap.good(*words)["flagged_pictures"] == flagged


def test_an_empty_caption_is_not_written(heap: Commands, tmp_path: Path) -> None:
    mute = make_captioner(tmp_path / "mute", sep_token_id=29)
    ran = heap("caption", "set", "--model", mute, "--beams", 1, "--min-length", 0, "--max-length", 2, "--json")
    assert all(text for text, _ in prose(heap).values())
    assert {one["reason"] for one in ran.json["failed_pictures"]} <= {"The model said nothing."}


def test_a_picture_that_cannot_be_read_is_named_and_can_be_tried_again(heap: Commands, tiny: Path) -> None:
    ((file,),) = heap.rows("select file from image join item on image.id = image_id where name = 'bare'")
    heap.library.image_path(file).unlink()
    ran = heap("caption", "set", "--model", tiny, *WORDING, "--json")
    assert ran.code == 1
    assert [line["name"] for line in ran.json["failed_pictures"]] == ["bare"]
    with open_catalog(heap.library) as db:
        from dscore.catalog import job_lists

        assert can_retry(job_lists.get(db, ran.json["job"]))


def test_a_damaged_model_fails_the_job_and_a_good_file_lets_it_go_on(
    heap: Commands, tiny: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(tiny, broken)
    weights = (broken / "model.safetensors").read_bytes()
    (broken / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    before = prose(heap)
    ran = heap("caption", "set", "--model", broken, *WORDING)
    assert (ran.code, prose(heap)) == (2, before)
    assert "broken cannot be loaded as a BLIP model" in ran.err
    (broken / "model.safetensors").write_bytes(weights)
    assert heap.good("caption", "set", "--model", broken, *WORDING)["failed"] == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--model", "blop"), 'There is no captioner "blop"'),
        (("--model", "blip-large", "--offline"), "blip-large is not on this machine"),
        (("--model", "blip-large", "--beams", 99), "number of beams goes from 1 to 16"),
        (("--model", "blip-large", "--device", "gpu"), 'There is no device "gpu"'),
        (("--model", "blip-large", "--device", "cuda:0,cuda:1"), "A captioner runs on one device"),
        (
            ("--model", "blip-large", "--where", "blonde"),
            "No picture in “set” matches “blonde”; nothing was captioned.",
        ),
    ],
)
def test_what_cannot_be_is_a_sentence(
    heap: Commands, options: tuple[object, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    ran = heap("caption", "set", *options)
    assert ran.code == 2
    assert says in ran.err


def test_the_model_on_the_hub_is_a_job_parameter_by_name() -> None:
    assert Request("Salesforce/blip-image-captioning-base").params()["model"] == "blip-base"
