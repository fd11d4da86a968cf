"""The Settings page: the library, backups, limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore.config import Settings
from pages.components.words import plain
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


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("max_megapixels", 0, "It should be 1 or more."),
        ("downloads", 1 << 40, "It should be 2,147,483,647 or less."),
        ("api_seconds", -1.0, "It should be 0 or more."),
    ],
)
def test_a_number_that_cannot_be_is_said_beside_its_field_and_nothing_is_saved(
    dscore: Commands, name: str, value: float, said: str
) -> None:
    shown = opened("settings.py")
    shown.number_input(key="setting_decode_megabytes").set_value(4096)
    shown.number_input(key=f"setting_{name}").set_value(value)
    good(shown.main.button[1].click().run())
    assert f":red[:material/error: {plain(said)}]" in texts(shown, "markdown")
    assert "Nothing was saved" in shown.error[0].value
    assert not dscore.library.settings_file.exists()
    shown.number_input(key=f"setting_{name}").set_value(type(value)(3))
    good(shown.main.button[1].click().run())
    assert not shown.error
    assert dscore.library.settings().decode_megabytes == 4096


@pytest.mark.parametrize("text", ["http://127.0.0.1:11434/v1", "nas local", "nas.local:port", "nas.local, "])
def test_local_hosts_are_checked(dscore: Commands, text: str) -> None:
    shown = opened("settings.py")
    shown.text_input(key="setting_local_hosts").set_value(f"nas.local:8080, {text}")
    good(shown.main.button[1].click().run())
    assert bool(shown.error) is (text != "nas.local, ")
    assert dscore.library.settings().local_hosts == (() if shown.error else ("nas.local:8080", "nas.local"))


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
