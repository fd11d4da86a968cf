"""What disks and systems make of names."""

import pytest

from dscore.text.names import fold_name, is_device


def test_names_that_are_one_file_somewhere_fold_to_one_key() -> None:
    assert fold_name("A") == fold_name("a")
    assert fold_name("é") == fold_name("E\u0301")
    assert fold_name("a") != fold_name("b")


@pytest.mark.parametrize("name", ["CON", "nul.png", "Com1", "lpt9 .txt", "conin$", "com²"])
def test_a_windows_device_is_told(name: str) -> None:
    assert is_device(name)


@pytest.mark.parametrize("name", ["console", "com", "null.png", "a.con", "com10"])
def test_other_names_are_no_devices(name: str) -> None:
    assert not is_device(name)
