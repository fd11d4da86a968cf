from __future__ import annotations

from pathlib import Path

import pytest

from dscore.errors import WrongUseError
from dscore.text.paths import reachable, typed


def test_a_path_is_taken_whether_anything_is_there_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "file").touch()
    assert typed("~/gone") == tmp_path / "gone"
    for path in (tmp_path, tmp_path / "gone", tmp_path / "file" / "in it", Path("here")):
        assert reachable(path) == path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x" * 2000, r"^The path x{120}… cannot be used: File name too long\. Check it, or name another\.$"),
        ("/" + "x/" * 3000, "File name too long"),
        ("a\0b", "has a character in it that no path can have"),
        ("~nobody-of-this-name/a", "no user's home folder behind ~nobody-of-this-name/a"),
    ],
)
def test_a_path_that_cannot_be_is_a_sentence(text: str, said: str) -> None:
    with pytest.raises(WrongUseError, match=said):
        typed(text)
