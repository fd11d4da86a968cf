"""Exports: what the dataset was when the export was asked for, and nothing of anybody else is touched."""

from __future__ import annotations

import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path

import pytest

from dscore.catalog import datasets
from dscore.catalog.connection import open_catalog
from dscore.exporters.base import ExportOptions
from dscore.pipeline import export
from dscore.pipeline.jobs import submit
from dscore.worker import work
from tests.commands import Commands, files, texts
from tests.made_sets import fill, scored

SET: dict[str, bytes | str] = {
    "a.png": scored({}, rest=1),
    "a.txt": "cat, red",
    "b.png": scored({}, rest=2),
    "b.txt": "A dog sits\non a bench, and looks at the sea.",
    "c.png": scored({}, rest=3),
    "d.bmp": scored({}, rest=4, kind="BMP"),
}


@pytest.fixture
def pets(dscore: Commands, tmp_path: Path) -> Commands:
    dscore.good("import", fill(tmp_path / "pets", SET))
    return dscore


def test_kohya_gets_a_folder_by_repeats_and_settings_that_name_it(pets: Commands, tmp_path: Path) -> None:
    done = pets.good("export", "pets", tmp_path / "out", "--repeats", 5, "--resolution", 768)
    assert (done["pictures"], done["captions"], done["converted"]) == (4, 2, 1)
    folder = tmp_path / "out" / "5_pets"
    assert texts(folder) == {"000001": "cat, red", "000002": "A dog sits on a bench, and looks at the sea."}
    assert (folder / "000001.png").read_bytes() == SET["a.png"]
    settings = tomllib.loads((tmp_path / "out" / "dataset.toml").read_text(encoding="utf-8"))
    (dataset,) = settings["datasets"]
    (subset,) = dataset["subsets"]
    assert (subset["num_repeats"], subset["caption_extension"], subset["image_dir"]) == (5, ".txt", folder.as_posix())


def test_plain_takes_names_extension_and_a_search(pets: Commands, tmp_path: Path) -> None:
    options = ("--format", "plain", "--names", "kept", "--caption-extension", ".caption", "--where", "red")
    done = pets.good("export", "pets", tmp_path / "out", *options)
    assert done["pictures"] == 1
    assert set(files(tmp_path / "out")) == {"a.png", "a.caption", "dscore-export.json"}


def test_a_dry_run_names_every_file_and_writes_none(pets: Commands, tmp_path: Path) -> None:
    planned = pets.good("export", "pets", tmp_path / "out", "--dry-run")
    assert not (tmp_path / "out").exists()
    pets.good("export", "pets", tmp_path / "out")
    assert sorted(planned["files"]) == sorted(files(tmp_path / "out"))


def test_an_older_export_goes_only_when_that_is_asked(pets: Commands, tmp_path: Path) -> None:
    pets.good("export", "pets", tmp_path / "out")
    before = files(tmp_path / "out")
    pets.good("edit", "pets", "add", "new")
    refused = pets("export", "pets", tmp_path / "out")
    assert refused.code == 2
    assert "holds an older export" in refused.err
    assert files(tmp_path / "out") == before
    pets.good("export", "pets", tmp_path / "out", "--replace")
    assert texts(tmp_path / "out")["000001"] == "cat, red, new"


def test_a_file_of_somebody_else_stops_even_that(pets: Commands, tmp_path: Path) -> None:
    pets.good("export", "pets", tmp_path / "out")
    fill(tmp_path / "out" / "10_pets", {"000001_sdxl.npz": b"cache"})
    pets.good("edit", "pets", "add", "new")
    ran = pets("export", "pets", tmp_path / "out", "--replace")
    assert ran.code == 2
    assert "000001_sdxl.npz" in ran.err
    assert (tmp_path / "out" / "10_pets" / "000001_sdxl.npz").exists()


def test_what_lies_in_the_trash_stays_here_and_numbers_are_never_given_twice(pets: Commands, tmp_path: Path) -> None:
    pets.good("edit", "pets", "trash", "--where", "name:a")
    pets.good("export", "pets", tmp_path / "out", "--format", "plain")
    assert {path.stem for path in (tmp_path / "out").glob("*.png")} == {"000002", "000003", "000004"}


def test_an_export_in_the_queue_is_of_the_moment_it_was_asked_for(pets: Commands, tmp_path: Path) -> None:
    with open_catalog(pets.library) as db:
        dataset = datasets.get(db, "pets")
    planned = export.plan(pets.library, dataset, tmp_path / "out", form="plain", options=ExportOptions())
    items = export.snapshot([picture.item for picture in planned.pictures])
    submit(pets.library, "export", dataset_id=dataset.id, params=export.params(planned), items=items)
    pets.good("edit", "pets", "trigger", "later")
    pets.good("edit", "pets", "remove", "red")
    (done,) = work(pets.library, until_idle=True, on_progress=lambda _: None, on_job=lambda _: None)
    assert done["state"] == "done"
    assert texts(tmp_path / "out")["000001"] == "cat, red"


def test_an_export_left_half_way_is_begun_anew_where_captions_changed_since(pets: Commands, tmp_path: Path) -> None:
    pets.good("export", "pets", tmp_path / "out", "--replace")
    with closing(sqlite3.connect(pets.library.catalog)) as db, db:
        db.execute("update job set state = 'running', owner = null where kind = 'export'")
        db.execute("update job_item set state = 'waiting', payload = '\"old\"' where job_id = 2")
    pets.good("edit", "pets", "add", "new")
    pets.good("export", "pets", tmp_path / "out", "--replace")
    assert texts(tmp_path / "out")["000001"] == "cat, red, new"
    assert [job["state"] for job in pets.good("jobs")] == ["done", "cancelled", "done"]


def test_an_original_that_is_gone_is_left_out_by_name(pets: Commands, tmp_path: Path) -> None:
    ((file,),) = pets.rows("select file from image join item on image.id = image_id where name = 'c'")
    pets.library.image_path(file).unlink()
    ran = pets("export", "pets", tmp_path / "out", "--json")
    assert ran.code == 1
    assert (ran.json["pictures"], [line["name"] for line in ran.json["left_out_pictures"]]) == (3, ["c"])


def test_nothing_to_export_is_a_sentence(pets: Commands, tmp_path: Path) -> None:
    ran = pets("export", "pets", tmp_path / "out", "--where", "unicorn")
    assert ran.code == 2
    assert ran.err == "There are no pictures in “pets” that match “unicorn”; nothing was exported.\n"
