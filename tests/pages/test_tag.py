"""The Tag page: a sample first, then the job, and what came of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dscore.models import Mode
from pages.components.words import plain
from tests.commands import Commands
from tests.made_sets import tagger
from tests.pages.work import NO_PATHS, after_job, chosen, clicked, good, opened, texts


def with_own(shown: AppTest, folder: object) -> AppTest:
    """A folder of one's own is the tagger."""
    shown.session_state["tagger-chosen"] = "own"
    good(shown.run())
    return good(shown.text_input(key="tagger-folder").set_value(str(folder)).run())


@pytest.mark.usefixtures("dscore")
def test_an_empty_library_leads_to_the_import() -> None:
    shown = opened("tag.py")
    assert "There are no pictures to tag yet." in texts(shown)
    assert [button.label for button in shown.button] == ["Import pictures"]


@pytest.mark.usefixtures("heap")
def test_a_model_that_is_not_here_says_how_much_is_downloaded() -> None:
    shown = opened("tag.py")
    assert "All 8 pictures" in texts(shown)
    assert "wd14-vit-v3 is downloaded first: 379 MB." in texts(shown)
    assert shown.button(key="tag-now").label == "Tag 8 pictures"


@pytest.mark.usefixtures("heap")
def test_a_folder_that_is_no_tagger_is_said(tmp_path: Path) -> None:
    (tmp_path / "no").mkdir()
    shown = with_own(opened("tag.py"), tmp_path / "no")
    assert "is no tagger" in shown.error[0].value.replace("\\", "")
    assert shown.button(key="tag-now").disabled


@pytest.mark.usefixtures("heap")
def test_a_folder_that_is_not_there_is_said_without_the_names_of_models(tmp_path: Path) -> None:
    (said,) = texts(with_own(opened("tag.py"), tmp_path / "gone"), "error")
    assert said == plain(f"There is no folder {tmp_path / 'gone'}. Name one with model.onnx and its list of tags.")


@pytest.mark.usefixtures("heap")
@pytest.mark.parametrize("path", NO_PATHS)
def test_a_path_that_cannot_be_is_said(path: str) -> None:
    shown = with_own(opened("tag.py"), path)
    assert any(text.startswith(("The path ", "There is no user")) for text in texts(shown, "error"))
    assert shown.button(key="tag-now").disabled


def test_a_try_scores_six_pictures_and_changes_no_caption(heap: Commands, model: Path) -> None:
    before = heap.tags("heap")
    shown = clicked(with_own(opened("tag.py"), model), "try-sample")
    job = after_job(heap.library, "sample")
    assert (job.state, job.tally.done) == ("done", 6)
    good(shown.run())
    assert any("Nothing is changed yet" in text for text in texts(shown))
    assert heap.tags("heap") == before
    assert [change["action"] for change in heap.good("history", "heap")] == ["import"]


@pytest.mark.parametrize(("button", "kind"), [("try-sample", "sample"), ("tag-now", "tag")])
def test_a_failure_is_said_beside_its_own_model_only(
    heap: Commands, model: Path, tmp_path: Path, button: str, kind: str
) -> None:
    broken = tagger(tmp_path / "broken")
    (broken / "model.onnx").write_bytes(b"no model")
    shown = clicked(with_own(opened("tag.py"), broken), button)
    failed = after_job(heap.library, kind)
    assert failed.state == "failed"
    assert plain(failed.message) in texts(good(shown.run()), "error")
    assert not texts(with_own(shown, model), "error")
    shown.session_state["tagger-chosen"] = "joytag"
    assert not texts(good(shown.run()), "error")
    assert plain(failed.message) in texts(with_own(shown, broken), "error")


def test_the_job_tags_all_and_can_be_undone_at_once(heap: Commands, model: Path) -> None:
    before = heap.tags("heap")
    shown = clicked(with_own(opened("tag.py"), model), "tag-now")
    job = after_job(heap.library, "tag")
    assert (job.state, job.tally.total) == ("done", 8)
    good(shown.run())
    assert any("just now with tagger" in text for text in texts(shown, "text"))
    assert heap.tags("heap")["p6"] == ["1girl"]
    good(clicked(shown, "undo-tag"))
    assert heap.tags("heap") == before
    assert any("Undone" in text for text in texts(shown, "success"))


@pytest.mark.usefixtures("heap")
def test_overwrite_says_before_how_much_of_others_it_replaces(model: Path) -> None:
    shown = with_own(opened("tag.py"), model)
    chosen(shown, "tag-mode", Mode.OVERWRITE)
    assert any("Overwrite replaces 7 tags on 3 pictures" in text for text in texts(shown, "warning"))


@pytest.mark.usefixtures("heap")
def test_the_filter_and_the_selection_are_the_scope() -> None:
    shown = opened("tag.py")
    shown.query_params["q"] = "is:untagged"
    good(shown.run())
    assert "5 of 8 pictures, what the filter “is:untagged” finds" in texts(shown)
    assert shown.button(key="tag-now").label == "Tag 5 pictures"
    chosen(shown, "tag-scope", "all")
    assert shown.button(key="tag-now").label == "Tag 8 pictures"
