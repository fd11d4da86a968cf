"""The Import page: a look, where to, and the ledger."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from dscore.catalog import job_lists
from dscore.catalog.connection import open_catalog
from dscore.web import inbox
from tests.commands import Commands
from tests.made_sets import fill, pack, scored
from tests.pages.work import NO_PATHS, after_job, chosen, clicked, good, opened, texts

CONTENT: dict[str, bytes | str] = {
    "a.png": scored({"1girl": 0.9}),
    "a.txt": "1girl, long hair",
    "b.png": scored({"1girl": 0.8}, rest=1),
    "c.png": b"this is no picture",
    "notes.psd": "x",
}
HOSTILE = ":red[x] ![y](http://elsewhere/z.png) :material/home: $x$.psd"


def looked(path: Path) -> AppTest:
    """The page with that path in its box."""
    return chosen(opened("bring_in.py"), "import_path", str(path))


def first_pictures(shown: AppTest) -> list[dict[str, str]]:
    """What the look's small pictures were given."""
    (found,) = (one for one in shown.get("bidi_component") if one.proto.component_name == "glimpses")
    tiles: list[dict[str, str]] = json.loads(found.proto.json)["tiles"]
    return tiles


def metrics(shown: AppTest) -> dict[str, str]:
    return {one.label: one.value for one in shown.metric}


@pytest.mark.usefixtures("dscore")
def test_nothing_is_there_before_something_is_named() -> None:
    shown = opened("bring_in.py")
    assert [tab.label for tab in shown.tabs] == [
        *("ZIP and files", "Folder on this machine", "Hugging Face", "Gelbooru")
    ]
    assert not shown.metric
    assert {button.key for button in shown.main.button} == {"hub_look_now", "booru_keep", "booru_look_now"}


def test_a_look_says_what_is_there_and_makes_nothing(dscore: Commands, tmp_path: Path) -> None:
    shown = looked(fill(tmp_path / "heap", CONTENT))
    assert metrics(shown) == {
        "Pictures": "2",
        "Size": shown.metric[1].value,
        "With a caption": "1",
        "Will be skipped": "2",
    }
    tiles = first_pictures(shown)
    assert [(tile["name"], tile["words"]) for tile in tiles] == [("a.png", "1girl, long hair"), ("b.png", "no caption")]
    assert all(tile["src"].startswith("data:image/png;base64,") for tile in tiles)
    skipped = shown.dataframe[0].value
    assert list(skipped["File"]) == ["notes.psd", "c.png"]
    assert "c.png is plain text, not a" in list(skipped["Reason"])[1]
    assert shown.selectbox(key="import_into_folder_heap").value == "heap"
    assert "A new dataset." in texts(shown)
    assert dscore.rows("select * from dataset") == []


def test_the_import_runs_as_a_job_and_ends_with_a_ledger(dscore: Commands, tmp_path: Path) -> None:
    shown = clicked(looked(fill(tmp_path / "heap", CONTENT)), "import_folder")
    assert shown.query_params["job"] in ("1", ["1"])
    assert after_job(dscore.library, "import").state == "partial"
    good(shown.run())
    assert metrics(shown) == {"Found": "4", "Imported": "2", "Already there": "0", "Skipped": "2"}
    skipped = shown.dataframe[0].value
    assert sorted(skipped["File"]) == ["c.png", "notes.psd"]
    assert "plain text" in "".join(skipped["Reason"])
    assert dscore.captions("heap") == {"a": "1girl, long hair", "b": ""}


@pytest.mark.parametrize(("caption", "query"), [({}, "is:uncaptioned"), ({"a.txt": "1girl"}, "")])
def test_the_way_on_leads_to_pictures_that_can_be_tagged(
    dscore: Commands, tmp_path: Path, caption: dict[str, bytes | str], query: str
) -> None:
    folder = fill(tmp_path / "heap", {"a.png": scored({"1girl": 0.9}), **caption})
    shown = clicked(looked(folder), "import_folder")
    after_job(dscore.library, "import")
    links = [one.proto for one in good(shown.run()).get("page_link")]
    assert [parse_qs(one.query_string, keep_blank_values=True)["q"] for one in links if one.label == "Tag them"] == [
        [query]
    ]


def test_pictures_go_into_a_dataset_that_is_there_and_captions_are_read_as_asked(
    heap: Commands, tmp_path: Path
) -> None:
    shown = looked(fill(tmp_path / "more", {"x.png": scored({"1girl": 0.9}, rest=99), "x.txt": "a girl, standing"}))
    chosen(shown, "import_into_folder_more", "heap")
    assert "It has 8 pictures; what is there already stays as it is." in texts(shown)
    chosen(shown, "import_as_folder", "prose")
    clicked(shown, "import_folder")
    after_job(heap.library, "import")
    assert heap.rows("select text from prose where text like 'a girl%'") == [("a girl, standing",)]


def test_an_upload_is_looked_at_and_can_be_thrown_away(dscore: Commands, tmp_path: Path) -> None:
    content = pack(tmp_path / "heap.zip", CONTENT).read_bytes()
    upload = inbox.begin(dscore.library, name="heap.zip", size=len(content))
    with upload.part(0) as part:
        part.write(content)
    upload.finish()
    shown = opened("bring_in.py")
    shown.query_params["upload"] = upload.session
    assert metrics(good(shown.run()))["Pictures"] == "2"
    assert [tile["name"] for tile in first_pictures(shown)] == ["a.png", "b.png"]
    clicked(shown, "other_files")
    assert not shown.metric
    assert not upload.folder.exists()


@pytest.mark.parametrize(("name", "called"), [("notes.png", "what you dropped"), ("heap/notes.png", "heap")])
def test_an_upload_without_a_picture_is_called_as_its_person_knows_it(dscore: Commands, name: str, called: str) -> None:
    upload = inbox.begin(dscore.library, name=name, size=5)
    with upload.part(0) as part:
        part.write(b"words")
    upload.finish()
    shown = opened("bring_in.py")
    shown.query_params["upload"] = upload.session
    assert f"No images found in {called}: it holds 1 file" in good(shown.run()).error[0].value.replace("\\", "")
    assert "The list of skipped files says why" in shown.error[0].value
    assert [one.label for one in shown.expander if one.label.startswith("Skipped files")]


def test_an_upload_that_is_gone_is_said(dscore: Commands) -> None:
    shown = opened("bring_in.py")
    shown.query_params["upload"] = "0" * 32
    assert "That upload is gone" in good(shown.run()).error[0].value
    assert dscore.home


@pytest.mark.usefixtures("dscore")
@pytest.mark.parametrize(
    ("content", "sentence"), [({}, "it holds no files"), ({"a.psd": "x"}, "it holds 1 file"), (None, "does not exist")]
)
def test_a_place_without_pictures_says_what_is_there_instead(
    tmp_path: Path, content: dict[str, bytes | str] | None, sentence: str
) -> None:
    folder = tmp_path / "heap"
    if content is not None:
        folder.mkdir()
        fill(folder, content)
    shown = looked(folder)
    assert sentence in shown.error[0].value.replace("\\", "")
    assert not shown.metric


@pytest.mark.usefixtures("dscore")
@pytest.mark.parametrize("path", NO_PATHS)
def test_a_path_that_cannot_be_is_said(path: str) -> None:
    said = chosen(opened("bring_in.py"), "import_path", path).error[0].value
    assert said.startswith(("The path ", "There is no user"))


@pytest.mark.usefixtures("dscore")
def test_a_name_that_looks_like_markup_is_only_text(tmp_path: Path) -> None:
    folder = tmp_path / HOSTILE.replace("/", "")
    folder.mkdir()
    said = looked(folder).error[0].value
    assert ":red[" not in said
    assert "![" not in said
    assert ":material" not in said
    assert "$x" not in said.replace("\\$x", "")


def test_a_failed_import_says_why(dscore: Commands, tmp_path: Path) -> None:
    shown = clicked(looked(fill(tmp_path / "heap", CONTENT)), "import_folder")
    after_job(dscore.library, "import")
    with open_catalog(dscore.library) as db:
        db.execute("update job set state = 'failed', message = 'The disk is full. Make room.'")
        assert job_lists.get(db, 1).state == "failed"
    good(shown.run())
    assert shown.error[0].value.replace("\\", "") == "The disk is full. Make room."
