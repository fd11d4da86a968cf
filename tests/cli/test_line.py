"""The whole line by commands, each step twice: the second time changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import Commands, Ran, files, texts
from tests.made_sets import pack, scored, tagger

SET: dict[str, bytes | str] = {
    "girls/anna.png": scored({"1girl": 0.9, "long_hair": 0.8, "explicit": 0.7}),
    "girls/anna.txt": "anna, red dress\n",
    "girls/berta.png": scored({"1girl": 0.6, "hair_ribbon": 0.36}),
    "girls/berta.txt": "berta, solo",
    "girls/carla.png": scored({"hatsune_miku": 0.95}),
}


@pytest.fixture
def heap(tmp_path: Path) -> Path:
    return pack(tmp_path / "girls.zip", SET)


def twice(dscore: Commands, *words: object) -> tuple[Ran, Ran]:
    """Run it again, and see that neither the catalog nor any file of the library changed."""
    first = dscore(*words)
    content, on_disk = dscore.content(), pictures(dscore)
    again = dscore(*words)
    assert dscore.content() == content
    assert pictures(dscore) == on_disk
    assert first.code == again.code == 0, (first, again)
    return first, again


def pictures(dscore: Commands) -> dict[Path, tuple[int, int]]:
    """Originals and thumbnails: a file that was written anew is another file, even under the same name."""
    folders = (dscore.library.images, dscore.library.thumbs)
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {path: (path.stat().st_size, path.stat().st_ino) for path in found}


def test_from_a_heap_of_pictures_to_a_folder_that_a_trainer_reads(dscore: Commands, heap: Path, tmp_path: Path) -> None:
    first, again = twice(dscore, "import", heap, "--json")
    numbers = ("found", "imported", "already_there", "skipped")
    assert [first.json[number] for number in numbers] == [3, 3, 0, 0]
    assert [again.json[number] for number in numbers] == [3, 0, 3, 0]
    assert again.json["change"] is None
    assert len(pictures(dscore)) == 6

    words = ("tag", "girls", "--tagger", tagger(tmp_path / "made"), "--json")
    first, again = twice(dscore, *words)
    assert (first.json["changed"], first.json["device"]) == (3, "cpu")
    assert (again.json["changed"], again.json["same"], again.json["device"]) == (0, 3, "none")
    assert dscore.captions("girls") == {
        "anna": "anna, red dress, 1girl, long hair",
        "berta": "berta, solo, 1girl, hair ribbon",
        "carla": "hatsune miku",
    }

    found, _ = twice(dscore, "search", "girls", "1girl -solo", "--json")
    assert [item["name"] for item in found.json["items"]] == ["anna"]

    twice(dscore, "edit", "girls", "trigger", "myset")
    removed, nothing = twice(dscore, "edit", "girls", "remove", "1girl, solo", "--json")
    assert (removed.json["changed"], nothing.json["changed"], nothing.json["change"]) == (2, 0, None)
    twice(dscore, "edit", "girls", "replace", "red dress", "blue dress")
    assert dscore.captions("girls")["anna"] == "myset, anna, blue dress, long hair"

    dscore.good("undo", "girls")
    assert dscore.captions("girls")["anna"] == "myset, anna, red dress, long hair"
    dscore.good("redo", "girls")
    assert dscore("redo", "girls").code == 2
    dscore.good("undo", "girls", removed.json["change"])
    assert dscore.captions("girls") == {
        "anna": "myset, anna, blue dress, 1girl, long hair",
        "berta": "myset, berta, solo, 1girl, hair ribbon",
        "carla": "myset, hatsune miku",
    }
    states = [(one["action"], one["state"]) for one in dscore.good("history", "girls")]
    assert states == [
        ("replace", "complete"),
        ("remove", "undone"),
        ("trigger", "complete"),
        ("tag", "complete"),
        ("import", "complete"),
    ]

    twice(dscore, "export", "girls", tmp_path / "out" / "kohya")
    written = files(tmp_path / "out")
    last = dscore.good("export", "girls", tmp_path / "out" / "kohya")
    assert last["up_to_date"]
    assert files(tmp_path / "out") == written
    assert texts(tmp_path / "out" / "kohya") == {
        "000001": "myset, anna, blue dress, 1girl, long hair",
        "000002": "myset, berta, solo, 1girl, hair ribbon",
        "000003": "myset, hatsune miku",
    }
    originals = {path.read_bytes() for path in (tmp_path / "out").rglob("*.png")}
    assert originals == {content for name, content in SET.items() if name.endswith(".png")}


def test_tags_that_a_person_removed_stay_out_when_the_tagger_runs_again(
    dscore: Commands, heap: Path, tmp_path: Path
) -> None:
    dscore.good("import", heap)
    dscore.good("tag", "girls", "--tagger", tagger(tmp_path / "made"))
    dscore.good("edit", "girls", "remove", "1girl")
    assert dscore.good("tag", "girls", "--tagger", tmp_path / "made")["changed"] == 0
    assert dscore.tags("girls")["anna"] == ["anna", "red dress", "long hair"]


def test_undo_of_an_import_is_a_trash_and_importing_again_brings_all_back(dscore: Commands, heap: Path) -> None:
    dscore.good("import", heap)
    dscore.good("edit", "girls", "add", "mine")
    before = dscore.captions("girls")
    imported = dscore.good("history", "girls")[-1]["id"]
    dscore.good("undo", "girls", imported)
    assert dscore.captions("girls") == {}
    assert dscore.good("datasets")["datasets"][0]["in_trash"] == 3
    back = dscore.good("import", heap)
    assert (back["imported"], back["already_there"]) == (3, 0)
    assert "It was in the trash" in back["remarks"][0]["reason"]
    assert dscore.captions("girls") == before


def test_the_line_in_processes_of_their_own(dscore: Commands, heap: Path, tmp_path: Path) -> None:
    ran = dscore.process("import", heap)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("girls: 3 found = 3 imported + 0 already there + 0 skipped.")
    assert dscore.process("search", "girls", "solo", "--json").json["found"] == 1
    ran = dscore.process("export", "girls", tmp_path / "out", "--format", "plain")
    assert (ran.code, ran.err, len(texts(tmp_path / "out"))) == (0, "", 2)
    assert ran.out.startswith("3 pictures and 2 captions in ")
