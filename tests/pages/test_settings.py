"""The Settings page: the library, backups, limits."""

from __future__ import annotations

from pathlib import Path

from dscore.config import Settings
from tests.commands import Commands
from tests.pages.work import good, opened, texts


def test_an_empty_library_is_measured(dscore: Commands) -> None:
    shown = opened("settings.py")
    values = {one.label: one.value for one in shown.metric}
    assert (values["Pictures"], values["Backups"]) == ("0", "0")
    assert shown.code[0].value == str(dscore.home)


def test_a_full_library_is_measured(heap: Commands) -> None:
    shown = opened("settings.py")
    assert {one.label: one.value for one in shown.metric}["Pictures"] == "8"
    assert heap


def test_a_limit_is_saved_and_holds(dscore: Commands) -> None:
    shown = opened("settings.py")
    shown.number_input(key="setting_max_megapixels").set_value(200)
    shown.selectbox(key="setting_journal").set_value("truncate")
    good(shown.main.button[1].click().run())
    assert dscore.library.settings() == Settings(max_megapixels=200, journal="truncate")
    assert "Saved. It holds for the next job." in texts(shown)


def test_a_settings_file_that_cannot_be_read_is_said(heap: Commands) -> None:
    shown = opened("settings.py")
    heap.library.settings_file.write_text("max_megapixels = big", encoding="utf-8")
    good(shown.run())
    assert "cannot be read" in shown.error[0].value


def test_a_backup_is_made_and_its_path_shown(heap: Commands) -> None:
    shown = opened("settings.py")
    good(shown.main.button[0].click().run())
    (path,) = heap.library.backups.glob("*.db")
    assert str(path) in [code.value for code in shown.code]
    assert Path(path).stat().st_size
    assert {one.label: one.value for one in shown.metric}["Backups"] == "1"
