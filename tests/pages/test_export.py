"""The Export page: what each file will hold, then the folder, the ZIP and the line for the trainer."""

from __future__ import annotations

import pytest

from tests.commands import Commands
from tests.commands import texts as captions_of
from tests.pages.work import after_job, chosen, clicked, good, opened, texts


@pytest.mark.usefixtures("dscore")
def test_an_empty_library_leads_to_the_import() -> None:
    shown = opened("export.py")
    assert "There is nothing to export yet." in texts(shown)
    assert [button.label for button in shown.button] == ["Import pictures"]


def test_the_files_are_shown_byte_for_byte_and_then_written_so(heap: Commands) -> None:
    shown = opened("export.py")
    codes = [code.value for code in shown.code]
    assert codes[:2] == ["solo, smile", "solo, red dress"]
    assert "10_heap/000001.txt · 11 bytes" in texts(shown)
    assert any("5 pictures have no caption" in text for text in texts(shown, "warning"))
    assert any(text.startswith("13 files, with dscore's own list of them") for text in texts(shown, "caption"))
    clicked(shown, "export-now")
    assert after_job(heap.library, "export").state == "done"
    good(shown.run())
    folder = heap.library.exports / "heap-kohya"
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 13
    assert captions_of(folder)["000001"] == "solo, smile"
    assert (folder / "dataset.toml").read_text().strip() in codes
    assert str(folder) in [code.value for code in shown.code]
    assert f'--dataset_config "{(folder / "dataset.toml").as_posix()}"' in [code.value for code in shown.code]


def test_one_dataset_gives_tags_or_sentences(heap: Commands) -> None:
    shown = chosen(opened("export.py"), "export-template", "Sentences")
    assert "She waves at the sea." in [code.value for code in shown.code]
    clicked(shown, "export-now")
    after_job(heap.library, "export")
    assert captions_of(heap.library.exports / "heap-kohya") == {"000003": "She waves at the sea."}
    assert heap.captions("heap")["p2"] == "smile, hat, blue sky. She waves at the sea."


@pytest.mark.parametrize("name", ["../elsewhere", "/tmp/elsewhere", "a/b", "..", "", "C:\\x"])
def test_a_folder_that_leads_out_of_the_exports_is_refused(heap: Commands, name: str) -> None:
    shown = opened("export.py")
    good(shown.text_input(key="export-folder-1-kohya").set_value(name).run())
    said = shown.error[0].value.replace("\\", "")
    assert "is no name for a folder" in said
    assert "the command `export` writes anywhere else" in said.replace(r"\`", "`")
    assert shown.button(key="export-now").disabled
    assert not heap.library.exports.exists()


def test_a_folder_of_too_long_a_name_is_refused(heap: Commands) -> None:
    shown = chosen(opened("export.py"), "export-folder-1-kohya", "x" * 400)
    assert "is too long for the name of a folder" in shown.error[0].value
    assert shown.button(key="export-now").disabled
    assert not heap.library.exports.exists()


def test_an_older_export_is_replaced_where_that_is_said(heap: Commands) -> None:
    heap.good("export", "heap", heap.library.exports / "heap-kohya")
    heap.good("edit", "heap", "add", "hat")
    shown = opened("export.py")
    assert shown.toggle(key="export-replace").value
    clicked(shown, "export-now")
    assert after_job(heap.library, "export").state == "done"
    good(shown.run())
    assert captions_of(heap.library.exports / "heap-kohya")["000001"] == "solo, smile, hat"
    good(shown.toggle(key="export-replace").set_value(False).run())
    heap.good("edit", "heap", "add", "coat")
    clicked(good(shown.run()), "export-now")
    assert after_job(heap.library, "export").state == "failed"
    good(shown.run())
    assert "older export" in shown.error[0].value.replace("\\", "")


def test_a_failure_is_said_beside_its_own_folder_and_trainer_only(heap: Commands) -> None:
    (heap.library.exports / "heap-kohya").mkdir(parents=True)
    (heap.library.exports / "heap-kohya" / "thesis.doc").touch()
    clicked(opened("export.py"), "export-now")
    assert after_job(heap.library, "export").state == "failed"
    shown = opened("export.py")
    assert any("thesis" in text for text in texts(shown, "error"))
    assert not texts(chosen(shown, "export-form", "plain"), "error")
    shown = chosen(chosen(shown, "export-form", "kohya"), "export-folder-1-kohya", "elsewhere")
    assert not texts(shown, "error")


def test_rejected_pictures_stay_out_unless_they_are_asked_for(heap: Commands) -> None:
    heap.good("edit", "heap", "mark", "reject", "--where", "solo")
    shown = opened("export.py")
    assert shown.button(key="export-now").label == "Export 6 pictures"
    assert any("2 rejected pictures stay out" in text for text in texts(shown, "warning"))
    good(shown.toggle(key="export-rejected").set_value(True).run())
    assert shown.button(key="export-now").label == "Export 8 pictures"


def test_long_captions_are_counted_and_the_line_asks_for_their_length(heap: Commands) -> None:
    heap.good("edit", "heap", "add", ", ".join(f"tag{number}" for number in range(30)), "--where", "name:p0")
    shown = opened("export.py")
    clicked(shown, "export-now")
    after_job(heap.library, "export")
    good(shown.run())
    assert any(code.value.endswith("--max_token_length 150") for code in shown.code)
    assert any("1 caption is longer than the 75 tokens" in text for text in texts(shown))
